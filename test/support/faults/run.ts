// One run: a storm of writes, a kill in the middle of it, recovery with a deadline, and then everything is compared. The seed
// decides who is killed and when; the machine decides the rest.
import { systemClock } from "../../../src/platform/clock.ts";
import { emptyTally, storm, type Tally, writeAgain } from "../writers.ts";
import { compare } from "./compare.ts";
import { fragile } from "./engines.ts";
import type { Victim } from "./faults.ts";
import { randomOf } from "../../../bench/load/random.js";
import { isStatusGreen, type Recovery, readyWithinMs, recover, stuckTransactions } from "./recovery.ts";
import { presentIn, type Scene } from "./scene.ts";
import { secretsInLogs } from "./secrets.ts";

export interface Load {
  readonly clients: number;
  readonly writesEach: number;
  /** The kill comes at a random moment before this one. */
  readonly killWithinMs: number;
}

/** The suite's load, and the share of it that every run of the tests gets. */
export const loads = {
  full: { clients: 50, writesEach: 200, killWithinMs: 2_000 },
  share: { clients: 20, writesEach: 20, killWithinMs: 100 },
} as const satisfies Record<string, Load>;

export interface RunReport extends Recovery {
  readonly engine: string;
  readonly seed: number;
  readonly victim: string;
  readonly killedAfterMs: number;
  readonly attempted: number;
  readonly acknowledged: number;
  /** Not acknowledged, and there all the same: the outcome that a client cannot know. */
  readonly unknownPresent: number;
  /** Sent again under their keys after all was over, and then there exactly once. */
  readonly repeated: number;
  readonly unavailable: Readonly<Record<string, number>>;
  readonly longestAnswerMs: number;
  readonly found: readonly string[];
}

export async function runFault(scene: Scene, options: { readonly victim: Victim; readonly seed: number; readonly load: Load }): Promise<RunReport> {
  const { victim, seed, load } = options;
  const random = randomOf(seed);
  const killedAfterMs = Math.round(random() * load.killWithinMs);
  const label = `${victim.title} ${seed}`;
  const tally = emptyTally();
  const giveUp = new AbortController();
  const pids = await scene.house.pids();
  const writing = storm({ ...load, port: scene.house.port, label, log: scene.log, tally, signal: giveUp.signal });
  await systemClock.sleep(killedAfterMs);
  const isMidway = tally.attempted < load.clients * load.writesEach;
  const names = await victim.strike(scene, random);
  const recovery = await recover(scene, { names, pids, label });
  if (recovery.readyMs === undefined) giveUp.abort();
  await writing;
  const survivors = await renewedWithoutCause(scene, { names, pids });
  const late = recovery.readyMs === undefined ? [`not ready again within ${readyWithinMs} ms`] : [];
  const after = recovery.readyMs === undefined ? { found: [], unknownPresent: 0 } : await examine(scene, label);
  const again = recovery.readyMs === undefined ? { found: [], repeated: 0 } : await repeatUnknown(scene, label);
  const unfair = isMidway ? [] : ["the kill came after the last write"];
  const found = [...unfair, ...wrongAnswers(tally), ...late, ...survivors, ...after.found, ...again.found];
  return {
    engine: scene.engine,
    seed,
    victim: victim.title,
    killedAfterMs,
    ...recovery,
    ...figuresOf(tally),
    unknownPresent: after.unknownPresent,
    repeated: again.repeated,
    found,
  };
}

/** A storm without a fault: every write is acknowledged and there, exactly once. */
export async function runCalm(scene: Scene, options: { readonly seed: number; readonly load: Load }): Promise<RunReport> {
  const { seed, load } = options;
  const label = `calm ${seed}`;
  const tally = emptyTally();
  await storm({ ...load, port: scene.house.port, label, log: scene.log, tally });
  const wanted = load.clients * load.writesEach;
  const refused = tally.acknowledged === wanted ? [] : [`${tally.acknowledged} of ${wanted} acknowledged: ${JSON.stringify(tally.unavailable)}`];
  const after = await examine(scene, label);
  const present = after.presentOfLabel === wanted ? [] : [`${after.presentOfLabel} of ${wanted} present`];
  const found = [...refused, ...wrongAnswers(tally), ...present, ...after.found];
  const timing = { killedAfterMs: 0, databaseMs: undefined, readyMs: undefined };
  return { engine: scene.engine, seed, victim: "nobody", ...timing, ...figuresOf(tally), unknownPresent: after.unknownPresent, repeated: 0, found };
}

async function examine(scene: Scene, label: string) {
  const { damage } = fragile[scene.engine];
  const stuck = await stuckTransactions(scene, readyWithinMs);
  const written = scene.log.read();
  await using session = await scene.look();
  const present = await presentIn(session);
  const ofLabel = present.tasks.filter(({ title }) => title.startsWith(`${label} `));
  const found = [
    ...compare(written, present),
    ...(stuck === 0 ? [] : [`${stuck} sessions are still idle in a transaction`]),
    ...(await damage(session)).map((seen) => `damaged: ${seen}`),
    ...(await secretsInLogs(scene.places)),
    ...((await isStatusGreen(scene)) ? [] : ["rowhouse status finds a tier that is not up"]),
  ];
  return { found, presentOfLabel: ofLabel.length, unknownPresent: ofLabel.filter(({ title }) => !written.acknowledged.has(title)).length };
}

/** INV-2: what was not acknowledged is sent again with its key, whether it was made or not; then every write is there exactly once. */
async function repeatUnknown(scene: Scene, label: string): Promise<{ readonly found: readonly string[]; readonly repeated: number }> {
  const { attempted, acknowledged } = scene.log.read();
  const titles = [...attempted].filter((title) => title.startsWith(`${label} `) && !acknowledged.has(title));
  const tally = emptyTally();
  await writeAgain({ port: scene.house.port, log: scene.log, tally }, titles);
  await using session = await scene.look();
  const found = compare(scene.log.read(), await presentIn(session));
  const missing = titles.length - tally.acknowledged;
  return {
    repeated: titles.length,
    found: [...wrongAnswers(tally), ...found, ...(missing === 0 ? [] : [`${missing} writes were not acknowledged when they were repeated`])],
  };
}

/** What was not killed has to live on: the application reconnects, it is not restarted. */
async function renewedWithoutCause(
  { house }: Scene,
  killed: { readonly names: readonly string[]; readonly pids: Readonly<Record<string, number>> },
): Promise<readonly string[]> {
  const pids = await house.pids();
  const others = Object.keys(killed.pids).filter((name) => !killed.names.includes(name));
  return others.flatMap((name) => (pids[name] === killed.pids[name] ? [] : [`${name} was restarted without being killed`]));
}

function wrongAnswers({ wrong }: Tally): readonly string[] {
  return Object.entries(wrong).map(([seen, times]) => `answered ${times} times: ${seen}`);
}

function figuresOf({ attempted, acknowledged, unavailable, longestMs }: Tally) {
  return { attempted, acknowledged, unavailable, longestAnswerMs: longestMs };
}
