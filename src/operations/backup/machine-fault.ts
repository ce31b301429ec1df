// What a throw-away server says of the machine that it runs on, and not of the files: they may be good, and nobody knows yet.
import { Problem } from "../../foundation/problem.ts";
import { saysDiskFull } from "../../platform/processes.ts";

/** In a server's log, or in what a statement failed with; undefined where it says nothing of the kind. */
export function machineFault(said: string): Problem | undefined {
  const lines = said.split("\n");
  const full = lines.find(saysDiskFull);
  if (full !== undefined) return new Problem("RH-FILE-002", `no space left while it was proved: ${full.trim()}`);
  const starved = lines.find((line) => /cannot allocate memory|out of memory|terminated by signal 9\b/i.test(line));
  return starved === undefined ? undefined : new Problem("RH-SRV-002", `no memory left while it was proved: ${starved.trim()}`);
}

/** True of what a statement failed with when its code says what `machineFault` looks for in words, or that nobody could be asked. */
export function isOfMachine({ code }: Problem): boolean {
  return /^RH-(FILE-|SRV-002|CONN-(?!003)|AUTH-|PROC-002|TOOL-)/.test(code);
}
