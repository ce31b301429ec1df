// npm run bench backup: `rowhouse backup take` and its proof on 845 MB (2,000,000 tasks, 500,000 events), beside what people run.
// Interleaved rounds; medians; ratios to the first peer. Disk caches stay warm for all of them.
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineNamed } from "../../dist/engines/engines.js";
import { sql } from "../../dist/foundation/sql.js";
import { writeFileAtomic } from "../../dist/platform/files.js";
import { countOf, median, printTable } from "../support/figures.js";
import { ensurePackages } from "../support/packages.js";
import { openRecord, writeRecord } from "../support/record.js";
import { inScope } from "../support/scope.js";
import { database, statements } from "./data.js";
import { peers } from "./peers.js";
import { startServer } from "./server.js";

export const options = {
  engine: { type: "string", multiple: true, default: ["postgres", "mariadb"] },
  rounds: { type: "string", default: "3" },
  tasks: { type: "string", default: "2000000" },
};

const program = fileURLToPath(new URL("../../bin/rowhouse", import.meta.url));

/** @returns {Promise<number>} */
export async function run(values, signal) {
  await ensurePackages(["zstd", "mydumper"], signal);
  for (const engine of values.engine)
    await compare({ engine: engineNamed(engine), rounds: countOf(values, "rounds"), tasks: countOf(values, "tasks"), signal });
  return 0;
}

async function compare({ engine, rounds, tasks, signal }) {
  const record = openRecord();
  const samples = {};
  const sizes = {};
  const keep = (what, took) => {
    samples[what] ??= [];
    samples[what].push(took);
  };
  const size = await inScope(async (later) => {
    const server = await startServer({ engine, later });
    const bytes = await fill(server, tasks);
    for (let round = 1; round <= rounds; round++) {
      signal.throwIfAborted();
      process.stderr.write(`${engine.name}: round ${round} of ${rounds}\n`);
      await playPeers(server, { keep, sizes, signal });
      await playOurs(server, { keep, sizes, signal });
    }
    return bytes;
  });
  report({ engine, samples, sizes, size, rounds });
  console.log(
    `\n${writeRecord(`backup-${engine.name}`, { bench: "backup", engine: engine.name, ...record, rounds, tasks, bytes: size, samples, sizes })}\n`,
  );
}

async function fill({ engine, administrator }, tasks) {
  process.stderr.write(`${engine.name}: filling the database\n`);
  const first = await engine.driver.connect(administrator());
  await first.run(sql`create database ${sql.id(database)}`);
  await first[Symbol.asyncDispose]();
  const session = await engine.driver.connect(administrator(database));
  for (const statement of statements[engine.name]({ tasks, events: Math.ceil(tasks / 4) })) await session.run(statement);
  const { databaseBytes } = await engine.server.vitals(session);
  await session[Symbol.asyncDispose]();
  return databaseBytes;
}

async function playPeers(server, { keep, sizes, signal }) {
  const { env, dumps, restores, optionFile, options: text } = peers[server.engine.name]({ port: server.place.port, root: server.root });
  if (optionFile) await writeFileAtomic(optionFile, `${text}password = ${server.password}\n`);
  const all = { ...env, PGPASSWORD: server.password, CNF: optionFile ?? "", DB: database };
  for (const [title, command] of Object.entries(dumps)) {
    const out = join(await mkdtemp(join(server.root, "peer-")), "dump");
    keep(title, await timedShell(command, { ...all, OUT: out }, signal));
    sizes[title] = await bytesIn(out);
    for (const [name, restore] of Object.entries(restores)) {
      if (restore.from !== title) continue;
      const made = `restored_${Date.now()}`;
      keep(name, await timedShell(restore.command, { ...all, OUT: out, NEW: made }, signal));
      await drop(server, made);
    }
    await rm(join(out, ".."), { recursive: true, force: true });
  }
}

