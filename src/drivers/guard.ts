// Sees to it that no statement is waited for without an end: a deadline behind the server's own, the end of the connection,
// the caller's signal. What a statement left in doubt is remembered, so that its connection is not used for another.
import { isProblem, Problem } from "../foundation/problem.ts";
import { deadlines } from "./driver.ts";
import type { Wire } from "./wire.ts";

export interface Guard {
  /** Runs `work`, and fails with a Problem, or with the signal's reason once the statement has ended on the server. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** True when the connection was lost, or when nobody knows what the server still does on it. */
  isBroken(): boolean;
}

export function guardOver(wire: Wire, limitMs: number): Guard {
  let isBroken = false;
  const run = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    signal?.throwIfAborted();
    if (wire.ended.aborted) throw lost(wire);
    const watch = watchOver(wire, { limitMs, signal });
    const outcome = await outcomeOf(() => Promise.race([work(), watch.failure]), wire);
    await watch.end();
    isBroken ||= watch.isLate() || isFatal(outcome.failure) || (signal?.aborted === true && !isCancelled(outcome.failure));
    signal?.throwIfAborted();
    if ("failure" in outcome) throw outcome.failure;
    return outcome.result;
  };
  return {
    run,
    isBroken: () => isBroken || wire.ended.aborted,
  };
}

type Outcome<T> = { readonly result: T; readonly failure?: never } | { readonly failure: unknown };

async function outcomeOf<T>(work: () => Promise<T>, wire: Wire): Promise<Outcome<T>> {
  try {
    return { result: await work() };
  } catch (thrown) {
    return { failure: wire.translate(thrown) };
  }
}

interface Watch {
  /** Rejects when the wait is over before the work is. */
  readonly failure: Promise<never>;
  /** Ends the watch; waits for a cancellation that is under way, so that it cannot hit the next statement. */
  end(): Promise<void>;
  isLate(): boolean;
}

function watchOver(wire: Wire, { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal | undefined }): Watch {
  let isLate = false;
  let fail: (reason: unknown) => void = () => undefined;
  const failure = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const over = failure.catch(() => undefined);
  const give = () => {
    isLate = true;
    fail(new Problem("RH-TIME-001", `${wire.where} did not answer a statement in time`));
    void wire.cancel().catch(() => undefined); // a server that is well goes on otherwise, with nobody to hear it
    wire.destroy();
  };
  let timer = setTimeout(give, limitMs);
  let cancelling: Promise<void> | undefined;
  const onAbort = () => {
    clearTimeout(timer);
    timer = setTimeout(give, deadlines.marginMs);
    cancelling = wire.cancel().catch(() => undefined); // then the deadline ends the wait
  };
  const onEnded = () => setImmediate(() => fail(lost(wire))); // what the server said last comes first
  signal?.addEventListener("abort", onAbort, { once: true });
  wire.ended.addEventListener("abort", onEnded, { once: true });
  return {
    failure,
    isLate: () => isLate,
    end: async () => {
      signal?.removeEventListener("abort", onAbort);
      wire.ended.removeEventListener("abort", onEnded);
      if (cancelling) await Promise.race([cancelling, over]);
      clearTimeout(timer);
    },
  };
}

function lost(wire: Wire): Problem {
  return new Problem("RH-CONN-003", `the connection to ${wire.where} was lost`);
}

/** The server said itself that it ended the statement early: nothing of it is still to come. */
function isCancelled(failure: unknown): boolean {
  return isProblem(failure, "RH-TIME-001");
}

/** A failure of the connection, or one that nobody has a word for; undefined is no failure. */
function isFatal(failure: unknown): boolean {
  return failure !== undefined && (!(failure instanceof Problem) || failure.code.startsWith("RH-CONN"));
}
