// The two ways to the database: `read` and `write`. Both wait for admission (nothing is sent before the login's rights were
// looked at), both end in time. A write has a transaction of its own, named after its request.
import type { Pool, Queryable, Session } from "../../drivers/driver.ts";
import { transaction } from "../../drivers/transaction.ts";
import { Problem } from "../../foundation/problem.ts";
import { within } from "./deadline.ts";
import type { Dialect } from "./dialect.ts";
import { type StatementLog, tracedPool } from "./statement-log.ts";
import { limits } from "./store.ts";

export interface Access {
  readonly dialect: Dialect;
  admit(): Promise<void>;
  read<T>(work: (pool: Queryable) => Promise<T>): Promise<T>;
  write<T>(requestId: string, work: (session: Session) => Promise<T>): Promise<T>;
  /** The same two ways, for one request whose statements are to be noted. */
  traced(log: StatementLog): Access;
}

export function accessTo(pool: Pool, dialect: Dialect): Access {
  return accessOver(
    pool,
    dialect,
    once(() => refuseExcess(pool, dialect)),
  );
}

function accessOver(pool: Pool, dialect: Dialect, admit: () => Promise<void>): Access {
  const reading = async <T>(work: (pool: Queryable) => Promise<T>) => {
    await admit();
    return work(pool);
  };
  const writing = async <T>(requestId: string, work: (session: Session) => Promise<T>) => {
    await admit();
    return transaction(pool, async (session) => {
      await dialect.nameRequest(session, requestId);
      return work(session);
    });
  };
  return {
    dialect,
    admit: () => within(limits.callMs, admit(), readIsLate),
    read: (work) => within(limits.callMs, reading(work), readIsLate),
    write: (requestId, work) => within(limits.callMs, writing(requestId, work), writeIsLate),
    traced: (log) => accessOver(tracedPool(pool, dialect.driver, log), dialect, admit),
  };
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

function readIsLate(): Problem {
  return new Problem("RH-TIME-001", `the database did not answer within ${limits.callMs} ms`);
}

function writeIsLate(): Problem {
  return new Problem("RH-CONN-004", `the database did not answer within ${limits.callMs} ms; the work is either whole or not there`, {
    hint: "Look whether the change is there before repeating it.",
  });
}
