// What the API asks of its database, the same on both engines: equal JSON for equal rows, equal Problems for equal faults.
// Reads may be repeated. Writes put the row and its event into one transaction; a deadlock or serialization failure is tried
// again whole; RH-CONN-004 alone means that the outcome is unknown. Every call ends within the deadlines below, but for the
// transfer of whole tables, which has its own.
import type { ConnectionOptions, PoolStats } from "../../drivers/driver.ts";
import type { Sql } from "../../foundation/sql.ts";
import type { BulkWrites } from "./bulk.ts";
import type { EventLog } from "./event-log.ts";
import type { IdempotencyKeys } from "./idempotency.ts";
import type { Imports } from "./imports.ts";
import type { Projects } from "./projects.ts";
import type { Snapshots } from "./snapshots.ts";
import type { StatementLog } from "./statement-log.ts";
import type { TaskStats } from "./stats.ts";
import type { TaskLists } from "./task-lists.ts";
import type { TaskReads } from "./task-reads.ts";
import type { TaskWrites } from "./task-writes.ts";

export const limits = {
  statementMs: 4_000,
  lockMs: 3_000,
  acquireMs: 2_000,
  /** A whole call, with its waits and repetitions. */
  callMs: 4_500,
  /** Until a write is ended and taken back; only a commit that was sent before may still be under way. */
  writeMs: 4_000,
  /** How long the server waits for the next statement of a transaction; what this side forgot or cannot say is rolled back then. */
  idleMs: 5_000,
  /** Until a bulk write begins its last statement; a call that is late then still ends as one that made nothing. */
  bulkMs: 3_500,
} as const;

/** Of exports and imports, which have connections of their own. */
export const transferLimits = {
  /** At once, of one instance. */
  atOnce: 4,
  /** Without a byte that the client takes, and without one that it sends. */
  downloadStillMs: 60_000,
  uploadStillMs: 30_000,
  /** Of an import's body. */
  bodyBytes: 2_147_483_648,
  batchMs: 60_000,
  /** For each of the last steps of an import, from its event on: listeners give a gap up after two minutes (decision 0009). */
  lastStepMs: 30_000,
  wholeMs: 1_800_000,
} as const;

export interface StoreOptions extends Pick<ConnectionOptions, "host" | "port" | "database" | "user" | "password"> {
  readonly poolLimit: number;
}

/** A request that writes: the id that its events are recorded under, and its key when it may come again. */
export interface Write {
  readonly requestId: string;
  readonly once?: Once;
}

/** A write that is made once however often it comes: within a day the key gives the first one's result again. */
export interface Once {
  readonly key: string;
  /** SHA-256 of what was asked; another one under the same key is RH-API-010. */
  readonly contentHash: string;
  /** Called when the result is an earlier one's. */
  readonly onReplay: () => void;
}

/** A write to a row that is there: which one, and which versions of it may be changed (any when not given). */
export interface RowWrite extends Write {
  readonly id: number;
  readonly versions?: readonly number[];
}

/** What a login may do beyond reading and writing rows, and the statement that takes it away. */
export interface Excess {
  readonly user: string;
  readonly rights: readonly string[];
  readonly mend: Sql;
}

/** What a request that is traced may ask of the store. */
export interface TracedStore extends TaskReads, TaskWrites, Projects {}

export interface Store
  extends TaskLists,
    TaskStats,
    TaskReads,
    TaskWrites,
    Projects,
    BulkWrites,
    EventLog,
    IdempotencyKeys,
    Snapshots,
    Imports,
    AsyncDisposable {
  /** The engine's name as people write it. */
  readonly engine: string;
  /** The same rows by the plain path, with every statement noted in `log`. */
  traced(log: StatementLog): TracedStore;
  /** Writes the one row that is there for it, so that "ready" means "can write". */
  probeWrite(): Promise<void>;
  /** The newest migration that is done, 0 when there is none. */
  schemaVersion(): Promise<number>;
  /** Looks once at what the login may do; nothing else is sent before. Throws RH-AUTH-004 when it is too much. */
  admit(): Promise<void>;
  about(): Promise<{ readonly engine: string; readonly version: string }>;
  /** How the pool stands, to name the cause of a wait. */
  load(): PoolStats & { readonly limit: number };
}
