// A transaction as a whole: begin, work, commit; repeated from the start when the server sacrificed it to another one, and taken
// back when its time is over.
import { setTimeout as sleep } from "node:timers/promises";
import { isProblem, Problem } from "../foundation/problem.ts";
import type { Sql } from "../foundation/sql.ts";
import type { Pool, Session } from "./driver.ts";
import type { Term } from "./term.ts";

const attempts = 4;

/**
 * Runs `work` in a transaction of its own. Deadlocks and serialization failures are tried again, the whole of it, at most
 * three times with a growing random pause; `work` must therefore touch nothing but the session. Throws RH-CONN-004 when the
 * connection is lost during the commit: then, and only then, is the outcome unknown. Throws RH-TIME-001 when `term` is over
 * before the commit was sent; then nothing has changed.
 */
export function transaction<T>(pool: Pool, work: (session: Session) => Promise<T>, term?: Term): Promise<T> {
  return repeated(term, () => once(pool, work, term));
}

/**
 * Runs one statement that is a transaction by itself and returns its rows, with the same promises: it is tried again as above,
 * and RH-CONN-004 alone, when the connection is lost or given up while it runs, or `term` ends it, means that the outcome is unknown.
 */
export function wholeStatement<Row>(pool: Pool, statement: Sql, term?: Term): Promise<Row[]> {
  return repeated(term, async () => {
    await using session = await pool.session();
    term?.hold(session);
    const send = () => session.whole<Row>(statement);
    try {
      return await (term ? term.whole(send) : send());
    } catch (thrown) {
      throw isInDoubt(session, thrown) ? unknownOutcome(thrown) : thrown;
    }
  });
}

async function repeated<T>(term: Term | undefined, tryOnce: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOnce();
    } catch (thrown) {
      if (attempt >= attempts || term?.isOver() || !isProblem(thrown, "RH-TX-001", "RH-TX-002")) throw thrown;
      await sleep(Math.random() * 20 * 2 ** attempt);
    }
  }
}

async function once<T>(pool: Pool, work: (session: Session) => Promise<T>, term: Term | undefined): Promise<T> {
  await using session = await pool.session();
  term?.hold(session);
  await session.begin();
  let result: T;
  try {
    result = await work(session);
    term?.check();
  } catch (thrown) {
    await session.rollback().catch(() => undefined); // the connection may be gone; the first failure is the one to tell
    throw thrown;
  }
  await commit(session, term);
  return result;
}

/** Throws RH-CONN-004 as above. */
export async function commit(session: Session, term?: Term): Promise<void> {
  try {
    await (term ? term.commit(() => session.commit()) : session.commit());
  } catch (thrown) {
    throw isInDoubt(session, thrown) ? unknownOutcome(thrown) : thrown;
  }
}

/** The connection is gone, or the server gave up on a statement that may have committed by then. */
function isInDoubt(session: Session, thrown: unknown): boolean {
  return !session.isUsable() || isProblem(thrown, "RH-TIME-001");
}

function unknownOutcome(cause: unknown): Problem {
  return new Problem("RH-CONN-004", "the connection was lost while committing; the work is either whole or not there", {
    cause,
    hint: "Look whether the change is there before repeating it.",
  });
}
