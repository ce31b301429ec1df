// What pg_restore and pg_dump do not tell of themselves: how far they are, asked of the server each second meanwhile, over a session
// of its own. Before PostgreSQL 14 the server tells less of it. Source: postgresql.org/docs/current/progress-reporting.html, monitoring-stats.html
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Context } from "../../../platform/context.ts";
import { type Amount, formatAmount } from "../../../platform/counting.ts";
import type { DumpedTable, Progress } from "../../backup.ts";

interface Restoring {
  readonly login: ConnectionOptions;
  readonly database: string;
  readonly tables: readonly Pick<DumpedTable, "rows">[];
  readonly onProgress: Progress;
}

type Timed = Pick<Context, "clock">;

/** Tells how many rows the database holds while something fills it; the catalogue's own are among them. */
export async function tellingRows({ clock }: Timed, { login, database, tables, onProgress }: Restoring, work: () => Promise<void>): Promise<void> {
  const began = clock.monotonicMs();
  const total = tables.reduce((sum, { rows }) => sum + rows, 0);
  onProgress("restoring");
  await telling({ clock, login }, work, async (session) => {
    const [row] = await session.all<Amount>(sql`
      select
        tup_inserted + (select coalesce(sum(tuples_processed), 0) from pg_stat_progress_copy where datname = ${database})::bigint as rows,
        pg_database_size(${database}) as bytes
      from pg_stat_database where datname = ${database}`);
    if (!row) return;
    const done = { ...row, rows: Math.min(row.rows, total) };
    onProgress(
      `restoring: ${formatAmount(done, { total, tookMs: clock.monotonicMs() - began })}${done.rows < total ? "" : ", now keys and the rest"}`,
    );
  });
}

/** Tells how much of a database is dumped while pg_dump copies its tables. */
export async function tellingCopies(
  { clock }: Timed,
  { login, onProgress }: Pick<Restoring, "login" | "onProgress">,
  work: () => Promise<void>,
): Promise<void> {
  const began = clock.monotonicMs();
  const seen = new Map<number, Amount>();
  let total = 0;
  onProgress("dumping");
  await telling({ clock, login }, work, async (session) => {
    if (total === 0) total = await expectedRows(session);
    const rows = await session.all<Amount & { table: number }>(sql`
      select relid::bigint as table, tuples_processed as rows, bytes_processed as bytes
      from pg_stat_progress_copy where datname = current_database() and command = 'COPY TO'`);
    for (const { table, ...amount } of rows) seen.set(table, amount);
    const done = [...seen.values()].reduce((sum, one) => ({ rows: sum.rows + one.rows, bytes: sum.bytes + one.bytes }), { rows: 0, bytes: 0 });
    onProgress(`dumping: ${formatAmount(done, { total, isEstimate: true, tookMs: clock.monotonicMs() - began })}`);
  });
}

async function expectedRows(session: Session): Promise<number> {
  const [row] = await session.all<{ rows: number }>(sql`
    select coalesce(sum(greatest(reltuples, 0)), 0)::bigint as rows
    from pg_class where relkind = 'r' and relnamespace not in (select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema'))`);
  return row?.rows ?? 0;
}

const everyMs = 1_000;

/** Asks while the work goes on; that the server does not tell is no failure of the work. */
async function telling(
  { clock, login }: Timed & Pick<Restoring, "login">,
  work: () => Promise<void>,
  ask: (session: Session) => Promise<void>,
): Promise<void> {
  const isOver = new AbortController();
  const tell = async () => {
    await using session = await postgresDriver.connect({ ...login, applicationName: "rowhouse progress" });
    for (;;) {
      await clock.sleep(everyMs, isOver.signal);
      await ask(session);
    }
  };
  const told = tell().catch(() => undefined);
  try {
    await work();
  } finally {
    isOver.abort();
    await told;
  }
}
