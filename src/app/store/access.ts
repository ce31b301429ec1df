// The ways to the database: `read`, `write` and `writeWhole`. All wait for admission (nothing is sent before the login's rights
// were looked at), all end in time, and a write with its answer (decision 0011). A write has a transaction of its own, named after
// its request; one with a key is made once.
import type { Pool, Queryable, Session } from "../../drivers/driver.ts";
import { Term } from "../../drivers/term.ts";
import { transaction, wholeStatement } from "../../drivers/transaction.ts";
import type { Sql } from "../../foundation/sql.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Clock } from "../../platform/clock.ts";
import { within } from "./deadline.ts";
import type { Dialect } from "./dialect.ts";
import { atMostOnce } from "./idempotency.ts";
import { type StatementLog, tracedPool } from "./statement-log.ts";
import { limits, type Write } from "./store.ts";

export interface Access {
  readonly dialect: Dialect;
  readonly clock: Pick<Clock, "now" | "monotonicMs">;
  admit(): Promise<void>;
  read<T>(work: (pool: Queryable) => Promise<T>): Promise<T>;
  /** The result of `work` is plain JSON: under a key it may be given again without `work`. */
  write<T>(write: Write, work: (session: Session) => Promise<T>): Promise<T>;
  /** A write that is one statement with a transaction of its own; its rows. It waited for `waitedMs` already. */
  writeWhole<Row>(statement: Sql, waitedMs?: number): Promise<readonly Row[]>;
  /** Calls `onWrite` after each write that committed; what it returns ends that. */
  watchWrites(onWrite: () => void): () => void;
  /** Each statement is to be seen as it is: requests share none, and a write is not folded into one. */
  readonly isPlain: boolean;
  /** The same ways, plain, for one request whose statements are to be noted. */
  traced(log: StatementLog): Access;
}

interface Parts {
  readonly pool: Pool;
  readonly dialect: Dialect;
  readonly clock: Pick<Clock, "now" | "monotonicMs">;
}

interface Shared extends Pick<Access, "admit" | "isPlain"> {
  readonly watchers: Set<() => void>;
}

export function accessTo(parts: Parts): Access {
  return accessOver({ ...parts, admit: once(() => refuseExcess(parts.pool, parts.dialect)), watchers: new Set(), isPlain: false });
}

function accessOver({ pool, dialect, clock, admit, watchers, isPlain }: Parts & Shared): Access {
  const reading = async <T>(work: (pool: Queryable) => Promise<T>) => {
    await admit();
    return work(pool);
  };
  const writing = async <T>(term: Term, { requestId, once: key }: Write, work: (session: Session) => Promise<T>) => {
    await admit();
    const named = async (session: Session) => {
      await dialect.nameRequest(session, requestId);
      return key ? atMostOnce({ session, dialect, clock }, key, work) : work(session);
    };
    const result = await transaction(pool, named, term);
    for (const onWrite of watchers) onWrite();
    return result;
  };
  const writingWhole = async <Row>(term: Term, statement: Sql) => {
    await admit();
    const rows = await wholeStatement<Row>(pool, statement, term);
    for (const onWrite of watchers) onWrite();
    return rows;
  };
  return {
    dialect,
    clock,
    isPlain,
    admit: () => within(limits.callMs, admit(), readIsLate),
    read: (work) => within(limits.callMs, reading(work), readIsLate),
    write: (write, work) => inTerm(0, (term) => writing(term, write, work)),
    watchWrites: (onWrite) => {
      watchers.add(onWrite);
      return () => watchers.delete(onWrite);
    },
    writeWhole: (statement, waitedMs = 0) => inTerm(waitedMs, (term) => writingWhole(term, statement)),
    traced: (log) => accessOver({ pool: tracedPool(pool, dialect.driver, log), dialect, clock, admit, watchers, isPlain: true }),
  };
}

async function inTerm<T>(waitedMs: number, write: (term: Term) => Promise<T>): Promise<T> {
  using term = new Term(limits.writeMs - waitedMs);
  return await within(limits.callMs - waitedMs, write(term), () => writeIsLate(term));
}

/** Runs `work` until it succeeds once; callers that come meanwhile share the attempt. */
function once(work: () => Promise<void>): () => Promise<void> {
  let attempt: Promise<void> | undefined;
  return () => {
    attempt ??= work().catch((thrown: unknown) => {
      attempt = undefined;
      throw thrown;
    });
    return attempt;
  };
}

async function refuseExcess(pool: Pool, dialect: Dialect): Promise<void> {
  const { user, rights, mend } = await dialect.excess(pool);
  if (rights.length === 0) return;
  throw new Problem("RH-AUTH-004", `${user} has more than an application needs: ${rights.join(", ")}`, {
    hint: `As an administrator: ${dialect.driver.render(mend).text}`,
  });
}

export function readIsLate(): Problem {
  return new Problem("RH-TIME-001", `the database did not answer within ${limits.callMs} ms`);
}

/** Without an answer from the database, which was told to end it. What is not in doubt is not committed any more. */
function writeIsLate(term: Term): Problem {
  if (!term.isInDoubt()) return new Problem("RH-TIME-001", `the database did not answer within ${limits.callMs} ms, and nothing was changed`);
  return new Problem("RH-CONN-004", `the database did not answer within ${limits.callMs} ms; the work is either whole or not there`, {
    hint: "Repeat it with the same Idempotency-Key, or look whether the change is there first.",
  });
}
