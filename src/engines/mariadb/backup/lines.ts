// A row as one line that LOAD DATA reads back exactly: fields between tabs, NULL as \N, what would end a field or a line behind a
// backslash. The server writes the line, from each column's own bytes: text in its own character set, a float by the digits of
// its double, an address or a uuid as text. It quotes by QUOTE(), which takes one pass whatever a value holds (REPLACE() moves the
// rest at each find), and quotes become backslashes here. Source: mariadb.com/kb/en/load-data-infile, select-into-outfile, quote, enum
import { type Sql, sql } from "../../../foundation/sql.ts";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
  /** Of an enum: digits that are none of its labels and mean its index 0, the value that is none of them. */
  readonly zero?: string;
}

/** Whether texts stand between quotes, as QUOTE() writes them, or as they are, which is right where none of them needs a backslash. */
export type Form = "quoted" | "plain";

/** The line without its end, as bytes; NULL when a part of it is longer than a packet. */
export function rowText(columns: readonly Column[], form: Form): Sql {
  const fields = columns.flatMap((column, index) => (index === 0 ? [field(column, form)] : [sql`x'09'`, field(column, form)]));
  return sql`concat(cast('' as binary), ${sql.join(fields, ", ")})`;
}

/** Whether values are likely to need no backslash: among random bytes each dozenth does. */
export function isMostlyPlain(columns: readonly Column[]): boolean {
  return !columns.some(({ type }) => /binary|blob|bit|geometry|point|linestring|polygon/.test(type));
}

/** Asks the column whether it is NULL, not its text: that one is NULL too when it is longer than a packet. */
function field(column: Column, form: Form): Sql {
  const text = fieldText(column, form);
  return column.isNullable ? sql`if(${sql.id(column.name)} is null, x'5c4e', ${text})` : text;
}

/** Beside bytes the server writes text as its bytes and a number as its digits; a float and an address it does not. */
function fieldText({ name, type, zero }: Column, form: Form): Sql {
  const column = sql.id(name);
  if (type === "float") return sql`cast(cast(${column} as double) as char)`;
  if (binaryForms.has(type)) return sql`cast(${column} as char)`;
  if (numbers.has(type)) return column;
  const text = form === "plain" ? column : sql`quote(cast(${column} as binary))`;
  return zero === undefined ? text : sql`if(${column} + 0 = 0, ${sql.literal(zero)}, ${text})`;
}

/** Neither a digit nor a sign needs a backslash. */
const numbers = new Set("tinyint smallint mediumint int bigint decimal double date time datetime timestamp year".split(" "));

/** Types whose bytes are not what they are read from. Bytes that are no text are taken for that form, so these are told that theirs are text. */
const binaryForms = new Set(["uuid", "inet4", "inet6"]);

const [quote, backslash, tab, newline, control] = [0x27, 0x5c, 0x09, 0x0a, 0x1a];

/** Lines whose texts stand between quotes, as QUOTE() writes them, with backslashes instead. */
export function escapedLines(quoted: Uint8Array): Uint8Array {
  const { length } = quoted;
  const lines = Buffer.allocUnsafe(length * 2); // each byte needs two at most
  let [to, isInside] = [0, false];
  for (let at = 0; at < length; at++) {
    const byte = quoted[at] as number;
    if (byte === quote) isInside = !isInside;
    else if (!isInside || (byte !== backslash && byte !== tab && byte !== newline)) lines[to++] = byte;
    else if (byte === backslash) to = escapeAgain(quoted[++at] as number, lines, to);
    else {
      lines[to++] = backslash;
      lines[to++] = byte === tab ? 0x74 : 0x6e;
    }
  }
  return lines.subarray(0, to);
}

/** `\'` and `\Z` need none in a line, `\\` and `\0` do. */
function escapeAgain(escaped: number, lines: Uint8Array, to: number): number {
  let next = to;
  if (escaped === backslash || escaped === 0x30) lines[next++] = backslash;
  lines[next++] = escaped === 0x5a ? control : escaped;
  return next;
}

/** Reads a file of such lines into a table; the file is the server's to read, or with `isLocal` the client's. */
export function loadStatement(options: {
  readonly path: string;
  readonly table: string;
  readonly columns: readonly Column[];
  readonly isLocal: boolean;
}): Sql {
  const list = sql.join(
    options.columns.map(({ name, type }, index) => (binaryForms.has(type) ? sql`@${sql.id(`v${index}`)}` : sql.id(name))),
    ", ",
  );
  const texts = options.columns.flatMap(({ name, type }, index) =>
    binaryForms.has(type) ? [sql`${sql.id(name)} = convert(@${sql.id(`v${index}`)} using utf8mb4)`] : [],
  );
  const set = texts.length === 0 ? sql`` : sql` set ${sql.join(texts, ", ")}`;
  const from = options.isLocal ? sql`local infile` : sql`infile`;
  const format = sql`character set binary fields terminated by x'09' escaped by x'5c' lines terminated by x'0a'`;
  return sql`load data ${from} ${sql.literal(options.path)} into table ${sql.id(options.table)} ${format} (${list})${set}`;
}

/** The same rows as a statement, for a server that takes no files from clients; bytes go into a column as they are. */
export function insertStatement(table: string, columns: readonly Column[], rows: readonly (readonly (Uint8Array | null)[])[]): Sql {
  const names = sql.join(
    columns.map(({ name }) => sql.id(name)),
    ", ",
  );
  const value = (bytes: Uint8Array | null, index: number) =>
    binaryForms.has(columns[index]?.type ?? "") ? sql`convert(${bytes} using utf8mb4)` : sql`${bytes}`;
  const tuples = rows.map((row) => sql`(${sql.join(row.map(value), ", ")})`);
  return sql`insert into ${sql.id(table)} (${names}) values ${sql.join(tuples, ", ")}`;
}
