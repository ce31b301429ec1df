// BASE: base backups of every version that there is, of a quiet server and of one that others write to, each checked by the engine's
// own program where there is one; then takes that are killed with -9 at some moment, and what is there afterwards.
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomOf } from "../../../../bench/load/random.js";
import type { ConnectionOptions } from "../../../../src/drivers/driver.ts";
import type { EngineName } from "../../../../src/engines/engines.ts";
import { sql } from "../../../../src/foundation/sql.ts";
import { type Proof, proveBackup } from "../../../../src/operations/backup/prove.ts";
import { planTakeBase } from "../../../../src/operations/backup/take-base.ts";
import { installTrial } from "../../../../src/operations/stack/install.ts";
import type { Context } from "../../../../src/platform/context.ts";
import { signalProcess } from "../../../../src/platform/processes.ts";
import { compileTool } from "../../crash/compiled.ts";
import { type EngineVersion, matrixServers, startServer, type TestServer } from "../../servers.ts";
import { backupsIn, falselyGood, forget, leftOver } from "./aftermath.ts";
import { startWriters } from "./book-writers.ts";
import { makeBooks, wrongIn } from "./books.ts";
import { makeKeeper, readyCommand, type Take } from "./command.ts";
import type { Subject } from "./subject.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";
import { saidBy } from "./x1.ts";

const fullKills = 20;
/** Fetched from npm where the engine has them. */
const majors = ["14", "15", "16", "17", "18"];
const silent = () => undefined;

export const base: BackupFault = async (subject, { seed, runs = fullKills, signal, tell }) => {
  const context = { ...subject.context, environment: { ...subject.context.environment, ROWHOUSE_SERVERS: matrixServers } };
  for (const version of await versionsOf(context, subject, signal)) {
    if (signal.aborted) return;
    await using server = await startServer(version);
    for (const one of await tryVersion(context, version, { server, seed, signal })) tell(one);
  }
  await tryKills(subject, { seed, runs, signal, tell });
};

async function versionsOf(context: Context, { engine, name }: Subject, signal: AbortSignal): Promise<readonly EngineVersion[]> {
  if (engine.facts.embeddedServer) for (const major of majors) await installTrial(context, engine, major, signal);
  const found = await engine.server.installations(context, { embeddedRoot: matrixServers });
  return found.map((installation) => ({
    title: `${engine.title} ${installation.version}${installation.isTrial ? " (npm)" : ""}`,
    engine,
    name,
    installation,
  }));
}

interface Trying {
  readonly server: TestServer;
  readonly seed: number;
  readonly signal: AbortSignal;
}

async function tryVersion(context: Context, { title, engine, name }: EngineVersion, { server, seed, signal }: Trying): Promise<readonly Tried[]> {
  const store = mkdtempSync("/tmp/rowhouse-base-");
  const login = { ...server.administrator("books"), database: "books" };
  const taken = async () => {
    const { take } = await planTakeBase(context, { source: { engine, login, store }, isProved: false, onProgress: silent });
    return (await take(signal, silent)).backup.directory;
  };
  try {
    {
      await using first = await engine.driver.connect(server.administrator());
      await first.run(sql`create database books`);
      await using session = await engine.driver.connect(login);
      await makeBooks(session, name);
    }
    const quiet = await taken();
    const proof = await proveBackup(context, { engine, directory: quiet, signal, onProgress: silent });
    const busy = await whileWriting(seed, { engine, login }, taken);
    return [
      judged(`${title}, quiet`, proof, [/by content/, ...checkedBy(name, quiet)]),
      judged(`${title}, written to`, ...(await lookedInto(context, { engine, login }, { directory: busy, signal }))),
    ];
  } finally {
    rmSync(store, { recursive: true, force: true });
  }
}

async function whileWriting<T>(seed: number, subject: Pick<Subject, "engine" | "login">, act: () => Promise<T>): Promise<T> {
  await using _writers = startWriters(subject, { seed, writers: 3 });
  return await act();
}

