// npm run bench start: how long `rowhouse up --detach` takes, from nothing and on a house that is there, beside the engine's own
// programs from nothing and on a data directory that is there. Interleaved; medians.
import { chmod, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { engineNamed } from "../../dist/engines/engines.js";
import { countOf, median, printTable } from "../support/figures.js";
import { endHouse, newHouse, rowhouse } from "../support/house.js";
import { openRecord, writeRecord } from "../support/record.js";
import { inScope, owners, temporaryDirectory } from "../support/scope.js";
import { programs } from "./programs.js";

export const options = {
  engine: { type: "string", multiple: true, default: ["postgres", "mariadb"] },
  rounds: { type: "string", default: "3" },
};

/** Seconds; TARGETS gives 8 s from nothing for the embedded PostgreSQL. */
const targets = { postgres: { fresh: 8, again: 3 }, mariadb: { fresh: 15, again: 3 } };

/** @returns {Promise<number>} */
export async function run(values, signal) {
  for (const engine of values.engine) await compare({ engine: engineNamed(engine), rounds: countOf(values, "rounds"), signal });
  return 0;
}

async function compare({ engine, rounds, signal }) {
  const record = openRecord();
  const samples = { fresh: { up: [], programs: [] }, again: { up: [], programs: [] } };
  for (let round = 1; round <= rounds; round++) {
    signal.throwIfAborted();
    process.stderr.write(`${engine.name}: round ${round} of ${rounds}\n`);
    for (const [who, measure] of Object.entries({ up: timeHouse, programs: timePrograms })) {
      const took = await inScope((later) => measure({ engine, signal, later }));
      for (const kind of ["fresh", "again"]) samples[kind][who].push(took[kind]);
    }
  }
  const results = Object.fromEntries(Object.entries(samples).map(([kind, taken]) => [kind, resultOf(taken)]));
  report(engine, results, rounds);
  console.log(`\n${writeRecord(`start-${engine.name}`, { bench: "start", engine: engine.name, ...record, rounds, results, samples })}\n`);
}

/** Milliseconds of the command, from its start to its return. */
async function timeHouse({ engine, signal, later }) {
  const root = await temporaryDirectory(later);
  const { directory, tookMs: fresh } = await newHouse({ engine: engine.name, root, signal });
  later(() => endHouse(directory));
  await rowhouse(["down", "--house", directory], signal);
  const again = await timed(() => rowhouse(["up", "--house", directory, "--detach", "--json"], signal));
  return { fresh, again };
}

async function timePrograms({ engine, later }) {
  const users = await owners();
  const root = await temporaryDirectory(later);
  const place = await mkdtemp(join(root, "server-"));
  const owner = users ? { owner: users.db } : {};
  await chmod(place, 0o777); // the server's user makes its socket and its log here
  let server;
  const initialise = await timed(async () => {
    server = await programs[engine.name].initialise({ engine, place, owner });
  });
  const first = await timed(server.start);
  await server.stop();
  const again = await timed(server.start);
  await server.stop();
  return { fresh: initialise + first, again };
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function resultOf({ up, programs: peer }) {
  const [upMs, programsMs] = [median(up), median(peer)];
  return { upMs, programsMs, ratio: upMs / programsMs };
}

function report(engine, results, rounds) {
  const seconds = (ms) => `${(ms / 1_000).toFixed(2)} s`;
  const row = (title, kind) => {
    const { upMs, programsMs, ratio } = results[kind];
    return [title, seconds(upMs), `≤ ${targets[engine.name][kind]} s`, seconds(programsMs), ratio.toFixed(1)];
  };
  console.log(`\n${engine.name}: median of ${rounds} rounds\n`);
  printTable([["", "rowhouse up", "target", programs[engine.name].title, "ratio"], row("from nothing", "fresh"), row("on what is there", "again")]);
}
