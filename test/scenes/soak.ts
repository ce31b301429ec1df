// Half an hour of an ordinary day (a share of LOAD-1): 100 requests a second at a fixed rate, three listeners to changes, an
// export every two minutes. No request may fail, and what the processes hold may not grow: the last third is held against the
// second, the first one is for warming up. Latencies are kept in the result, not judged.
import { setTimeout as sleep } from "node:timers/promises";
import { standingHouse, type TestHouse } from "../support/houses.ts";
import { type Answered, openLoop, percentile } from "../../bench/load/open-loop.js";
import { randomOf } from "../../bench/load/random.js";
import { taskRequests } from "../../bench/load/task-requests.js";
import { type Held, heldBy } from "../support/load/processes.ts";
import { loadTasks } from "../support/load/task-load.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const perSecond = 100;
const sampleEverySeconds = 10;
const exportEverySeconds = 120;
const listeners = 3;
const growth = { rssMb: 12, descriptors: 10, sessions: 2 } as const;

export async function run({ engine, seed, size, minutes, print, signal }: SceneOptions): Promise<SceneResult> {
  await using house = await standingHouse({ engine });
  const range = await loadTasks(house, size ?? 100_000);
  const seconds = (minutes ?? 30) * 60;
  const over = new AbortController();
  const watch = AbortSignal.any([signal, over.signal]);
  const samples: Held[] = [];
  const failures: string[] = [];
  const aside = [
    sample(house, { samples, print, watch }),
    exportNowAndThen(house, { failures, watch }),
    ...Array.from({ length: listeners }, () => listen(house, watch)),
  ];
  const answered = await openLoop({ port: house.port, perSecond, seconds, request: taskRequests({ ...range, random: randomOf(seed) }), signal });
  over.abort();
  await Promise.all(aside);
  const bad = answered.filter(({ status }) => status !== 200 && status !== 201);
  const found = [...failures, ...failedKinds(bad), ...growths(samples)];
  return { N: answered.length, found, latencies: latenciesOf(answered), samples };
}

function failedKinds(bad: readonly Answered[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { kind, status } of bad) counts.set(`${kind} ${status}`, (counts.get(`${kind} ${status}`) ?? 0) + 1);
  return [...counts].map(([what, count]) => `${count} requests failed: ${what}`);
}

function latenciesOf(answered: readonly Answered[]): Readonly<Record<string, { readonly p50Ms: number; readonly p99Ms: number }>> {
  const kinds = [...new Set(answered.map(({ kind }) => kind))].sort();
  return Object.fromEntries(
    kinds.map((kind) => {
      const times = answered.filter((one) => one.kind === kind).map(({ ms }) => ms);
      return [kind, { p50Ms: Math.round(percentile(times, 0.5) * 10) / 10, p99Ms: Math.round(percentile(times, 0.99) * 10) / 10 }];
    }),
  );
}

/** The most that was held in the last third against the most of the second. */
function growths(samples: readonly Held[]): readonly string[] {
  const third = Math.floor(samples.length / 3);
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)];
  const names = Object.keys(samples[0]?.rssMb ?? {});
  const most = (part: readonly Held[], of: (one: Held) => number) => Math.max(...part.map(of));
  const compare = (what: string, limit: number, of: (one: Held) => number) => {
    const [before, after] = [most(middle, of), most(last, of)];
    return after > before + limit ? [`${what} grew from ${before} to ${after}`] : [];
  };
  if (third === 0) return ["too short to tell whether anything grows"];
  return [
    ...names.flatMap((name) => compare(`RSS of ${name} in MB`, growth.rssMb, (one) => one.rssMb[name] ?? 0)),
    ...names.flatMap((name) => compare(`descriptors of ${name}`, growth.descriptors, (one) => one.descriptors[name] ?? 0)),
    ...compare("sessions", growth.sessions, (one) => one.sessions),
  ];
}

interface Watching {
  readonly watch: AbortSignal;
}

async function sample(house: TestHouse, { samples, print, watch }: Watching & { readonly samples: Held[]; readonly print: SceneOptions["print"] }) {
  const beganMs = performance.now();
  while (!watch.aborted) {
    const held = await heldBy(house, Math.round((performance.now() - beganMs) / 1_000));
    samples.push(held);
    if (samples.length % 12 === 1)
      print(`${held.atSeconds} s: RSS ${JSON.stringify(held.rssMb)}, descriptors ${JSON.stringify(held.descriptors)}, ${held.sessions} sessions`);
    await sleep(sampleEverySeconds * 1_000, undefined, { signal: watch }).catch(() => undefined);
  }
}

async function exportNowAndThen(house: TestHouse, { failures, watch }: Watching & { readonly failures: string[] }) {
  while (!watch.aborted) {
    const answer = await fetch(`${house.url}/api/tasks/export?format=csv`);
    const text = await answer.text();
    if (answer.status !== 200 || !text.endsWith("\r\n"))
      failures.push(`an export answered ${answer.status} and ended in ${JSON.stringify(text.slice(-20))}`);
    await sleep(exportEverySeconds * 1_000, undefined, { signal: watch }).catch(() => undefined);
  }
}

/** Takes what comes and throws it away. */
async function listen(house: TestHouse, watch: AbortSignal): Promise<void> {
  while (!watch.aborted) {
    try {
      const answer = await fetch(`${house.url}/api/events`, { signal: watch });
      for await (const _chunk of answer.body ?? []) if (watch.aborted) return;
    } catch {
      await sleep(200); // cut off, or at the end
    }
  }
}
