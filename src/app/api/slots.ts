// How many long requests are in work: beyond the limit they are refused at once, so that they neither wait for each other nor
// take what ordinary requests need.
import { Problem } from "../../foundation/problem.ts";

export interface Slots {
  /** Given back when disposed. Throws RH-API-012. */
  take(): Disposable;
}

export function slotsOf(limit: number, what: string): Slots {
  let taken = 0;
  return {
    take: () => {
      if (taken >= limit) throw new Problem("RH-API-012", `${limit} ${what} are in work, and no more at once`);
      taken++;
      return {
        [Symbol.dispose]: () => {
          taken--;
        },
      };
    },
  };
}