/** The proof, and what is wrong with the books in the copy. */
async function lookedInto(
  context: Context,
  { engine, login }: Pick<Subject, "engine" | "login">,
  how: { readonly directory: string; readonly signal: AbortSignal },
): Promise<[Proof, (RegExp | string)[]]> {
  let wrong: readonly string[] = ["nobody looked into the copy"];
  const onRestored = async (administrator: ConnectionOptions) => {
    await using session = await engine.driver.connect({ ...administrator, database: login.database ?? "" });
    wrong = await wrongIn(session);
  };
  const proof = await proveBackup(context, { engine, ...how, onProgress: silent, onRestored });
  return [proof, [/not compared/, ...wrong]];
}

/** Complaints of the engine's own program about the files; it reads the manifests of up to 16, and the log of its own version. */
function checkedBy(name: EngineName, directory: string): readonly string[] {
  const program = "/usr/lib/postgresql/15/bin/pg_verifybackup";
  if (name !== "postgres" || !existsSync(program)) return [];
  const version = execFileSync("cat", [join(directory, "base", "PG_VERSION")])
    .toString()
    .trim();
  if (Number(version) > 16) return [];
  try {
    execFileSync(program, [...(version === "15" ? [] : ["--no-parse-wal"]), join(directory, "base")], { stdio: "pipe" });
    return [];
  } catch (thrown) {
    return [`pg_verifybackup: ${thrown instanceof Error ? thrown.message : String(thrown)}`];
  }
}

/** Proved, with words that have to be among what was seen; any text is a complaint. */
function judged(what: string, proof: Proof, wanted: readonly (RegExp | string)[]): Tried {
  const says = proof.verdict.state === "sound" ? (proof.verdict.evidence.find(({ subject }) => subject === "compared")?.seen ?? "") : saidBy(proof);
  const complaints = wanted.flatMap((one) => (typeof one === "string" ? [one] : one.test(says) ? [] : [`it does not say ${one}: ${says}`]));
  return tried(what, { state: proof.state, says, complaints: proof.state === "PROVED" ? complaints : [`it is ${proof.state}`, ...complaints] });
}

type Killing = Parameters<BackupFault>[1] & { readonly runs: number };

async function tryKills(subject: Subject, { seed, runs, signal, tell }: Killing): Promise<void> {
  const tool = compileTool();
  try {
    await makeKeeper(subject);
    await admitReplication(subject);
    const wholeMs = await unharmedMs(await ready(subject, tool));
    const random = randomOf(seed);
    for (let run = 0; run < runs && !signal.aborted; run++) tell(await killAfter(subject, { tool, afterMs: Math.round(random() * wholeMs), signal }));
  } finally {
    rmSync(tool, { recursive: true, force: true });
  }
}

function ready(subject: Subject, tool: string): Promise<Take> {
  return readyCommand(subject, ["take", "--base", "--store", subject.store], { tool });
}

/** The rules of our own servers let nobody replicate over TCP. */
async function admitReplication({ name, engine, login, server }: Subject): Promise<void> {
  if (name !== "postgres") return;
  appendFileSync(join(server.place.dataDirectory, "pg_hba.conf"), "host replication all 127.0.0.1/32 scram-sha-256\n");
  await using session = await engine.driver.connect(login);
  await session.all(sql`select pg_reload_conf() as done`);
}

async function unharmedMs(take: Take): Promise<number> {
  const began = Date.now();
  take.begin();
  const { exitCode, stderr, stdout } = await take.ended;
  if (exitCode !== 0) throw new Error(`the unharmed command ended with ${exitCode}: ${stderr}${stdout}`);
  return Date.now() - began;
}

async function killAfter(
  subject: Subject,
  { tool, afterMs, signal }: { readonly tool: string; readonly afterMs: number; readonly signal: AbortSignal },
) {
  const known = backupsIn(subject.store);
  const take = await ready(subject, tool);
  take.begin();
  await Promise.race([sleep(afterMs), take.ended]);
  signalProcess(take.pid, "SIGKILL");
  const killed = await take.ended;
  const good = await falselyGood(subject, known, signal);
  const next = await ready(subject, tool);
  next.begin();
  const { exitCode, stderr, stdout } = await next.ended;
  const failed = exitCode === 0 ? [] : [`the next take ended with ${exitCode}: ${(stderr + stdout).slice(-400)}`];
  const left = await leftOver(subject, [take.pid, next.pid]);
  forget(subject.store, known);
  return tried(`killed after ${afterMs} ms`, {
    state: killed.exitCode === null ? "killed" : "not reached",
    complaints: [...good, ...failed, ...left],
  });
}
