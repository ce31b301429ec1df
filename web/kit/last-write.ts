// The write that the server confirmed last, with what is needed to show its way through the tiers. Kept for as long as the page.
import { useSyncExternalStore } from "react";
import type { TaskAnswer } from "../../src/app/api/contract/tasks.ts";

export interface ConfirmedWrite {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly requestId: string;
  /** From the sending to the whole answer. */
  readonly browserMs: number;
  /** The proxy's own count, in whole milliseconds; undefined where there is no proxy. */
  readonly proxyMs: number | undefined;
  /** The task and the trace, where the answer is about one task. */
  readonly answer: Partial<TaskAnswer>;
}

let last: ConfirmedWrite | undefined;
const listeners = new Set<() => void>();

export function noteWrite(write: ConfirmedWrite): void {
  last = write;
  for (const onChange of listeners) onChange();
}

/** Undefined before the first. */
export function useLastWrite(): ConfirmedWrite | undefined {
  return useSyncExternalStore(listen, () => last);
}

function listen(onChange: () => void): () => void {
  listeners.add(onChange);
  return () => listeners.delete(onChange);
}
