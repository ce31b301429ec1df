// From a confirmed write to its hops: browser, proxy, application, database, each with the time until it had its answer and the
// part of it that no hop further in used. What was not measured is not guessed.
import type { ConfirmedWrite } from "../../kit/last-write.ts";

export interface Hop {
  readonly name: string;
  /** What it did, in a few words. */
  readonly did: string;
  readonly ms: number;
  readonly ownMs: number;
}

export function hopsOf(write: ConfirmedWrite, databaseName: string): readonly Hop[] {
  const { method, path, status, browserMs, proxyMs } = write;
  const { trace } = write.answer;
  const statementsMs = trace?.statements.reduce((sum, { ms }) => sum + ms, 0) ?? 0;
  const measured: readonly Omit<Hop, "ownMs">[] = [
    { name: "Browser", did: `sent ${method} ${path}`, ms: browserMs },
    ...(proxyMs === undefined ? [] : [{ name: "nginx", did: `passed it on, and answered ${status}`, ms: proxyMs }]),
    ...(trace ? [{ name: trace.instance, did: "checked it and wrote the answer", ms: trace.app_ms }] : []),
    ...(trace ? [{ name: databaseName, did: statementsText(trace.statements.length), ms: statementsMs }] : []),
  ];
  return measured.map((hop, index) => ({ ...hop, ownMs: Math.max(0, hop.ms - (measured[index + 1]?.ms ?? 0)) }));
}

function statementsText(count: number): string {
  return `ran ${count} ${count === 1 ? "statement" : "statements"}`;
}

/** `0.42 ms`, `12.1 ms`, `5 ms`, which is all that nginx knows. */
export function millisecondsText(ms: number): string {
  if (Number.isInteger(ms)) return `${ms} ms`;
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`;
}
