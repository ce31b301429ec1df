// What of a MariaDB database is compared with a copy: each table's rows by a hash that knows no order, its counters, its
// catalogue. Rows are hashed in the form in which they are dumped, which is exact for every type.
import type { Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Content, Counter, Progress, TableContent } from "../../backup.ts";
import { objects } from "./catalogue.ts";
import { columnsOf, rowText } from "./rows.ts";

export const hashMethod = "sum of the first 64 bits of md5 over all rows, each as a line of its data file";

export async function content(session: Session, onProgress: Progress): Promise<Content> {
  const tables: TableContent[] = [];
  for (const name of await tableNames(session)) {
    onProgress(`hashing ${name}`);
    tables.push(await tableContent(session, name));
  }
  return { tables, counters: await counters(session), objects: await objects(session) };
}

export async function tableNames(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ name: string }>(sql`
    select table_name as name
    from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE'
    order by binary table_name`);
  return rows.map(({ name }) => name);
}

/** A row that is longer than a packet would be NULL: it is counted as one that has no hash. */
export async function tableContent(session: Session, name: string): Promise<TableContent> {
  const line = rowText(await columnsOf(session, name));
  const [row] = await session.all<{ rows: number; hash: string; lost: number | string | null }>(sql`
    select
      count(*) as \`rows\`,
      cast(coalesce(sum(cast(conv(left(md5(${line}), 16), 16, 10) as decimal(20))), 0) as char) as hash,
      sum(${line} is null) as lost
    from ${sql.id(name)}`);
  if (!row) throw new Error("an aggregate gave no row");
  return { name: [name], rows: row.rows, hash: Number(row.lost ?? 0) === 0 ? row.hash : `${row.hash}, ${row.lost} rows without` };
}

export async function counters(session: Session): Promise<readonly Counter[]> {
  const numbered = await session.all<{ name: string; next: number | bigint | string }>(sql`
    select table_name as name, auto_increment as next
    from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE' and auto_increment is not null
    order by binary table_name`);
  const sequences = await session.all<{ name: string }>(sql`
    select table_name as name from information_schema.tables where table_schema = database() and table_type = 'SEQUENCE' order by binary table_name`);
  const found: Counter[] = numbered.map(({ name, next }) => ({ name, next: String(next) }));
  for (const { name } of sequences) {
    const [row] = await session.all<{ next: string }>(sql`select cast(next_not_cached_value as char) as next from ${sql.id(name)}`);
    if (row) found.push({ name, next: row.next });
  }
  return found;
}
