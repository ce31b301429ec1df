// First writes into a throw-away copy: the primary key of each table refuses a row that is there, a table without one takes a
// row, and each counter that feeds a column gives a number that is free. Triggers of the copied schema stay asleep.
import type { Session } from "../../../drivers/driver.ts";
import { isProblem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Content, TableName, TriedWrites } from "../../backup.ts";
import { columnsOf } from "./rows.ts";

export async function tryWrites(session: Session, content: Content): Promise<TriedWrites> {
  const findings: { subject: string; seen: string }[] = [];
  let tried = 0;
  await session.all(sql`
    select set_config('session_replication_role', 'replica', false) as value, set_config('default_transaction_read_only', 'off', false) as writes`);
  for (const { name, rows } of content.tables) {
    if (rows === 0 || name.length < 2) continue;
    const seen = await copyRow(session, name);
    tried++;
    if (seen) findings.push({ subject: `table ${name.join(".")}`, seen });
  }
  for (const feed of await feeds(session)) {
    tried++;
    const [row] = await session.all<{ taken: boolean; next: string }>(sql`
      with given as (select nextval(format('%I.%I', ${feed.schema}::text, ${feed.sequence}::text)::regclass) as next)
      select given.next::text as next, exists (select from only ${sql.id(feed.schema_of_table, feed.tab)} as t where t.${sql.id(feed.col)} = given.next) as taken from given`);
    if (row?.taken)
      findings.push({ subject: `sequence ${feed.schema}.${feed.sequence}`, seen: `gives ${row.next}, which ${feed.tab}.${feed.col} has already` });
  }
  return { tried, findings };
}

/** What is wrong, undefined when the key refused the row or there is no key and it went in. */
async function copyRow(session: Session, name: TableName): Promise<string | undefined> {
  const keys = await session.all(sql`
    select i.indexrelid from pg_index as i join pg_class as c on c.oid = i.indrelid join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = ${name[0] ?? ""} and c.relname = ${name[1] ?? ""} and i.indisprimary`);
  const columns = await columnsOf(session, name);
  if (columns.length === 0) return undefined;
  const list = sql.join(
    columns.map((column) => sql.id(column.name)),
    ", ",
  );
  await session.begin();
  try {
    await session.run(sql`insert into ${sql.id(...name)} (${list}) overriding system value select ${list} from only ${sql.id(...name)} limit 1`);
    return keys.length > 0 ? "its primary key takes a row twice" : undefined;
  } catch (thrown) {
    if (isProblem(thrown, "RH-DATA-001", "RH-DATA-002", "RH-DATA-003")) return undefined; // a row may be older than a rule that it breaks
    if (isProblem(thrown, "RH-SQL-003")) return keys.length > 0 ? undefined : `takes no row: ${thrown.message}`;
    throw thrown;
  } finally {
    await session.rollback();
  }
}

interface Feed {
  readonly schema: string;
  readonly sequence: string;
  readonly schema_of_table: string;
  readonly tab: string;
  readonly col: string;
}

/** Sequences that a column owns, as serial and identity columns do. */
async function feeds(session: Session): Promise<readonly Feed[]> {
  return session.all<Feed>(sql`
    select sn.nspname::text as schema, s.relname::text as sequence, tn.nspname::text as schema_of_table, t.relname::text as tab, a.attname::text as col
    from pg_depend as d
    join pg_class as s on s.oid = d.objid and s.relkind = 'S'
    join pg_namespace as sn on sn.oid = s.relnamespace
    join pg_class as t on t.oid = d.refobjid and t.relkind = 'r'
    join pg_namespace as tn on tn.oid = t.relnamespace
    join pg_attribute as a on a.attrelid = t.oid and a.attnum = d.refobjsubid
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
    order by 1, 2`);
}
