// npm run bench api: the task application through nginx, beside pooled Flask and beside the limit. Rounds are interleaved and
// each begins with another contender, so that a drift of the machine hits all; what is told is the median of the rounds.
import { countOf, median, whole } from "../support/figures.js";
import { keepLogs, standingHouse } from "../support/house.js";
import { ensurePackages } from "../support/packages.js";
import { openRecord, writeRecord } from "../support/record.js";
import { inScope, temporaryDirectory } from "../support/scope.js";
import { findProgram, versionOf } from "../../dist/platform/tools.js";
import { cases } from "./cases.js";
import { measureHalf, measureSteady } from "./fixed-rate.js";
import { flaskPeer } from "./flask.js";
import { checkAnswers, measureHttp } from "./http.js";
import { limitOf } from "./limits/limit.js";
import { report } from "./report.js";
import { loadTasks } from "./tasks.js";

export const options = {
  engine: { type: "string", multiple: true, default: ["postgres", "mariadb"] },
  seconds: { type: "string", default: "5" },
  rounds: { type: "string", default: "3" },
  tasks: { type: "string", default: "100000" },
  minutes: { type: "string", default: "1" },
  seed: { type: "string", default: "20260101" },
};

const warmUpSeconds = 2;
const packages = ["wrk", "nginx", "gunicorn", "python3-flask", "python3-psycopg2", "python3-mysqldb", "sysbench"];

/** @returns {Promise<number>} 1 when a request failed, else 0 */
export async function run(values, signal) {
  await ensurePackages(packages, signal);
  const settings = Object.fromEntries(["seconds", "rounds", "tasks", "minutes", "seed"].map((name) => [name, countOf(values, name)]));
  let errors = 0;
  for (const engine of values.engine) errors += await compare({ engine, settings, signal });
  return errors === 0 ? 0 : 1;
}

async function compare({ engine, settings, signal }) {
  return inScope(async (later) => {
    const record = openRecord();
    const { house, range, contenders } = await contendersOf({ engine, settings, signal, later });
    const samples = await measureAll(contenders, settings);
    const results = cases.map((one) => resultOf(one, samples[one.name]));
    const fixed = await atFixedRates({ house, range, results, settings, signal });
    const versions = Object.assign(
      { database: house.seen.database.split(",")[0], nginx: house.seen.proxy },
      ...contenders.map((one) => one.versions),
    );
    report({ engine, limitTitle: contenders[2].title, results, fixed, versions, settings });
    const path = writeRecord(`api-${engine}`, { bench: "api", engine, ...record, settings, versions, results, fixed, samples });
    console.log(`\n${path}\n`);
    const errors = [...results, ...fixed.half, fixed.steady].reduce((sum, one) => sum + one.errors, 0);
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
  return { house, range, contenders: [rowhouse, flask, await limitOf({ house, range, root, signal })] };
}

/** Behind the rounds: the table has grown by what was added in them, and the instances are warm. */
async function atFixedRates({ house, range, results, settings, signal }) {
  process.stderr.write(`fixed rates, ${settings.minutes} min of the mixture\n`);
  const half = await measureHalf({ port: house.config.ports.proxy, range, results, settings, signal });
  return { half, steady: await measureSteady({ house, range, settings, signal }) };
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
