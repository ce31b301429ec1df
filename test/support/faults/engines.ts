// What the faults need of an engine: its connections, its open transactions, its own check of what is on disk. Forgetting an
// engine does not compile. Source: postgresql.org/docs/current/amcheck.html, mariadb.com/kb/en/check-table, kill
import type { Session } from "../../../src/drivers/driver.ts";
import type { EngineName } from "../../../src/engines/engines.ts";
import { sql } from "../../../src/foundation/sql.ts";
import { signalProcess } from "../../../src/platform/processes.ts";
import type { Random } from "../../../bench/load/random.js";
import { pick } from "./random.ts";

export interface Fragile {
  /** The server's numbers of a role's connections. */
  connections(session: Session, role: string): Promise<readonly number[]>;
  /** Ends connections as hard as the engine can. Where each is a process, kill -9 of one, which makes the server end them all. */
  killConnections(session: Session, connections: readonly number[], random: Random): Promise<void>;
  /** How many sessions of a role are inside a transaction and doing nothing. */
  idleInTransaction(session: Session, role: string): Promise<number>;
  /** What the engine's own check finds wrong in the database of `session`. */
  damage(session: Session): Promise<readonly string[]>;
}

export const fragile: Readonly<Record<EngineName, Fragile>> = {
  postgres: {
    connections: async (session, role) => {
      const rows = await session.all<{ id: number }>(sql`select pid as id from pg_stat_activity where usename = ${role} order by pid`);
      return rows.map(({ id }) => id);
    },
    killConnections: async (_session, connections, random) => signalProcess(pick(random, connections), "SIGKILL"),
    idleInTransaction: async (session, role) => {
      const [row] = await session.all<{ count: number }>(sql`
        select count(*)::integer as count
        from pg_stat_activity
        where usename = ${role} and state in ('idle in transaction', 'idle in transaction (aborted)')`);
      return row?.count ?? 0;
    },
    damage: amcheck,
  },
  mariadb: {
    connections: async (session, role) => {
      const rows = await session.all<{ id: number }>(sql`select id from information_schema.processlist where user = ${role} order by id`);
      return rows.map(({ id }) => id);
    },
    killConnections: async (session, connections) => {
      for (const connection of connections) await session.run(sql`kill hard connection ${connection}`).catch(ignoreGone);
    },
    idleInTransaction: async (session, role) => {
      const [row] = await session.all<{ count: number | string }>(sql`
        select count(*) as count
        from information_schema.innodb_trx
        join information_schema.processlist on processlist.id = innodb_trx.trx_mysql_thread_id
        where processlist.user = ${role} and processlist.command = 'Sleep'`);
      return Number(row?.count ?? 0);
    },
    damage: checkTables,
  },
};

/** The server has no such connection any more: its client was faster. */
function ignoreGone(thrown: unknown): void {
  if (!(thrown instanceof Error) || !thrown.message.includes("(1094)")) throw thrown;
}

/** Every index against its table, every table against itself. The extension goes with the transaction that made it. */
async function amcheck(session: Session): Promise<readonly string[]> {
  await session.begin();
  try {
    await session.run(sql`create extension amcheck`);
    await session.all(sql`
      select bt_index_check(pg_index.indexrelid, true)
      from pg_index
      join pg_class on pg_class.oid = pg_index.indexrelid
      join pg_am on pg_am.oid = pg_class.relam
      where pg_am.amname = 'btree' and pg_class.relpersistence = 'p' and pg_index.indisvalid`);
    const rows = await session.all<{ seen: string }>(sql`
      select pg_class.relname || ' block ' || blkno || ': ' || msg as seen
      from pg_class
      cross join lateral verify_heapam(pg_class.oid)
      where pg_class.relkind = 'r' and pg_class.relpersistence = 'p'`);
    return rows.map(({ seen }) => seen);
  } catch (thrown) {
    return [thrown instanceof Error ? thrown.message : String(thrown)]; // bt_index_check tells what it finds by failing
  } finally {
    await session.rollback();
  }
}

async function checkTables(session: Session): Promise<readonly string[]> {
  const tables = await session.all<{ name: string }>(sql`
    select table_name as name
    from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE'`);
  const names = sql.join(
    tables.map(({ name }) => sql.id(name)),
    ", ",
  );
  const rows = await session.all<{ Table: string; Msg_type: string; Msg_text: string }>(sql`check table ${names} extended`);
  return rows.flatMap((row) => (row.Msg_type === "status" && row.Msg_text === "OK" ? [] : [`${row.Table}: ${row.Msg_text}`]));
}
