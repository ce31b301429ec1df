// What is printed of a run: rates beside the peer's and the limit's, then latencies at a fixed rate and memory.
import { printTable, whole } from "../support/figures.js";

/** @param {object} run */
export function report({ engine, limitTitle, results, fixed, versions, settings }) {
  const told = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  console.log(`\n${engine}: ${told.join(", ")}`);
  console.log(
    `${whole(settings.tasks)} tasks, 32 connections, median of ${settings.rounds} rounds of ${settings.seconds} s, seed ${settings.seed}\n`,
  );
  printTable([
    [
      "",
      "Rowhouse/s",
      "p50 ms",
      "p99 ms",
      "Flask/s",
      "p50 ms",
      "p99 ms",
      `${limitTitle}/s`,
      "× Flask",
      "target",
      `× ${limitTitle}`,
      "target",
      "errors",
    ],
    ...results.map(rateRow),
  ]);
  console.log("\nat a fixed rate, from the moment each request was due\n");
  const { half, steady } = fixed;
  printTable([
    ["", "asked/s", "requests", "p50 ms", "target", "p99 ms", "target", "errors"],
    ...[...half, { ...steady, title: `${steady.title}, ${steady.minutes} min` }].map(fixedRow),
  ]);
  console.log("\nmemory of each instance during the latter, MB\n");
  printTable([["", "start", "most", "end", "target"], ...steady.memory.map((one) => memoryRow(one, steady.target))]);
}

function rateRow({ title, rowhouse, flask, limit, ratio, target, errors }) {
  const speed = ({ rate, p50Ms, p99Ms }) => [whole(rate), p50Ms.toFixed(1), p99Ms.toFixed(1)];
  const shares = [ratio.flask.toFixed(2), `≥ ${target.flask}`, ratio.limit.toFixed(2), `≥ ${target.limit}`];
  return [title, ...speed(rowhouse), ...speed(flask), whole(limit.rate), ...shares, String(errors)];
}

function fixedRow({ title, perSecond, asked, p50Ms, p99Ms, target, errors }) {
  const atMost = (value) => (value === undefined ? "" : `≤ ${value}`);
  return [title, whole(perSecond), whole(asked), p50Ms.toFixed(1), atMost(target.p50Ms), p99Ms.toFixed(1), atMost(target.p99Ms), String(errors)];
}

function memoryRow({ name, startBytes, maxBytes, endBytes }, { residentBytes }) {
  const mb = (bytes) => (bytes / 1e6).toFixed(0);
  return [name, mb(startBytes), mb(maxBytes), mb(endBytes), `≤ ${mb(residentBytes)}`];
}
