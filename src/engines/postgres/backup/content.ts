// What of a PostgreSQL database is compared with a copy: each table's rows by a hash that knows no order, its counters, its
// large objects, its catalogue. The same statements run on both sides, in sessions that print values alike.
// Source: postgresql.org/docs/current/functions-info.html, catalogs.html
import type { Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Content, Counter, DatabaseObject, Progress, Scope, TableContent, TableName } from "../../backup.ts";
import { objects } from "./catalogue.ts";
import { rowText } from "./lines.ts";

export const hashMethod = "sum of hashtextextended((row.*)::text, 0) over all rows, with extra_float_digits 3, UTC and ISO dates";

/** Values are printed exactly and names in full; rows that a policy would hide are an error instead. */
const settings: Readonly<Record<string, string>> = {
  search_path: "pg_catalog",
  extra_float_digits: "3",
  bytea_output: "hex",
  row_security: "off",
  xmloption: "content",
  lc_monetary: "C",
};

const whole: Scope = { kind: "database", tables: [] };

export async function content(session: Session, onProgress: Progress, scope = whole): Promise<Content> {
  await printExactly(session);
  const tables: TableContent[] = [];
  for (const table of await tableNames(session)) {
    if (!isWithin(scope, table)) continue;
    onProgress(`hashing ${table.join(".")}`);
    tables.push(scope.kind === "schema" ? { name: table, rows: 0, hash: "0" } : await tableContent(session, table));
  }
  if (scope.kind === "database" || scope.kind === "data" || scope.tables.some(isLargeObjects)) tables.push(...(await largeObjects(session)));
  return { tables, counters: await counters(session), objects: await objects(session) };
}

async function printExactly(session: Session): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await session.all(sql`select set_config(${name}, ${value}, false) as value`);
}

/** The objects alone, as in `content`. */
export async function catalogueOf(session: Session): Promise<readonly DatabaseObject[]> {
  await printExactly(session);
  return objects(session);
}

function isWithin({ kind, tables }: Scope, [schema, name]: readonly [string, string]): boolean {
  return kind !== "tables" || tables.some((one) => one[0] === schema && one[1] === name);
}

/** A table has a schema before its name. */
function isLargeObjects(name: TableName): boolean {
  return name.length === 1;
}

/** Tables and leaves of partitioned ones, in every schema of the database's own; those of extensions come with them. */
async function tableNames(session: Session): Promise<readonly (readonly [string, string])[]> {
  const rows = await session.all<{ schema: string; name: string }>(sql`
    select n.nspname::text as schema, c.relname::text as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
    order by 1, 2`);
  return rows.map(({ schema, name }) => [schema, name]);
}

async function tableContent(session: Session, name: readonly [string, string]): Promise<TableContent> {
  const [row] = await session.all<{ rows: number; hash: string }>(sql`
    select count(*) as rows, coalesce(sum(hashtextextended(${rowText}, 0)), 0)::text as hash
    from only ${sql.id(...name)} as t`);
  if (!row) throw new Error("an aggregate gave no row");
  return { name, ...row };
}

/** As if they were one table, where there are any. */
async function largeObjects(session: Session): Promise<readonly TableContent[]> {
  const [row] = await session.all<{ rows: number; hash: string }>(sql`
    select count(*) as rows, coalesce(sum(hashtextextended(oid::text || ' ' || md5(lo_get(oid)), 0)), 0)::text as hash
    from pg_largeobject_metadata`);
  return row && row.rows > 0 ? [{ name: ["large objects"], ...row }] : [];
}

export async function counters(session: Session): Promise<readonly Counter[]> {
  const sequences = await session.all<{ schema: string; name: string }>(sql`
    select schemaname::text as schema, sequencename::text as name
    from pg_sequences
    where schemaname not like 'pg\\_%'
    order by 1, 2`);
  const found: Counter[] = [];
  for (const { schema, name } of sequences) {
    const [row] = await session.all<{ next: string }>(sql`
      select (case when s.is_called then s.last_value::numeric + p.seqincrement else s.last_value end)::text as next
      from ${sql.id(schema, name)} as s, pg_sequence as p join pg_class as c on c.oid = p.seqrelid join pg_namespace as n on n.oid = c.relnamespace
      where n.nspname = ${schema} and c.relname = ${name}`);
    if (row) found.push({ name: `${schema}.${name}`, next: row.next });
  }
  return found;
}
