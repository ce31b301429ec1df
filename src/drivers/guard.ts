// Sees to it that no statement is waited for without an end: a deadline behind the server's own, the end of the connection,
// the caller's signal. What a statement left in doubt is remembered, so that its connection is not used for another.
import { isProblem, Problem } from "../foundation/problem.ts";
import { deadlines } from "./driver.ts";
import type { Wire } from "./wire.ts";

export interface Guard {
  /** Runs `work`, and fails with a Problem, or with the signal's reason once the statement has ended on the server. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Has the server end what runs here, if anything does. It may be a moment late, so that the connection is broken from now on. */
  interrupt(): void;
  /** True when the connection was lost, or when nobody knows what the server still does on it. */
  isBroken(): boolean;
}

export function guardOver(wire: Wire, limitMs: number): Guard {
  return new WireGuard(wire, limitMs);
}

type Fail = (reason: unknown) => void;

class WireGuard implements Guard {
  readonly #wire: Wire;
  readonly #limitMs: number;
  readonly #waits = new Set<Fail>();
  #isBroken = false;

  constructor(wire: Wire, limitMs: number) {
    this.#wire = wire;
    this.#limitMs = limitMs;
    const failAll = () => {
      for (const fail of this.#waits) fail(lost(wire));
    };
    wire.ended.addEventListener("abort", () => setImmediate(failAll), { once: true }); // what the server said last comes first
  }

  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#wire.ended.aborted) throw lost(this.#wire);
    return signal ? this.#runUnder(signal, work) : this.#wait(work, new Deadline());
  }

  interrupt(): void {
    this.#isBroken = true;
    void this.#wire.cancel().catch(() => undefined); // then the statement's own deadline ends it
  }

  isBroken(): boolean {
    return this.#isBroken || this.#wire.ended.aborted;
  }

  /** What the work gives, or the end of the wait for it, whichever comes first. */
  #wait<T>(work: () => Promise<T>, deadline: Deadline): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        deadline.clear();
        this.#waits.delete(fail);
      };
      const fail = (thrown: unknown) => {
        settle();
        reject(this.#judge(thrown));
      };
      deadline.set(this.#limitMs, () => this.#giveUp(fail));
      this.#waits.add(fail);
      started(work).then((result) => {
        settle();
        resolve(result);
      }, fail);
    });
  }

  /** As `#wait`, and the statement is ended on the server when the signal says so; that cannot hit the next one. */
  async #runUnder<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const deadline = new Deadline();
    let cancelling: Promise<void> | undefined;
    const onAbort = () => {
      deadline.shorten(deadlines.marginMs);
      cancelling = this.#wire.cancel().catch(() => undefined); // then the deadline ends the wait
    };
    signal.addEventListener("abort", onAbort, { once: true });
    let failure: unknown;
    const result = await this.#wait(work, deadline).catch((thrown: unknown) => {
      failure = thrown;
    });
    signal.removeEventListener("abort", onAbort);
    if (cancelling) await atMost(deadlines.marginMs, cancelling);
    this.#isBroken ||= signal.aborted && !isCancelled(failure);
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    return result as T;
  }

  #judge(thrown: unknown): unknown {
    const failure = this.#wire.translate(thrown);
    this.#isBroken ||= isFatal(failure);
    return failure;
  }

  #giveUp(fail: Fail): void {
    this.#isBroken = true;
    fail(new Problem("RH-TIME-001", `${this.#wire.where} did not answer a statement in time`));
    void this.#wire.cancel().catch(() => undefined); // a server that is well goes on otherwise, with nobody to hear it
    this.#wire.destroy();
  }
}

/** The end of one wait. */
class Deadline {
  #timer: NodeJS.Timeout | undefined;
  #end: () => void = () => undefined;

  set(ms: number, end: () => void): void {
    this.#end = end;
    this.#timer = setTimeout(end, ms);
  }

  /** Ends it in `ms` from now, if it has not ended. */
  shorten(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#end, ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/** The work's own promise, whatever it throws before it has one. */
function started<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work();
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const deadline = new Deadline();
  const late = new Promise<void>((resolve) => deadline.set(ms, resolve));
  await Promise.race([work, late]);
  deadline.clear();
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
