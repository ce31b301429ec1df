// The application while a backup of its database is taken and proved, again and again: a load at a fixed rate as before and beside
// it, whose p99 at most doubles and of which nothing fails. Everything is on the same cores, the load too.
import { standingHouse, type TestHouse } from "../support/houses.ts";
import { type Answered, openLoop, percentile } from "../../bench/load/open-loop.js";
import { randomOf } from "../../bench/load/random.js";
import { taskRequests } from "../../bench/load/task-requests.js";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { loadTasks } from "../support/load/task-load.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const perSecond = 100;
/** Below this a p99 is one scheduling of the machine's own and no measure. */
const leastP99Ms = 10;

export async function run({ engine, seed, size, minutes, print, signal }: SceneOptions): Promise<SceneResult> {
  await using house = await standingHouse({ engine });
  const range = await loadTasks(house, size ?? 100_000);
  const request = taskRequests({ ...range, random: randomOf(seed) });
  const seconds = (minutes ?? 1) * 60;
  const load = () => openLoop({ port: house.port, perSecond, seconds, request, signal });
  await openLoop({ port: house.port, perSecond, seconds: 5, request, signal });
  const alone = tell(await load());
  print(`alone ${JSON.stringify(alone)}`);
  const stop = new AbortController();
  const backups = takeAgainAndAgain(house, stop.signal);
  const beside = tell(await load());
  stop.abort();
  const taken = await backups;
  print(`beside ${taken.length} backups ${JSON.stringify(beside)}`);
  return { N: perSecond * seconds, found: findings({ alone, beside, taken }), perSecond, seconds, alone, beside, backups: taken.length };
}

/** The states, one after the other until it is told to stop. */
async function takeAgainAndAgain(house: TestHouse, signal: AbortSignal): Promise<readonly string[]> {
  const states: string[] = [];
  while (!signal.aborted) {
    const { json, stderr } = await house.run("backup", "take", "--store", `${house.directory}-backups`, "--json");
    states.push((json.result as TakenBackup | undefined)?.state ?? stderr.trim());
  }
  return states;
}

interface Told {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

function tell(answered: readonly Answered[]): Told {
  const times = answered.map(({ ms }) => ms);
  const rounded = (share: number) => Math.round(percentile(times, share) * 10) / 10;
  return { p50Ms: rounded(0.5), p99Ms: rounded(0.99), failed: answered.filter(({ status }) => status < 200 || status >= 300).length };
}

function findings({ alone, beside, taken }: { readonly alone: Told; readonly beside: Told; readonly taken: readonly string[] }): readonly string[] {
  const limitMs = 2 * Math.max(alone.p99Ms, leastP99Ms);
  return [
    ...(alone.failed + beside.failed > 0 ? [`${alone.failed} requests failed alone, ${beside.failed} beside backups`] : []),
    ...(beside.p99Ms > limitMs ? [`p99 ${beside.p99Ms} ms beside backups, ${alone.p99Ms} ms alone`] : []),
    ...taken.filter((state) => state !== "PROVED").map((state) => `a backup beside the load is ${state}`),
  ];
}
