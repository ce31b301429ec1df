// Waiting for a time or for a ring, whichever comes first. A ring while nobody waits ends the next wait at once.
import type { Clock } from "../../platform/clock.ts";

export interface Bell {
  ring(): void;
  wait(ms: number): Promise<void>;
}

export function bellOf(clock: Clock): Bell {
  let rung = new AbortController();
  return {
    ring: () => rung.abort(),
    wait: async (ms) => {
      await clock.sleep(ms, rung.signal).catch(() => undefined); // rung
      if (rung.signal.aborted) rung = new AbortController();
    },
  };
}
