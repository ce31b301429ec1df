// strace(1) on a process that waits: every thread that it has is traced, its children are not. What is injected into the N-th
// call of a thread is a signal or an error. One thread of node does all file work, another talks to the outside.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Resolves once all threads are traced; the tracer ends with its process. */
export async function traceThreads(pid: number, words: readonly string[]): Promise<ChildProcess> {
  const threads = readdirSync(`/proc/${pid}/task`);
  const tracer = spawn("/usr/bin/strace", ["-qq", ...threads.flatMap((thread) => ["-p", thread]), ...words], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (let attempt = 0; attempt < 2_000; attempt++) {
    if (threads.every((thread) => !/^TracerPid:\t0$/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8")))) return tracer;
    await sleep(5);
  }
  throw new Error(`strace did not attach to pid ${pid} within 10 s`);
}

export async function endOfTrace(tracer: ChildProcess): Promise<void> {
  if (tracer.exitCode === null && tracer.signalCode === null) await once(tracer, "close");
}

export interface Call {
  readonly name: string;
  /** Which one of its thread. */
  readonly nth: number;
  readonly text: string;
}

/** The calls that a log written with `-f`-less `-o` and several `-p` tells of, each numbered within its thread. */
export function callsIn(log: string): readonly Call[] {
  const counts = new Map<string, number>();
  return [...log.matchAll(/^(\d+) +(?:\[pid +\d+\] )?(\w+)\((.*)$/gm)].map(([, thread = "", name = "", text = ""]) => {
    const nth = (counts.get(`${thread} ${name}`) ?? 0) + 1;
    counts.set(`${thread} ${name}`, nth);
    return { name, nth, text };
  });
}
