// npm run bench backup: `rowhouse backup take` and its proof on 845 MB (2,000,000 tasks, 500,000 events), beside what people run.
// Interleaved rounds; medians; ratios of the time on the wall and of the processor time, which is what the program, its children and the
// server took together, and says more than the wall where others want the same processors. Disk caches stay warm for all of them.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { engineNamed } from "../../dist/engines/engines.js";
import { sql } from "../../dist/foundation/sql.js";
import { writeFileAtomic } from "../../dist/platform/files.js";
import { unpacked } from "../../dist/platform/gzip.js";
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
  const processorMs = {};
  const keep = (what, took, processor) => {
    samples[what] ??= [];
    samples[what].push(took);
    if (processor === undefined) return;
    processorMs[what] ??= [];
    processorMs[what].push(processor);
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
  report({ engine, samples, processorMs, sizes, size, rounds });
  console.log(
    `\n${writeRecord(`backup-${engine.name}`, { bench: "backup", engine: engine.name, ...record, rounds, tasks, bytes: size, samples, processorMs, sizes })}\n`,
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
    keep(title, ...(await timedShell(command, { ...all, OUT: out }, { server, signal })));
    sizes[title] = await bytesIn(out);
    for (const [name, restore] of Object.entries(restores)) {
      if (restore.from !== title) continue;
      const made = `restored_${Date.now()}`;
      keep(name, ...(await timedShell(restore.command, { ...all, OUT: out, NEW: made }, { server, signal })));
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
  const taken = await rowhouse(["backup", "take", "--target", `${url}/${database}`, "--no-prove", ...at], { env, server, signal });
  keep("rowhouse backup take --no-prove", taken.tookMs, taken.processorMs);
  keep("its memory, bytes", taken.peakBytes);
  sizes["rowhouse backup take --no-prove"] = taken.json.result.bytes;
  const files = await filesIn(taken.json.result.directory);
  keep("SHA-256 of its files", await hashedMs(files.map((path) => createReadStream(path, { highWaterMark: 1_000_000 }))));
  keep("its content hash", await contentHashMs[server.engine.name](server, files));
  const made = `restored_${Date.now()}`;
  const restored = await rowhouse(["backup", "restore", taken.json.result.id, "--target", url, "--into", made, ...at], { env, server, signal });
  keep("rowhouse backup restore", restored.tookMs, restored.processorMs);
  await drop(server, made);
  const proved = await rowhouse(["backup", "prove", taken.json.result.id, ...at], { env, server, signal });
  keep("rowhouse backup prove", proved.tookMs, proved.processorMs);
  if (server.engine.name === "postgres") {
    const base = await rowhouse(["backup", "take", "--base", "--target", url, "--no-prove", ...at], { env, server, signal });
    keep("rowhouse backup take --base --no-prove", base.tookMs, base.processorMs);
    sizes["rowhouse backup take --base --no-prove"] = base.json.result.bytes;
  }
  await rm(store, { recursive: true, force: true });
}

/** What `take` spends on it: statements of their own on PostgreSQL, beside the reading of the rows on MariaDB. */
const contentHashMs = {
  postgres: async ({ engine, administrator }) => {
    const session = await engine.driver.connect(administrator(database));
    const began = performance.now();
    await engine.backup.content(session, () => undefined);
    const tookMs = performance.now() - began;
    await session[Symbol.asyncDispose]();
    return tookMs;
  },
  mariadb: (_server, files) => hashedMs(files.filter((path) => path.endsWith(".tsv.gz")).map(unpacked)),
};

/** Milliseconds within SHA-256 alone, without reading and unpacking. */
async function hashedMs(contents) {
  let tookMs = 0;
  for (const content of contents) {
    const hash = createHash("sha256");
    for await (const piece of content) {
      const began = performance.now();
      hash.update(piece);
      tookMs += performance.now() - began;
    }
    hash.digest();
  }
  return tookMs;
}

async function drop({ engine, administrator }, name) {
  const session = await engine.driver.connect(administrator());
  await session.run(sql`drop database ${sql.id(name)}`);
  await session[Symbol.asyncDispose]();
}

/** Milliseconds on the wall and of processors. A pipe fails when any of its programs does. */
async function timedShell(command, env, { server, signal }) {
  const how = { env: { PATH: process.env.PATH, ...env }, server, signal };
  const { tookMs, processorMs } = await timedProcess("/bin/bash", ["-c", `set -o pipefail; ${command}`], how);
  return [tookMs, processorMs];
}

async function rowhouse(args, how) {
  const done = await timedProcess(process.execPath, [program, ...args], how);
  return { ...done, json: JSON.parse(done.stdout.trim().split("\n").at(-1)) };
}

/** A server's own children, one for each session on PostgreSQL, count once they have ended, which is a little later. */
const reapedMs = 500;

function timedProcess(path, args, { env, server, signal }) {
  return new Promise((resolve, reject) => {
    const before = ticksOf("self") + ticksOf(server.pid);
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
    child.once("close", async (code) => {
      clearInterval(watch);
      const tookMs = performance.now() - began;
      await setTimeout(reapedMs);
      const processorMs = (ticksOf("self") + ticksOf(server.pid) - before) * 10;
      if (code === 0) resolve({ tookMs, processorMs, stdout, peakBytes });
      else reject(new Error(`${args.join(" ")} ended with ${code}: ${stderr}${stdout}`));
    });
  });
}

/** Hundredths of a second that a process took and those of its children that have ended; of this one, which only waits, theirs alone. */
function ticksOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  const [own, kernel, children, theirKernel] = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  return children + theirKernel + (pid === "self" ? 0 : own + kernel);
}

async function bytesIn(path) {
  const about = await stat(path);
  if (!about.isDirectory()) return about.size;
  const all = await Promise.all((await filesIn(path)).map((file) => stat(file)));
  return all.reduce((sum, { size }) => sum + size, 0);
}

async function filesIn(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Which of ours is compared with which of theirs, and the ratio wanted: theirs over ours, or with `atMost` ours over theirs. */
const comparisons = {
  postgres: [
    { ours: "rowhouse backup take --no-prove", theirs: "pg_dump -Fd -j2", faster: 1.9 },
    { ours: "rowhouse backup restore", theirs: "pg_restore -j2", atMost: 1.05 },
    { ours: "rowhouse backup prove", theirs: "pg_restore -j2", atMost: 1.5 },
    { ours: "rowhouse backup take --base --no-prove", theirs: "pg_basebackup", atMost: 1.1 },
    { ours: "SHA-256 of its files", theirs: "rowhouse backup take --no-prove", atMost: 0.05 },
    { ours: "its content hash", theirs: "rowhouse backup take --no-prove", atMost: 0.2 },
  ],
  mariadb: [
    { ours: "rowhouse backup take --no-prove", theirs: "mariadb-dump | zstd -3", faster: 1 },
    { ours: "rowhouse backup take --no-prove", theirs: "mydumper -t 2 -c", faster: 1 },
    { ours: "rowhouse backup restore", theirs: "mariadb < dump", faster: 1.7 },
    { ours: "rowhouse backup prove", theirs: "mariadb < dump", atMost: 1.5 },
    { ours: "SHA-256 of its files", theirs: "rowhouse backup take --no-prove", atMost: 0.05 },
    { ours: "its content hash", theirs: "rowhouse backup take --no-prove", atMost: 0.2 },
  ],
};

function report({ engine, samples, processorMs, sizes, size, rounds }) {
  const seconds = (values) => (values ? `${(median(values) / 1000).toFixed(1)} s` : "");
  const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
  const ratio = (of, { ours, theirs, faster }) => {
    if (!of[ours] || !of[theirs]) return "";
    const [mine, other] = [median(of[ours]), median(of[theirs])];
    return faster ? `${(other / mine).toFixed(2)} times as fast` : `${(mine / other).toFixed(2)} times as long`;
  };
  console.log(`\n${engine.name}: ${megabytes(size)}, median of ${rounds} rounds\n`);
  printTable([
    ["", "took", "processor", "wrote"],
    ...Object.keys(samples)
      .filter((what) => !what.includes("bytes"))
      .map((what) => [what, seconds(samples[what]), seconds(processorMs[what]), sizes[what] ? megabytes(sizes[what]) : ""]),
  ]);
  console.log("");
  printTable([
    ["", "beside", "on the wall", "in processor time", "target"],
    ...comparisons[engine.name].map((pair) => [
      pair.ours,
      pair.theirs,
      ratio(samples, pair),
      ratio(processorMs, pair),
      pair.faster ? `≥ ${pair.faster}` : `≤ ${pair.atMost}`,
    ]),
  ]);
  console.log(`\nmemory of take: ${megabytes(median(samples["its memory, bytes"]))} (≤ 100 MB)`);
}