async function playOurs(server, { keep, sizes, signal }) {
  const store = await mkdtemp(join(server.root, "store-"));
  const url = `${server.engine.name}://chief@127.0.0.1:${server.place.port}`;
  const env = { ...process.env, ROWHOUSE_PREPARED: "1", ROWHOUSE_TARGET_PASSWORD_FILE: server.passwordFile };
  const at = ["--store", store, "--json"];
  const taken = await rowhouse(["backup", "take", "--target", `${url}/${database}`, "--no-prove", ...at], { env, signal });
  keep("rowhouse backup take --no-prove", taken.tookMs);
  keep("its memory, bytes", taken.peakBytes);
  sizes["rowhouse backup take --no-prove"] = taken.json.result.bytes;
  const made = `restored_${Date.now()}`;
  const restored = await rowhouse(["backup", "restore", taken.json.result.id, "--target", url, "--into", made, ...at], { env, signal });
  keep("rowhouse backup restore", restored.tookMs);
  await drop(server, made);
  const proved = await rowhouse(["backup", "prove", taken.json.result.id, ...at], { env, signal });
  keep("rowhouse backup prove", proved.tookMs);
  await rm(store, { recursive: true, force: true });
}

async function drop({ engine, administrator }, name) {
  const session = await engine.driver.connect(administrator());
  await session.run(sql`drop database ${sql.id(name)}`);
  await session[Symbol.asyncDispose]();
}

/** Milliseconds. A pipe fails when any of its programs does. */
async function timedShell(command, env, signal) {
  const { tookMs } = await timedProcess("/bin/bash", ["-c", `set -o pipefail; ${command}`], { env: { PATH: process.env.PATH, ...env }, signal });
  return tookMs;
}

async function rowhouse(args, how) {
  const done = await timedProcess(process.execPath, [program, ...args], how);
  return { ...done, json: JSON.parse(done.stdout.trim().split("\n").at(-1)) };
}

function timedProcess(path, args, { env, signal }) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(path, args, { env, signal, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr, peakBytes] = ["", "", 0];
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    const watch = setInterval(async () => {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
      peakBytes = Math.max(peakBytes, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024);
    }, 100);
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(watch);
      const tookMs = performance.now() - began;
      if (code === 0) resolve({ tookMs, stdout, peakBytes });
      else reject(new Error(`${args.join(" ")} ended with ${code}: ${stderr}${stdout}`));
    });
  });
}

async function bytesIn(path) {
  const about = await stat(path);
  if (!about.isDirectory()) return about.size;
  const names = await readdir(path, { recursive: true });
  const all = await Promise.all(names.map((name) => stat(join(path, name))));
  return all.reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0);
}

/** Which of ours is compared with which of theirs, and the ratio wanted: theirs over ours, or with `at most` ours over theirs. */
const comparisons = {
  postgres: [
    { ours: "rowhouse backup take --no-prove", theirs: "pg_dump -Fd -j2", faster: 1.9 },
    { ours: "rowhouse backup restore", theirs: "pg_restore -j2", atMost: 1.05 },
    { ours: "rowhouse backup prove", theirs: "pg_restore -j2", atMost: 1.5 },
  ],
  mariadb: [
    { ours: "rowhouse backup take --no-prove", theirs: "mariadb-dump | zstd -3", faster: 1 },
    { ours: "rowhouse backup take --no-prove", theirs: "mydumper -t 2 -c", faster: 1 },
    { ours: "rowhouse backup restore", theirs: "mariadb < dump", faster: 1.7 },
    { ours: "rowhouse backup prove", theirs: "mariadb < dump", atMost: 1.5 },
  ],
};

function report({ engine, samples, sizes, size, rounds }) {
  const seconds = (what) => `${(median(samples[what]) / 1000).toFixed(1)} s`;
  const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
  console.log(`\n${engine.name}: ${megabytes(size)}, median of ${rounds} rounds\n`);
  printTable([
    ["", "took", "wrote"],
    ...Object.keys(samples)
      .filter((what) => !what.includes("bytes"))
      .map((what) => [what, seconds(what), sizes[what] ? megabytes(sizes[what]) : ""]),
  ]);
  console.log("");
  printTable([
    ["", "beside", "ratio", "target"],
    ...comparisons[engine.name].map(({ ours, theirs, faster, atMost }) => {
      const [mine, other] = [median(samples[ours]), median(samples[theirs])];
      return faster
        ? [ours, theirs, `${(other / mine).toFixed(2)} times as fast`, `≥ ${faster}`]
        : [ours, theirs, `${(mine / other).toFixed(2)} times as long`, `≤ ${atMost}`];
    }),
  ]);
  console.log(`\nmemory of take: ${megabytes(median(samples["its memory, bytes"]))} (≤ 100 MB)`);
}
