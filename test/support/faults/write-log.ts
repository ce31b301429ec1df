// What the clients attempted and what was acknowledged, in a file outside the fault: one JSON object a line, appended before
// the request is sent and after its answer came. Not synced: the process that writes it is never the one that is killed.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Written } from "./compare.ts";

export interface WriteLog extends Disposable {
  attempt(title: string): void;
  acknowledge(title: string, id: number): void;
  /** Read back from the file. */
  read(): Written;
}

type Line = { readonly attempted: string } | { readonly acknowledged: string; readonly id: number };

export function openWriteLog(path: string): WriteLog {
  const descriptor = openSync(path, "a");
  const append = (line: Line) => void writeSync(descriptor, `${JSON.stringify(line)}\n`);
  return {
    attempt: (attempted) => append({ attempted }),
    acknowledge: (acknowledged, id) => append({ acknowledged, id }),
    read: () => writtenIn(readFileSync(path, "utf8")),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function writtenIn(text: string): Written {
  const attempted = new Set<string>();
  const acknowledged = new Map<string, number>();
  for (const line of text.split("\n").filter(Boolean)) {
    const entry = JSON.parse(line) as Line;
    if ("attempted" in entry) attempted.add(entry.attempted);
    else acknowledged.set(entry.acknowledged, entry.id);
  }
  return { attempted, acknowledged };
}
