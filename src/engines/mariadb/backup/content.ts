// What of a MariaDB database is compared with a copy: each table's rows by a hash, its counters, its catalogue. Rows are hashed
// as the lines in which they are dumped, so one reading serves both. Source: mariadb.com/kb/en/information-schema-tables
import { createHash, type Hash } from "node:crypto";
import type { Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Content, Counter, Progress, Scope, TableContent } from "../../backup.ts";
import { objects } from "./catalogue.ts";
import { type Lines, readLines, shapeOf } from "./rows.ts";

export const hashMethod =
  "sum modulo 2^128 of the first 128 bits of SHA-256 of each block of lines as in the data file; a block is 4,096 numbers of an integer primary key in its order, all rows in the order of another one, a single row where there is none";

const whole: Scope = { kind: "database", tables: [] };

export async function content(session: Session, onProgress: Progress, scope = whole): Promise<Content> {
  const tables: TableContent[] = [];
  for (const name of await tableNames(session)) {
    if (!isWithin(scope, name)) continue;
    onProgress(`hashing ${name}`);
    tables.push(await tableContent(session, name));
  }
  return { tables, counters: await counters(session), objects: await objects(session) };
}

function isWithin({ kind, tables }: Scope, name: string): boolean {
  return kind !== "tables" || tables.some(([one]) => one === name);
}

export async function tableNames(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ name: string }>(sql`
    select table_name as name
    from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE'
    order by binary table_name`);
  return rows.map(({ name }) => name);
}

async function tableContent(session: Session, name: string): Promise<TableContent> {
  const total = contentSum();
  for await (const lines of readLines(session, await shapeOf(session, name))) total.add(lines);
  return { name: [name], ...total.content() };
}

export interface ContentSum {
  /** Lines of one block come one after the other. */
  add(lines: Lines): void;
  rows(): number;
  /** So far; parts that were read apart are put together with `plus`. */
  content(): Pick<TableContent, "rows" | "hash">;
  plus(other: ContentSum): void;
  total(): bigint;
}

export function contentSum(): ContentSum {
  let rows = 0;
  let sum = 0n;
  let open: { readonly block: bigint; readonly hash: Hash } | undefined;
  const close = () => {
    if (open) sum = BigInt.asUintN(128, sum + BigInt(`0x${open.hash.digest("hex").slice(0, 32)}`));
    open = undefined;
  };
  return {
    add: (lines) => {
      if (open?.block !== lines.block) close();
      open ??= { block: lines.block, hash: createHash("sha256") };
      open.hash.update(lines.bytes);
      rows += lines.rows;
    },
    rows: () => rows,
    content: () => {
      close();
      return { rows, hash: sum.toString(16).padStart(32, "0") };
    },
    plus: (other) => {
      close();
      rows += other.rows();
      sum = BigInt.asUintN(128, sum + other.total());
    },
    total: () => {
      close();
      return sum;
    },
  };
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
