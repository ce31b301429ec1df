// A `.sql` file as its statements. Knows what both engines read alike: quotes, comments, dollar quotes. What they would end at
// different places is refused, not guessed: a backslash that decides where a string ends (an escape on MariaDB and in E'…', a
// character on PostgreSQL), `--` without a space (a comment on PostgreSQL, two minus signs on MariaDB). Leaves out DELIMITER,
// which is a client's command and not SQL, and compound statements.
// Sources: postgresql.org/docs/current/sql-syntax-lexical.html, mariadb.com/kb/en/string-literals, comment-syntax
import { Problem } from "../foundation/problem.ts";

/** The statements of a script, without their semicolons and without comments, empty ones left out. Throws RH-SQL-001. */
export function splitStatements(script: string): readonly string[] {
  const statements: string[] = [];
  let current = "";
  for (let index = 0; index < script.length; ) {
    const token = tokenAt(script, index);
    index += token.length;
    if (token === ";") {
      statements.push(current);
      current = "";
    } else {
      current += isComment(token) ? " " : token;
    }
  }
  return [...statements, current].map((statement) => statement.trim()).filter((statement) => statement !== "");
}

/** Two readings where the engines differ. */
const tokens: readonly (readonly [RegExp, RegExp?])[] = [
  [/--(?=\s|$)[^\n]*/y],
  [/\/\*[\s\S]*?\*\//y],
  [/'(?:[^'\\]|''|\\[\s\S])*'/y, /'(?:[^']|'')*'/y],
  [/"(?:[^"\\]|""|\\[\s\S])*"/y, /"(?:[^"]|"")*"/y],
  [/`(?:[^`]|``)*`/y],
  [/[\p{L}_][\p{L}\p{N}_$]*/uy],
  [/\$((?:[\p{L}_][\p{L}\p{N}_]*)?)\$[\s\S]*?\$\1\$/uy],
  [/[^;'"`$/\-\p{L}_]+/uy],
];

function tokenAt(script: string, index: number): string {
  for (const [reading, other] of tokens) {
    const token = matchAt(reading, script, index);
    if (other && token !== matchAt(other, script, index))
      throw unclear(script, index, "a backslash before a quote", "Write a quote in a string as two.");
    if (token !== undefined) return token;
  }
  if (/^(?:['"`]|\/\*|\$[\p{L}_]*\$)/u.test(script.slice(index, index + 80)))
    throw unclear(script, index, "something that is not ended", "End the quote or comment.");
  if (script.startsWith("--", index)) throw unclear(script, index, "`--` without a space behind it", "Write a space behind `--`.");
  return script[index] ?? "";
}

function matchAt(pattern: RegExp, script: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(script)?.[0];
}

/** A conditional comment of MariaDB is code. */
function isComment(token: string): boolean {
  return token.startsWith("--") || (token.startsWith("/*") && !token.startsWith("/*!") && !token.startsWith("/*M!"));
}

function unclear(script: string, index: number, seen: string, hint: string): Problem {
  const line = script.slice(0, index).split("\n").length;
  return new Problem("RH-SQL-001", `line ${line} of the script has ${seen}`, { hint });
}
