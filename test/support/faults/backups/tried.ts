// What one try of a fault came to, and the report of many; test/results/<id>.json holds it with its seed, N and found.
import { mkdirSync, writeFileSync } from "node:fs";
import type { EngineName } from "../../../../src/engines/engines.ts";
import type { Subject } from "./subject.ts";

export interface Tried {
  readonly what: string;
  /** What came out: a backup's state, an exit code. */
  readonly state: string;
  /** What was said of it, in one line. */
  readonly says: string;
  /** What should not have been, undefined when all was as it has to be. */
  readonly found?: string;
}

export interface FaultOptions {
  readonly seed: number;
  /** How many tries, the fault's own full count unless given. */
  readonly runs: number | undefined;
  readonly signal: AbortSignal;
  /** Called with each try when it is over. */
  readonly tell: (tried: Tried) => void;
}

/** Tries a fault on one engine, as often as it is told. */
export type BackupFault = (subject: Subject, options: FaultOptions) => Promise<void>;

/** `found` only where something was. */
export function tried(what: string, seen: { readonly state: string; readonly says?: string; readonly complaints: readonly string[] }): Tried {
  const { state, says = "", complaints } = seen;
  const said = says.length > 300 ? `${says.slice(0, 300)}…` : says;
  return { what, state, says: said, ...(complaints.length === 0 ? {} : { found: `${what}: ${complaints.join("; ")}` }) };
}

export interface Report {
  readonly id: string;
  readonly seed: number;
  readonly tried: readonly (Tried & { readonly engine: EngineName })[];
}

export function save(results: string, { id, seed, tried: all }: Report): void {
  const engines = [...new Set(all.map(({ engine }) => engine))];
  const found = all.flatMap((one) => (one.found === undefined ? [] : [`${one.engine}: ${one.found}`]));
  const per = Object.fromEntries(engines.map((engine) => [engine, all.filter((one) => one.engine === engine).length]));
  mkdirSync(results, { recursive: true });
  writeFileSync(`${results}/${id}.json`, `${JSON.stringify({ id, seed, N: all.length, perEngine: per, found, tried: all }, null, 2)}\n`);
}
