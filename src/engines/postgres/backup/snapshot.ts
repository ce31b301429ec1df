// One moment that several sessions and pg_dump's workers see: a session exports it and holds it while it lives. It locks the tables
// as pg_dump does, before and for longer: TRUNCATE and what writes a table anew take its rows from older snapshots too.
// Source: postgresql.org/docs/current/functions-admin.html (snapshot synchronization), mvcc-caveats.html, sql-lock.html
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";

export interface Snapshot extends AsyncDisposable {
  readonly sessions: readonly [Session, ...Session[]];
  /** What the server calls it. */
  readonly how: string;
}

export async function takeSnapshot(login: ConnectionOptions): Promise<Snapshot> {
  const session = await postgresDriver.connect({ ...login, lockTimeoutMs: lockWaitMs });
  try {
    const before = await tableNames(session);
    await session.begin("snapshot");
    await lock(session, before);
    const [row] = await session.all<{ snapshot: string }>(sql`select pg_export_snapshot()::text as snapshot`);
    if (!row) throw new Error("a select without from gave no row");
    await lock(session, await tableNames(session)); // those that were made between the two
    return { sessions: [session], how: row.snapshot, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  } catch (thrown) {
    await session[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** As long as pg_dump is told to wait. */
export const lockWaitMs = 10_000;

/** All that have rows; views and what a login may not read cannot be locked. */
async function tableNames(session: Session): Promise<readonly (readonly [string, string])[]> {
  const rows = await session.all<{ schema: string; name: string }>(sql`
    select n.nspname::text as schema, c.relname::text as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
      and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
    order by c.oid`);
  return rows.map(({ schema, name }) => [schema, name]);
}

/** Throws RH-BACKUP-002 when somebody changes one of them, or has dropped it. */
async function lock(session: Session, names: readonly (readonly [string, string])[]): Promise<void> {
  if (names.length === 0) return;
  const tables = sql.join(
    names.map((name) => sql`only ${sql.id(...name)}`),
    ", ",
  );
  await session.run(sql`lock table ${tables} in access share mode`).catch((thrown: unknown) => {
    if (!isProblem(thrown, "RH-TX-003", "RH-SQL-002")) throw thrown;
    throw new Problem("RH-BACKUP-002", thrown.message, { cause: thrown, hint: "Run it again when nobody changes the schema." });
  });
}
