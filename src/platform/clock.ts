// Time comes from here, so that a test can hold it. Moments are wall time in UTC, durations are monotonic.
import { setTimeout as sleepFor } from "node:timers/promises";

export interface Clock {
  /** The moment, by the wall clock. */
  now(): Date;
  /** Milliseconds of a clock that never goes back; only differences mean anything. */
  monotonicMs(): number;
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleepFor(ms, undefined, signal ? { signal } : {}).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw cause;
    });
  },
};

/** Tries until `attempt` returns something other than undefined; after `withinMs` returns undefined. */
export async function waitFor<T>(
  clock: Clock,
  options: { readonly withinMs: number; readonly everyMs: number; readonly signal?: AbortSignal },
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = clock.monotonicMs() + options.withinMs;
  for (;;) {
    const found = await attempt();
    if (found !== undefined || clock.monotonicMs() >= end) return found;
    await clock.sleep(options.everyMs, options.signal);
  }
}
