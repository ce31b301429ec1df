// Requests that may come again: the first one to claim its key writes, and leaves its result beside the key in the same
// transaction; whoever comes with the key later, or meanwhile, gets that result and writes nothing. A write that failed was
// rolled back with its claim. Keys are kept for a day; an older one is as good as none, swept away or not.
import type { Session } from "../../drivers/driver.ts";
import { Problem } from "../../foundation/problem.ts";
import { sql } from "../../foundation/sql.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Access } from "./access.ts";
import type { Dialect } from "./dialect.ts";
import type { Once } from "./store.ts";

export interface IdempotencyKeys {
  /** Removes keys of more than a day, a thousand at most, and returns how many. */
  sweepKeys(): Promise<number>;
}

const keptMs = 24 * 60 * 60 * 1_000;
const sweptRows = 1_000;

interface Claiming {
  readonly session: Session;
  readonly dialect: Dialect;
  readonly clock: Pick<Clock, "now">;
}

/** Runs `work`, whose result is plain JSON, or gives what it gave before. Throws RH-API-010 when the key had other content. */
export async function atMostOnce<T>(claiming: Claiming, once: Once, work: (session: Session) => Promise<T>): Promise<T> {
  const kept = await claim(claiming, once);
  if (kept !== undefined) {
    once.onReplay();
    return JSON.parse(kept) as T;
  }
  const result = await work(claiming.session);
  const answer = JSON.stringify(result ?? null);
  await claiming.session.run(sql`update idempotency_keys set answer = ${answer} where idempotency_key = ${once.key}`);
  return result;
}

/** Undefined when the key is this transaction's now, else the result that is kept under it. Waits for a twin that still writes. */
async function claim({ session, dialect, clock }: Claiming, { key, contentHash }: Once): Promise<string | undefined> {
  const now = dialect.bindMoment(clock.now().toISOString());
  const row = sql`idempotency_keys (idempotency_key, request_hash, created_at) values (${key}, ${contentHash}, ${now})`;
  if ((await session.run(dialect.insertUnlessThere(row))) === 1) return undefined;
  const oldest = oldestKept(dialect, clock);
  const [kept] = await session.all<{ request_hash: string; answer: string }>(
    sql`select request_hash, answer from idempotency_keys where idempotency_key = ${key} and created_at >= ${oldest}`,
  );
  if (kept && kept.request_hash !== contentHash)
    throw new Problem("RH-API-010", "the key came with another request before", { field: "Idempotency-Key" });
  if (kept) return kept.answer;
  const renewed = await session.run(sql`
    update idempotency_keys
    set request_hash = ${contentHash}, answer = null, created_at = ${now}
    where idempotency_key = ${key} and created_at < ${oldest}`);
  if (renewed === 1) return undefined;
  throw new Problem("RH-TX-002", "the old key went while it was being renewed"); // and so the whole transaction is tried again
}

export function idempotencyKeysIn(access: Access): IdempotencyKeys {
  return { sweepKeys: () => sweepKeys(access) };
}

async function sweepKeys({ dialect, clock, read }: Access): Promise<number> {
  const old = sql`select idempotency_key from idempotency_keys where created_at < ${oldestKept(dialect, clock)} order by created_at limit ${sweptRows}`;
  return read((pool) => pool.run(sql`delete from idempotency_keys where idempotency_key in (select idempotency_key from (${old}) as old_keys)`));
}

function oldestKept(dialect: Dialect, clock: Pick<Clock, "now">): string {
  return dialect.bindMoment(new Date(clock.now().getTime() - keptMs).toISOString());
}
