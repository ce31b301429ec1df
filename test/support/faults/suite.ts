// The full suite: so many runs of each fault on each engine, all runs of an engine in one house, so that what an earlier run
// wrote is compared again after each later kill. Run `n` has the seed `seed + n`; with `--runs 1` a seed repeats that run.
import { mkdirSync, writeFileSync } from "node:fs";
import type { EngineName } from "../../../src/engines/engines.ts";
import { type FaultId, faults, type Victim } from "./faults.ts";
import { loads, type RunReport, runCalm, runFault } from "./run.ts";
import { openScene, type Scene } from "./scene.ts";

export interface SuiteOptions {
  readonly ids: readonly FaultId[];
  readonly engines: readonly EngineName[];
  readonly runs: number;
  readonly seed: number;
  readonly print: (line: string) => void;
  /** Directory for FAULT-n.json. */
  readonly results: string;
  /** Ends the suite after the run that is under way; its house is taken down. */
  readonly signal: AbortSignal;
}

/** Returns how many faults were found. @public scripts/faults.js calls it. */
export async function runSuite(options: SuiteOptions): Promise<number> {
  const reports = new Map<FaultId, RunReport[]>(options.ids.map((id) => [id, []]));
  const calm: RunReport[] = [];
  for (const engine of options.engines) {
    if (options.signal.aborted) break;
    await using scene = await openScene(engine);
    calm.push(tell(options, "calm", await runCalm(scene, { seed: options.seed, load: loads.full })));
    for (const id of options.ids) {
      const done = reports.get(id) ?? [];
      for (let run = 0; run < options.runs && !options.signal.aborted; run++)
        done.push(tell(options, id, await runOne(scene, { id, seed: options.seed + run })));
      save(options, id, done);
    }
  }
  save(options, "A-2", calm);
  return [...calm, ...reports.values()].flat().reduce((sum, { found }) => sum + found.length, 0);
}

async function runOne(scene: Scene, { id, seed }: { readonly id: FaultId; readonly seed: number }): Promise<RunReport> {
  return runFault(scene, { victim: victimOf(id, seed), seed, load: loads.full });
}

/** The victims of a fault take turns, by the seed. */
export function victimOf(id: FaultId, seed: number): Victim {
  const victims: readonly Victim[] = faults[id];
  const victim = victims[seed % victims.length];
  if (!victim) throw new Error(`${id} has no victims`);
  return victim;
}

function tell({ print }: SuiteOptions, id: string, report: RunReport): RunReport {
  const { engine, seed, victim, killedAfterMs, attempted, acknowledged, unknownPresent, repeated } = report;
  const { databaseMs, readyMs, longestAnswerMs, found } = report;
  const back = readyMs === undefined ? "" : `, database after ${databaseMs} ms, ready after ${readyMs} ms`;
  const killed = victim === "nobody" ? "nobody killed" : `${victim} killed at ${killedAfterMs} ms${back}`;
  const figures = `${acknowledged} of ${attempted} acknowledged, ${unknownPresent} more there, ${repeated} repeated, longest answer ${longestAnswerMs} ms`;
  print(`${id} ${engine} seed ${seed}: ${killed}; ${figures}; ${found.length === 0 ? "nothing found" : `FOUND ${found.join("; ")}`}`);
  return report;
}

function save({ seed, engines, results }: SuiteOptions, id: string, runs: readonly RunReport[]): void {
  const found = runs.flatMap((run) => run.found.map((seen) => `${run.engine} seed ${run.seed}: ${seen}`));
  mkdirSync(results, { recursive: true });
  writeFileSync(
    `${results}/${id}.json`,
    `${JSON.stringify({ id, seed, N: runs.length, engine: engines, load: loads.full, found, runs }, null, 2)}\n`,
  );
}
