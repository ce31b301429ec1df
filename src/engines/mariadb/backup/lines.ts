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

/** The line without its end, as bytes, its texts between quotes; NULL when a part of it is longer than a packet. */
export function rowText(columns: readonly Column[]): Sql {
  return sql`concat(${sql.join(
    columns.flatMap((column, index) => (index === 0 ? [field(column)] : [sql`x'09'`, field(column)])),
    ", ",
  )})`;
}

/** Whether values are likely to need no backslash: among random bytes each dozenth does. */
export function isMostlyPlain(columns: readonly Column[]): boolean {
  return !columns.some(({ type }) => /binary|blob|bit|geometry|point|linestring|polygon/.test(type));
}

/** The same line where no value needs a backslash; where one does, another. */
export function plainText(columns: readonly Column[]): Sql {
  return sql`concat_ws(cast(x'09' as binary), ${sql.join(columns.map(plainField), ", ")})`;
}

/** Beside bytes the server writes text as its bytes and a number as its digits; a float and an address it does not. */
function plainField({ name, type, isNullable, zero }: Column): Sql {
  const column = sql.id(name);
  const digits = type === "float" ? sql`cast(cast(${column} as double) as char)` : written.has(type) ? sql`cast(${column} as char)` : column;
  const text = zero === undefined ? digits : sql`if(${column} + 0 = 0, ${sql.literal(zero)}, cast(${column} as binary))`;
  return isNullable ? sql`ifnull(${text}, x'5c4e')` : text;
}

/** Types whose bytes are not what they are read from. */
const written = new Set("uuid inet4 inet6".split(" "));

/** Neither a digit nor a sign needs a backslash. */
const plain = new Set("tinyint smallint mediumint int bigint decimal float double date time datetime timestamp year uuid inet4 inet6".split(" "));

/** Bytes that are no text are taken for the type's binary form, so these are told that theirs are text. */
const binaryForms = new Set(["uuid", "inet4", "inet6"]);

function field({ name, type, zero }: Column): Sql {
  const column = sql.id(name);
  const quoted = sql`quote(cast(${column} as binary))`;
  if (type === "float") return orNull(column, sql`cast(cast(${column} as double) as char)`);
  if (plain.has(type)) return orNull(column, sql`cast(${column} as char)`);
  return orNull(column, zero === undefined ? quoted : sql`if(${column} + 0 = 0, ${sql.literal(zero)}, ${quoted})`);
}

/** Asks the column, not the text: that one is NULL too when it is longer than a packet. */
function orNull(column: Sql, text: Sql): Sql {
  return sql`if(${column} is null, x'5c4e', cast(${text} as binary))`;
}

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
