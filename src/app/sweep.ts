// What the application removes in the background: idempotency keys of more than a day, in steps that hold no lock for long. A
// step that fails is left to the next one; any instance may take it.
import type { Clock } from "../platform/clock.ts";
import type { Store } from "./store/store.ts";

const pauseMs = 60_000;
const stepPauseMs = 1_000;

/** Goes on until `signal` is aborted. */
export async function keepSweeping(store: Pick<Store, "sweepKeys">, clock: Pick<Clock, "sleep">, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const swept = await store.sweepKeys().catch(() => 0);
    await clock.sleep(swept === 0 ? pauseMs : stepPauseMs, signal).catch(() => undefined); // the signal, looked at above
  }
}
