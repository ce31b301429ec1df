// Twice what the service can do, for two minutes (LOAD-2): it goes on doing what it can, says 503 or 429 to the rest at once, and
// is itself again within ten seconds. The load comes at its rate whatever the answers, from this process on the same cores.
import { setTimeout as sleep } from "node:timers/promises";
import { standingHouse } from "../support/houses.ts";
import { type Answered, notSent, openLoop, percentile, saturation } from "../../bench/load/open-loop.js";
import { randomOf } from "../../bench/load/random.js";
import { taskRequests } from "../../bench/load/task-requests.js";
import { loadTasks } from "../support/load/task-load.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const inFlight = 64;
/** As many as the proxy holds connections for, each with one of its own to an instance. */
const socketLimit = 3_500;
const refusedWithinMs = 200;
const leastGoodput = 0.8;
const recoverySeconds = 10;
/** Of saturation: a load that a well service hardly notices. */
const calmShare = 0.3;
const calmP99Ms = 100;

export async function run({ engine, seed, size, minutes, print, signal }: SceneOptions): Promise<SceneResult> {
  await using house = await standingHouse({ engine });
  const range = await loadTasks(house, size ?? 100_000);
  const request = taskRequests({ ...range, random: randomOf(seed) });
  const { port } = house;
  await saturation({ port, seconds: 3, request, inFlight });
  const most = await saturation({ port, seconds: 10, request, inFlight });
  print(`saturation ${Math.round(most)}/s`);
  const seconds = (minutes ?? 2) * 60;
  const loaded = await openLoop({ port, perSecond: 2 * most, seconds, request, signal, socketLimit });
  const told = tellLoad(loaded, seconds, most);
  print(JSON.stringify(told));
  await sleep(recoverySeconds * 1_000);
  const calm = await openLoop({ port, perSecond: calmShare * most, seconds: 10, request, signal });
  const after = {
    p99Ms: Math.round(
      percentile(
        calm.map(({ ms }) => ms),
        0.99,
      ),
    ),
    failed: calm.filter(isFailed).length,
    failedWith: [...new Set(calm.filter(isFailed).map(({ status }) => status))],
  };
  print(`afterwards ${JSON.stringify(after)}`);
  return { N: loaded.length, found: findings(told, after), saturation: most, overload: told, after };
}

function isFailed({ status }: Answered): boolean {
  return status < 200 || status >= 300;
}

interface Told {
  readonly goodputShare: number;
  readonly refused: number;
  readonly refusedP99Ms: number;
  readonly goodP99Ms: number;
  /** Of the waits above, what is the load's own, and what is left of a refusal's without it. */
  readonly sentLateP99Ms: number;
  readonly refusedFromSentP99Ms: number;
  readonly lost: number;
  readonly notSent: number;
  readonly wrong: Readonly<Record<string, number>>;
}

function tellLoad(answered: readonly Answered[], seconds: number, most: number): Told {
  const isGood = ({ status }: Answered) => status === 200 || status === 201;
  const isRefused = ({ status }: Answered) => status === 503 || status === 429;
  const wrong: Record<string, number> = {};
  for (const one of answered) if (!isGood(one) && !isRefused(one) && one.status > 0) wrong[one.status] = (wrong[one.status] ?? 0) + 1;
  const p99 = (part: readonly Answered[], of = ({ ms }: Answered) => ms) => Math.round(percentile(part.map(of), 0.99));
  const good = answered.filter(isGood);
  const refused = answered.filter(isRefused);
  return {
    goodputShare: Math.round((good.length / seconds / most) * 100) / 100,
    refused: refused.length,
    refusedP99Ms: p99(refused),
    goodP99Ms: p99(good),
    sentLateP99Ms: p99(answered, ({ lateMs }) => lateMs),
    refusedFromSentP99Ms: p99(refused, ({ ms, lateMs }) => ms - lateMs),
    lost: answered.filter(({ status }) => status === 0).length,
    notSent: answered.filter(({ status }) => status === notSent).length,
    wrong,
  };
}

function findings(told: Told, after: { readonly p99Ms: number; readonly failed: number }): readonly string[] {
  return [
    ...(told.goodputShare < leastGoodput ? [`under twice the load only ${told.goodputShare} of the most was done`] : []),
    ...(told.refused === 0 ? ["nothing was refused"] : []),
    ...(told.refusedP99Ms > refusedWithinMs ? [`refusals took up to ${told.refusedP99Ms} ms`] : []),
    ...(told.lost > 0 ? [`${told.lost} requests got no answer`] : []),
    ...(told.notSent > 0 ? [`${told.notSent} requests found none of ${socketLimit} connections free`] : []),
    ...Object.entries(told.wrong).map(([status, count]) => `${count} answers of ${status}`),
    ...(after.failed > 0 || after.p99Ms > calmP99Ms ? [`ten seconds later ${after.failed} still fail, p99 ${after.p99Ms} ms`] : []),
  ];
}
