// What wrk cannot ask: requests that come when they are due, whatever becomes of the ones before. Half of what a case did at
// saturation, and 300 a second of a working day's mixture with the memory of the instances meanwhile. Only the application
// is asked: these targets are figures, not shares of a peer's.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openLoop, percentile } from "../load/open-loop.js";
import { randomOf } from "../load/random.js";
import { residentBytes } from "../load/resident.js";
import { addRequests, readRequests, taskRequests } from "../load/task-requests.js";
import { median } from "../support/figures.js";
import { halfCases, posted, steady } from "./cases.js";

const warmUpSeconds = 2;
const sampleEveryMs = 1_000;

/** @typedef {{ readonly perSecond: number, readonly asked: number, readonly p50Ms: number, readonly p99Ms: number, readonly errors: number }} FixedSample */

/**
 * @param {{ readonly port: number, readonly range: import("../load/task-requests.js").Range, readonly results: readonly { readonly name: string, readonly rowhouse: { readonly rate: number } }[], readonly settings: Readonly<Record<string, number>>, readonly signal: AbortSignal }} options
 */
export async function measureHalf({ port, range, results, settings: { seconds, rounds, seed }, signal }) {
  const measured = [];
  for (const { name, title, target } of halfCases) {
    const perSecond = Math.max(1, Math.round((results.find((one) => one.name === name)?.rowhouse.rate ?? 0) / 2));
    const random = randomOf(seed);
    const request = name === "get" ? readRequests({ ...range, random }) : addRequests(posted);
    await openLoop({ port, perSecond, seconds: warmUpSeconds, request, signal });
    const samples = [];
    for (let round = 0; round < rounds; round++) samples.push(sampleOf(await openLoop({ port, perSecond, seconds, request, signal }), perSecond));
    measured.push({ name, title, target, ...middleOf(samples), samples });
  }
  return measured;
}

/** `minutes` of the mixture, and what each instance holds at its start, at most, and at its end. */
export async function measureSteady({ house, range, settings: { minutes, seed }, signal }) {
  const { perSecond, title, target } = steady;
  const port = house.config.ports.proxy;
  const request = taskRequests({ ...range, random: randomOf(seed) });
  await openLoop({ port, perSecond, seconds: warmUpSeconds, request, signal });
  const over = new AbortController();
  const watching = watchMemory(await instancesOf(house), over.signal);
  const answered = await openLoop({ port, perSecond, seconds: minutes * 60, request, signal });
  over.abort();
  const memory = (await watching).map(({ name, samplesBytes }) => ({
    name,
    startBytes: samplesBytes[0],
    maxBytes: Math.max(...samplesBytes),
    endBytes: samplesBytes.at(-1),
    samplesBytes,
  }));
  return { name: "steady", title, target, minutes, ...sampleOf(answered, perSecond), memory };
}

/** @param {readonly import("../load/open-loop.js").Answered[]} answered @param {number} perSecond @returns {FixedSample} */
function sampleOf(answered, perSecond) {
  const times = answered.map(({ ms }) => ms);
  const errors = answered.filter(({ status }) => status < 200 || status >= 300).length;
  return { perSecond, asked: answered.length, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), errors };
}

/** Of the rounds' figures the middle one, of their requests and errors the sum. @param {readonly FixedSample[]} samples */
function middleOf(samples) {
  const sum = (field) => samples.reduce((total, one) => total + one[field], 0);
  const middle = (field) => median(samples.map((one) => one[field]));
  return { perSecond: middle("perSecond"), asked: sum("asked"), p50Ms: middle("p50Ms"), p99Ms: middle("p99Ms"), errors: sum("errors") };
}

async function instancesOf(house) {
  const { members } = JSON.parse(await readFile(join(house.places.house, ".rowhouse", "state.json"), "utf8"));
  return Object.entries(members)
    .filter(([name]) => name.startsWith("app-"))
    .map(([name, { identity }]) => ({ name, pid: identity.pid }));
}

async function watchMemory(instances, signal) {
  const watched = instances.map((one) => ({ ...one, samplesBytes: [] }));
  const look = async () => {
    for (const { pid, samplesBytes } of watched) samplesBytes.push(await residentBytes(pid));
  };
  while (!signal.aborted) {
    await look();
    await sleep(sampleEveryMs, undefined, { signal }).catch(() => undefined); // the load is over
  }
  await look();
  return watched;
}
