// A row as one line that LOAD DATA reads back exactly: fields between tabs, NULL as \N, what would end a field or a line behind a
// backslash. The server writes the line, from each column's own bytes: text in its own character set, a float by the digits of
// its double, an address or a uuid as text. Source: mariadb.com/kb/en/load-data-infile, select-into-outfile, cast
import { type Sql, sql } from "../../../foundation/sql.ts";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
}

/** The line without its end, as bytes. */
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
function plainField({ name, type, isNullable }: Column): Sql {
  const column = sql.id(name);
  const text = type === "float" ? sql`cast(cast(${column} as double) as char)` : written.has(type) ? sql`cast(${column} as char)` : column;
  return isNullable ? sql`ifnull(${text}, x'5c4e')` : text;
}

/** Types whose bytes are not what they are read from. */
const written = new Set("uuid inet4 inet6".split(" "));

/** Neither a digit nor a sign needs a backslash. */
const plain = new Set("tinyint smallint mediumint int bigint decimal float double date time datetime timestamp year uuid inet4 inet6".split(" "));

/** Bytes that are no text are taken for the type's binary form, so these are told that theirs are text. */
const binaryForms = new Set(["uuid", "inet4", "inet6"]);

function field({ name, type }: Column): Sql {
  const column = sql.id(name);
  if (type === "float") return orNull(sql`cast(cast(${column} as double) as char)`);
  if (plain.has(type)) return orNull(sql`cast(${column} as char)`);
  const bytes = sql`cast(${column} as binary)`;
  return orNull(sql`
    replace(replace(replace(replace(${bytes}, x'5c', x'5c5c'), x'09', x'5c74'), x'0a', x'5c6e'), x'00', x'5c30')`);
}

function orNull(text: Sql): Sql {
  return sql`ifnull(cast(${text} as binary), x'5c4e')`;
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
  return sql`
    load data ${from} ${sql.literal(options.path)} into table ${sql.id(options.table)}
    character set binary
    fields terminated by x'09' escaped by x'5c'
    lines terminated by x'0a'
    (${list})${set}`;
}
