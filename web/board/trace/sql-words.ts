// A statement as lines of coloured words: broken where a clause begins, told apart as words of SQL, names, values and the rest.
// Made for the statements of our own application, which are lower case and tidy; whatever else comes is shown as it is.

export interface SqlWord {
  readonly kind: "word" | "name" | "value" | "plain";
  readonly text: string;
}

const words = new Set(
  (
    "select insert into values update set delete from where and or not in is null as returning begin commit rollback order by group having limit " +
    "offset join left inner on asc desc for share case when then else end true false coalesce interval like between distinct ignore conflict do nothing exists"
  ).split(" "),
);
const clauses = new Set(["values", "returning", "set", "where", "from", "order", "limit", "left", "having", "group"]);
const pattern = /("[^"]*"|`[^`]*`)|(\$\d+|\?|'(?:[^']|'')*'|\b\d+\b)|([a-z_]\w*)|(\s+|.)/gi;

export function sqlLines(sql: string): readonly (readonly SqlWord[])[] {
  const lines: SqlWord[][] = [[]];
  let depth = 0;
  for (const [text, quoted, value, word] of sql.matchAll(pattern)) {
    const isClause = word !== undefined && depth === 0 && clauses.has(word) && lines.at(-1)?.length !== 0;
    if (isClause) lines.push([]);
    if (text === "(") depth += 1;
    if (text === ")") depth -= 1;
    lines.at(-1)?.push({ kind: kindOf({ quoted, value, word }), text });
  }
  return lines.map(trimmed);
}

function kindOf({ quoted, value, word }: Record<"quoted" | "value" | "word", string | undefined>): SqlWord["kind"] {
  if (quoted !== undefined) return "name";
  if (value !== undefined) return "value";
  return word !== undefined && words.has(word) ? "word" : "plain";
}

/** Without the space that stood where the line was broken. */
function trimmed(line: readonly SqlWord[]): readonly SqlWord[] {
  return line.at(-1)?.text.trim() === "" ? line.slice(0, -1) : line;
}
