// A `.sql` file as its statements. Knows quotes, comments and dollar quotes of both engines' dialects; leaves out DELIMITER,
// which is a client's command and not SQL: a migration has no compound statements.

/** The statements of a script, without their semicolons and without leading comments, empty ones left out. */
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

const tokens = [
  /--[^\n]*/y,
  /\/\*[\s\S]*?\*\//y,
  /'(?:[^'\\]|''|\\[\s\S])*'/y,
  /"(?:[^"]|"")*"/y,
  /`(?:[^`]|``)*`/y,
  /\$([A-Za-z_]*)\$[\s\S]*?\$\1\$/y,
  /[^;'"`$/-]+/y,
];

function tokenAt(script: string, index: number): string {
  for (const pattern of tokens) {
    pattern.lastIndex = index;
    const match = pattern.exec(script);
    if (match) return match[0];
  }
  return script[index] ?? "";
}

/** A conditional comment of MariaDB is code. */
function isComment(token: string): boolean {
  return token.startsWith("--") || (token.startsWith("/*") && !token.startsWith("/*!") && !token.startsWith("/*M!"));
}
