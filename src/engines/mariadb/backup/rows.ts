// A row as one line that LOAD DATA reads back exactly: fields between tabs, NULL as \N, text and bytes between single quotes as
// QUOTE() writes them, which takes one pass whatever they hold (REPLACE() moves the rest at each find). The server writes the
// line, from each column's own bytes: text in its own character set, a float by the digits of its double, an address or a uuid
// as text. Source: mariadb.com/kb/en/load-data-infile, quote, cast, enum
import type { Session } from "../../../drivers/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";

export interface Column {
  readonly name: string;
  readonly type: string;
  /** Of an enum: digits that are none of its labels and mean its index 0, the value that is none of them. */
  readonly zero?: string;
}

/** Columns that hold values of their own, invisible ones too; generated ones follow from them. */
export async function columnsOf(session: Session, table: string): Promise<readonly Column[]> {
  const rows = await session.all<{ name: string; type: string; labels: string }>(sql`
    select column_name as name, data_type as type, column_type as labels
    from information_schema.columns
    where table_schema = database() and table_name = ${table} and is_generated = 'NEVER'
    order by ordinal_position`);
  return rows.map(({ name, type, labels }) => ({ name, type, ...(type === "enum" ? { zero: zeroOf(labels) } : {}) }));
}

/** The server takes up to five digits that are no label for an index. */
function zeroOf(labels: string): string {
  const zeros = ["0", "00", "000", "0000", "00000"];
  return zeros.find((zero) => !labels.includes(`'${zero}'`)) ?? "0";
}

/** The line without its end, as bytes; NULL when a part of it is longer than a packet. */
export function rowText(columns: readonly Column[]): Sql {
  return sql`concat(${sql.join(
    columns.flatMap((column, index) => (index === 0 ? [field(column)] : [sql`x'09'`, field(column)])),
    ", ",
  )})`;
}

/** Neither a digit nor a sign needs a quote. */
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
  const format = sql`character set binary fields terminated by x'09' enclosed by x'27' escaped by x'5c' lines terminated by x'0a'`;
  return sql`load data ${from} ${sql.literal(options.path)} into table ${sql.id(options.table)} ${format} (${list})${set}`;
}
