// Descriptors that a child would inherit. Node marks the ones it was started with as close-on-exec up to the first gap; one
// far from the others, as in `( flock 200; … ) 200>lock`, goes on to every child and holds the lock for its whole life.
// Source: proc(5), /proc/PID/fdinfo
import { readdirSync, readFileSync } from "node:fs";

const closeOnExec = 0o2000000;

/** Open descriptors above 2 that are not closed when another program is started. */
export function inheritedDescriptors(): readonly number[] {
  const open = readdirSync("/proc/self/fd").map(Number);
  return open.filter((descriptor) => descriptor > 2 && (flagsOf(descriptor) & closeOnExec) === 0);
}

/** One that is gone meanwhile (the directory was read through one) is inherited by nobody. */
function flagsOf(descriptor: number): number {
  try {
    const [, octal = ""] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8")) ?? [];
    return Number.parseInt(octal, 8);
  } catch {
    return closeOnExec;
  }
}
