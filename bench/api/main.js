// npm run bench api: the task application through nginx, beside pooled Flask and beside the limit. Rounds are interleaved and
// each begins with another contender, so that a drift of the machine hits all; what is told is the median of the rounds.
import { countOf, median, printTable, whole } from "../support/figures.js";
import { keepLogs, standingHouse } from "../support/house.js";
import { ensurePackages } from "../support/packages.js";
import { openRecord, writeRecord } from "../support/record.js";
import { inScope, temporaryDirectory } from "../support/scope.js";
import { findProgram, versionOf } from "../../dist/platform/tools.js";
import { cases } from "./cases.js";
import { flaskPeer } from "./flask.js";
import { checkAnswers, measureHttp } from "./http.js";
import { limitOf } from "./limits/limit.js";
import { loadTasks } from "./tasks.js";

export const options = {
  engine: { type: "string", multiple: true, default: ["postgres", "mariadb"] },
  seconds: { type: "string", default: "5" },
  rounds: { type: "string", default: "3" },
  tasks: { type: "string", default: "100000" },
  seed: { type: "string", default: "20260101" },
};

const warmUpSeconds = 2;
const packages = ["wrk", "nginx", "gunicorn", "python3-flask", "python3-psycopg2", "python3-mysqldb", "sysbench"];

/** @returns {Promise<number>} 1 when a request failed, else 0 */
export async function run(values, signal) {
  await ensurePackages(packages, signal);
  const settings = Object.fromEntries(["seconds", "rounds", "tasks", "seed"].map((name) => [name, countOf(values, name)]));
  let errors = 0;
  for (const engine of values.engine) errors += await compare({ engine, settings, signal });
  return errors === 0 ? 0 : 1;
}

async function compare({ engine, settings, signal }) {
  return inScope(async (later) => {
    const record = openRecord();
    const { house, contenders } = await contendersOf({ engine, settings, signal, later });
    const samples = await measureAll(contenders, settings);
    const results = cases.map((one) => resultOf(one, samples[one.name]));
    const versions = Object.assign(
      { database: house.seen.database.split(",")[0], nginx: house.seen.proxy },
      ...contenders.map((one) => one.versions),
    );
    report({ engine, contenders, results, versions, settings });
    const path = writeRecord(`api-${engine}`, { bench: "api", engine, ...record, settings, versions, results, samples });
    console.log(`\n${path}\n`);
    const errors = results.reduce((sum, one) => sum + one.errors, 0);
    if (errors > 0) console.log(`${errors} requests failed; the house's logs: ${await keepLogs(house.places)}\n`);
    return errors;
  });
}

async function contendersOf({ engine, settings, signal, later }) {
  const root = await temporaryDirectory(later);
  process.stderr.write(`${engine}: house, ${whole(settings.tasks)} tasks, peer\n`);
  const house = await standingHouse({ engine, root, signal, later });
  const range = await loadTasks(house, settings.tasks);
  const rowhouse = {
    name: "rowhouse",
    title: "Rowhouse",
    versions: { wrk: await wrkVersion() },
    measure: measureHttp({ url: house.url, range, signal }),
  };
  const flask = await flaskPeer({ house, range, root, signal, later });
  await checkAnswers({ title: "Rowhouse", port: house.config.ports.proxy, range });
  await checkAnswers({ title: "Flask", port: flask.port, range });
  return { house, contenders: [rowhouse, flask, await limitOf({ house, range, root, signal })] };
}

async function wrkVersion() {
  return (await versionOf(await findProgram({ environment: process.env }, "wrk"), "-v")) ?? "unknown";
}

/** @returns {Promise<Record<string, Record<string, import("./cases.js").Sample[]>>>} samples by case and contender, in order of the rounds */
async function measureAll(contenders, { seconds, rounds, seed }) {
  const samples = Object.fromEntries(cases.map(({ name }) => [name, Object.fromEntries(contenders.map((one) => [one.name, []]))]));
  for (const { name } of cases) for (const one of contenders) await one.measure({ name, seconds: warmUpSeconds, seed });
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    const order = contenders.map((_, index) => contenders[(index + round) % contenders.length]);
    for (const { name } of cases) {
      for (const one of order) samples[name][one.name].push(await one.measure({ name, seconds, seed: seed + round }));
    }
  }
  return samples;
}

function resultOf({ name, title, target }, samples) {
  const middle = (contender, field) => median(samples[contender].map((sample) => sample[field]));
  const told = (contender) => ({ rate: middle(contender, "rate"), p50Ms: middle(contender, "p50Ms"), p99Ms: middle(contender, "p99Ms") });
  const [rowhouse, flask, limit] = [told("rowhouse"), told("flask"), { rate: middle("limit", "rate") }];
  const errors = Object.values(samples)
    .flat()
    .reduce((sum, sample) => sum + sample.errors, 0);
  return { name, title, rowhouse, flask, limit, ratio: { flask: rowhouse.rate / flask.rate, limit: rowhouse.rate / limit.rate }, target, errors };
}

function report({ engine, contenders, results, versions, settings }) {
  const limit = contenders[2].title;
  const speed = ({ rate, p50Ms, p99Ms }) => [whole(rate), p50Ms.toFixed(1), p99Ms.toFixed(1)];
  console.log(
    `\n${engine}: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}`,
  );
  console.log(
    `${whole(settings.tasks)} tasks, 32 connections, median of ${settings.rounds} rounds of ${settings.seconds} s, seed ${settings.seed}\n`,
  );
  printTable([
    ["", "Rowhouse/s", "p50 ms", "p99 ms", "Flask/s", "p50 ms", "p99 ms", `${limit}/s`, "× Flask", "target", `× ${limit}`, "target", "errors"],
    ...results.map(({ title, rowhouse, flask, limit, ratio, target, errors }) => [
      title,
      ...speed(rowhouse),
      ...speed(flask),
      whole(limit.rate),
      ratio.flask.toFixed(2),
      `≥ ${target.flask}`,
      ratio.limit.toFixed(2),
      `≥ ${target.limit}`,
      String(errors),
    ]),
  ]);
}
