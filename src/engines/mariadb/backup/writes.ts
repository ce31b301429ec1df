// First writes into a throw-away copy: the primary key of each table refuses a row that is there, a table without one takes a
// row, and each counter is beyond every number that was given. Tables whose triggers would meddle are left out.
import type { Session } from "../../../drivers/driver.ts";
import { isProblem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Content, TriedWrites } from "../../backup.ts";
import { columnsOf } from "./rows.ts";

export async function tryWrites(session: Session, content: Content): Promise<TriedWrites> {
  const findings: { subject: string; seen: string }[] = [];
  let tried = 0;
  await session.run(sql`set session sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,ALLOW_INVALID_DATES'`); // a 0 stays one
  const triggered = await session.all<{ name: string }>(sql`
    select distinct event_object_table as name from information_schema.triggers where trigger_schema = database() and event_manipulation = 'INSERT'`);
  for (const { name, rows } of content.tables) {
    const table = name[0] ?? "";
    if (rows === 0 || triggered.some((one) => one.name === table)) continue;
    const seen = await copyRow(session, table);
    tried++;
    if (seen) findings.push({ subject: `table ${table}`, seen });
  }
  for (const { tab, col, next } of await numbered(session)) {
    tried++;
    const [row] = await session.all<{ highest: string | null }>(sql`select cast(max(${sql.id(col)}) as char) as highest from ${sql.id(tab)}`);
    const highest = row?.highest ?? null;
    if (highest !== null && BigInt(highest) >= BigInt(next))
      findings.push({ subject: `counter ${tab}`, seen: `gives ${next}, and ${tab}.${col} has ${highest} already` });
  }
  return { tried, findings };
}

/** What is wrong, undefined when the key refused the row or there is no key and it went in. */
async function copyRow(session: Session, table: string): Promise<string | undefined> {
  const keys = await session.all(sql`
    select column_name as name from information_schema.statistics where table_schema = database() and table_name = ${table} and index_name = 'PRIMARY'`);
  const columns = await columnsOf(session, table);
  const list = sql.join(
    columns.map(({ name }) => sql.id(name)),
    ", ",
  );
  await session.begin();
  try {
    await session.run(sql`insert into ${sql.id(table)} (${list}) select ${list} from ${sql.id(table)} limit 1`);
    return keys.length > 0 ? "its primary key takes a row twice" : undefined;
  } catch (thrown) {
    if (isProblem(thrown, "RH-DATA-001", "RH-DATA-002", "RH-DATA-003", "RH-DATA-005")) return undefined; // a row may be older than a rule that it breaks
    throw thrown;
  } finally {
    await session.rollback();
  }
}

async function numbered(session: Session): Promise<readonly { readonly tab: string; readonly col: string; readonly next: string }[]> {
  return session.all(sql`
    select c.table_name as tab, c.column_name as col, cast(t.auto_increment as char) as next
    from information_schema.columns as c
    join information_schema.tables as t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = database() and c.extra like '%auto_increment%' and t.auto_increment is not null
    order by 1`);
}
