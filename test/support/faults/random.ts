// Choices by chance that can be repeated, which is that of the benches.
import type { Random } from "../../../bench/load/random.js";

/** One of `choices`, which has at least one. */
export function pick<T>(random: Random, choices: readonly T[]): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw new Error("nothing to pick from");
  return chosen;
}
