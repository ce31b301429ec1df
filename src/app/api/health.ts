// Health, as one probe that writes: its answer is shared by all who ask within a second, and no one waits longer than a second
// for it. The reasons are a fixed list; what lies behind them is in the log.
import { isProblem, Problem } from "../../foundation/problem.ts";
import type { ProblemCode } from "../../foundation/problems.ts";
import type { Clock } from "../../platform/clock.ts";
import { within } from "../store/deadline.ts";
import type { Store } from "../store/store.ts";

export const reasons = [
  "database unreachable",
  "database starting or stopping",
  "database read-only",
  "database too slow",
  "database full",
  "no free connection",
  "login refused",
  "too many rights",
  "wrong schema",
  "database failure",
] as const;
export type Reason = (typeof reasons)[number];

export type Health = { readonly isReady: true } | { readonly isReady: false; readonly reason: Reason };

const validMs = 1_000;
const waitMs = 1_000;

const reasonOf: Readonly<Partial<Record<ProblemCode, Reason>>> = {
  "RH-CONN-001": "database unreachable",
  "RH-CONN-002": "no free connection",
  "RH-CONN-003": "database unreachable",
  "RH-CONN-004": "database unreachable",
  "RH-CONN-005": "database unreachable",
  "RH-CONN-006": "database starting or stopping",
  "RH-CONN-007": "no free connection",
  "RH-AUTH-001": "login refused",
  "RH-AUTH-002": "login refused",
  "RH-AUTH-003": "login refused",
  "RH-AUTH-004": "too many rights",
  "RH-TX-003": "database too slow",
  "RH-TIME-001": "database too slow",
  "RH-SRV-001": "database read-only",
  "RH-SRV-002": "database full",
  "RH-SQL-002": "wrong schema",
  "RH-MIG-003": "wrong schema",
};

/** A function that tells whether the database can be written to; it never throws and never takes longer than a second. */
export function healthOf(store: Store, clock: Clock, expectedVersion: number): () => Promise<Health> {
  let running: Promise<Health> | undefined;
  let last: { readonly health: Health; readonly atMs: number } | undefined;
  const start = () =>
    probe(store, expectedVersion).then((health) => {
      running = undefined;
      last = { health, atMs: clock.monotonicMs() };
      return health;
    });
  return async () => {
    if (last && clock.monotonicMs() - last.atMs < validMs) return last.health;
    running ??= start();
    return within(waitMs, running, () => new Error("late")).catch(() => ({ isReady: false, reason: reasonOfWait(store) }));
  };
}

async function probe(store: Store, expectedVersion: number): Promise<Health> {
  try {
    const version = await store.schemaVersion();
    if (version !== expectedVersion) throw new Problem("RH-MIG-003", `the schema has version ${version}, not ${expectedVersion}`);
    await store.probeWrite();
    return { isReady: true };
  } catch (thrown) {
    return { isReady: false, reason: (isProblem(thrown) && reasonOf[thrown.code]) || "database failure" };
  }
}

/** Nothing failed yet, it only takes too long: how the pool stands tells what is being waited for. */
function reasonOfWait(store: Store): Reason {
  const { open, idle, limit } = store.load();
  if (open === 0) return "database unreachable";
  return open >= limit && idle === 0 ? "no free connection" : "database too slow";
}
