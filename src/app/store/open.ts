// Opens the store: a pool of few connections for requests and one for transfers, made when they are needed, so that it starts
// without its database.
import { Problem } from "../../foundation/problem.ts";
import { sql } from "../../foundation/sql.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Access, accessTo } from "./access.ts";
import { bulkWritesIn } from "./bulk.ts";
import type { Dialect } from "./dialect.ts";
import { eventLogIn } from "./event-log.ts";
import { idempotencyKeysIn } from "./idempotency.ts";
import { importsIn } from "./imports.ts";
import { projectsIn } from "./projects.ts";
import { snapshotsIn } from "./snapshots.ts";
import { taskStatsIn } from "./stats.ts";
import { limits, type Store, type StoreOptions, type TracedStore, transferLimits } from "./store.ts";
import { taskListsIn } from "./task-lists.ts";
import { taskReadsIn } from "./task-reads.ts";
import { taskWritesIn } from "./task-writes.ts";

/** More than the shapes of list that people use at a time. */
const rememberedStatements = 100;

export function openStore(dialect: Dialect, { poolLimit, ...connection }: StoreOptions, clock: Pick<Clock, "now" | "monotonicMs">): Store {
  const common = {
    ...connection,
    applicationName: "rowhouse-app",
    connectTimeoutMs: limits.acquireMs,
    acquireTimeoutMs: limits.acquireMs,
    lockTimeoutMs: limits.lockMs,
  };
  const pool = dialect.driver.pool({
    ...common,
    limit: poolLimit,
    statementTimeoutMs: limits.statementMs,
    idleTransactionTimeoutMs: limits.idleMs,
    rememberedStatements,
  });
  const { atOnce, batchMs, wholeMs } = transferLimits;
  const transfers = dialect.driver.pool({ ...common, limit: atOnce, statementTimeoutMs: batchMs, idleTransactionTimeoutMs: wholeMs });
  const access = accessTo({ pool, dialect, clock });
  return {
    ...roomsOver(access),
    ...bulkWritesIn(access),
    ...eventLogIn(access),
    ...idempotencyKeysIn(access),
    ...taskListsIn(access),
    ...taskStatsIn(access),
    ...snapshotsIn(access, transfers),
    ...importsIn(access, transfers),
    engine: dialect.title,
    traced: (log) => roomsOver(access.traced(log)),
    probeWrite: () => probeWrite(access),
    schemaVersion: () => schemaVersion(access, connection.database ?? ""),
    admit: () => access.admit(),
    about: async () => ({ engine: dialect.title, version: await access.read((session) => dialect.version(session)) }),
    load: () => ({ ...pool.stats(), limit: poolLimit }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([pool, transfers].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

function roomsOver(access: Access): TracedStore {
  return { ...taskReadsIn(access), ...taskWritesIn(access), ...projectsIn(access) };
}

async function probeWrite(access: Access): Promise<void> {
  const rows = await access.read((pool) => pool.run(sql`update write_probe set checked_at = current_timestamp(6) where id = 1`));
  if (rows !== 1) throw new Problem("RH-MIG-003", `the row that readiness writes to is there ${rows} times, not once`);
}

async function schemaVersion(access: Access, database: string): Promise<number> {
  const statement = sql`select max(version) as version from ${access.dialect.migrationsTable(database)} where state = 'done'`;
  const [row] = await access.read((pool) => pool.all<{ version: number | null }>(statement));
  return row?.version ?? 0;
}
