// FAULT-3: a take is killed with -9 at each system call of its own, and each of its children at some moment. Afterwards nothing
// new looks good that is not, the next take needs no help, and nothing is left: no file, no process, no session, no lock.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineName } from "../../../../src/engines/engines.ts";
import { type Random, randomOf } from "../../../../bench/load/random.js";
import { ensureIdentity } from "../../../../src/operations/backup/keys.ts";
import { compileTool } from "../../crash/compiled.ts";
import { backupsIn, falselyGood, forget, leftOver } from "./aftermath.ts";
import { type Ended, makeKeeper, readyTake, type Take } from "./command.ts";
import type { Subject } from "./subject.ts";
import { type Call, callsIn, endOfTrace, traceThreads } from "./trace.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";

/** Of a full run, per engine: kills of ourselves, half of them while it encrypts, and of children. */
const fullPoints = 100;
const childKills = 24;

const changing =
  "openat write writev pwrite64 sendmsg fsync fdatasync ftruncate fchmod chmod chown fchown rename link linkat symlink unlink unlinkat mkdir rmdir clone connect bind listen shutdown kill".split(
    " ",
  );

export const fault3: BackupFault = async (subject, { seed, runs = fullPoints, signal, tell }) => {
  const tool = compileTool();
  try {
    await makeKeeper(subject);
    const tryPoints = async (how: string, wanted: number) => {
      const points = signal.aborted ? [] : spread(await killPoints(subject, tool), wanted, seed);
      for (const point of points) if (!signal.aborted) tell(await killAt(subject, { tool, how, point, signal }));
    };
    await tryPoints("plain", Math.ceil(runs / 2));
    await ensureIdentity(subject.context); // from here on backups are encrypted
    await tryPoints("encrypted", Math.floor(runs / 2));
    for (let run = 0; run < Math.min(childKills, runs) && !signal.aborted; run++)
      tell(
        await killChild(subject, {
          tool,
          random: randomOf(seed + run),
          child: children[subject.name][run % children[subject.name].length] ?? "",
          signal,
        }),
      );
  } finally {
    rmSync(tool, { recursive: true, force: true });
  }
};

async function killPoints(subject: Subject, tool: string): Promise<readonly Call[]> {
  const known = backupsIn(subject.store);
  const calls = await callsOf(subject, await readyTake(subject, { tool }));
  forget(subject.store, known);
  return calls;
}

/** What an unharmed command calls that changes something. Reading /proc, and telling another thread to wake up, is left out. */
export async function callsOf(subject: Subject, take: Take): Promise<readonly Call[]> {
  const log = join(subject.directory, "calls.strace");
  const tracer = await traceThreads(take.pid, ["-o", log, "-e", `trace=${changing.join(",")}`]);
  take.begin();
  const ended = await take.ended;
  await endOfTrace(tracer);
  if (ended.exitCode !== 0) throw new Error(`the unharmed command ended with ${ended.exitCode}: ${ended.stderr}`);
  return callsIn(readFileSync(log, "utf8")).filter(({ name, text }) => {
    if (name === "openat") return /O_CREAT|O_WRONLY|O_RDWR/.test(text);
    return name !== "write" || !/^\d+, "(\*|\\1(\\0){7})", /.test(text);
  });
}

/** So many, evenly over each kind of call, kinds that come seldom first: what is called a thousand times is alike. */
export function spread(calls: readonly Call[], wanted: number, seed: number): readonly Call[] {
  const kinds = [...new Set(calls.map(({ name }) => name))].map((name) => calls.filter((call) => call.name === name));
  const chosen: Call[] = [];
  kinds.sort((a, b) => a.length - b.length);
  kinds.forEach((kind, index) => {
    const share = Math.min(kind.length, Math.ceil((wanted - chosen.length) / (kinds.length - index)));
    const offset = (seed % 97) / 97;
    for (let one = 0; one < share; one++) chosen.push(kind[Math.floor(((one + offset) * kind.length) / share)] as Call);
  });
  return chosen.slice(0, wanted);
}

interface Try {
  readonly tool: string;
  readonly signal: AbortSignal;
}

/** Lets the command begin, to be killed at that call. */
export async function killedAt(take: Take, point: Call): Promise<Ended> {
  const words = ["-o", "/dev/null", "-e", `trace=${point.name}`, "-e", `inject=${point.name}:signal=SIGKILL:when=${point.nth}`];
  const tracer = await traceThreads(take.pid, words);
  take.begin();
  const ended = await take.ended;
  await endOfTrace(tracer);
  return ended;
}

async function killAt(subject: Subject, { tool, how, point, signal }: Try & { readonly how: string; readonly point: Call }): Promise<Tried> {
  const known = backupsIn(subject.store);
  const take = await readyTake(subject, { tool });
  const ended = await killedAt(take, point);
  const complaints = ended.exitCode === null || ended.exitCode === 0 ? [] : [`it ended with ${ended.exitCode}: ${ended.stderr.slice(-300)}`];
  const what = `${how}, killed at ${point.name} ${point.nth} (${point.text.slice(0, 50).replace(/\s+/g, " ")})`;
  const state = ended.exitCode === null ? "killed" : "not reached";
  return tried(what, { state, complaints: [...complaints, ...(await after(subject, { tool, signal, known, pids: [take.pid] }))] });
}

/** The next take, and what is there before and after it. */
async function after(
  subject: Subject,
  what: Try & { readonly known: readonly string[]; readonly pids: readonly number[] },
): Promise<readonly string[]> {
  const before = await falselyGood(subject, what.known, what.signal);
  const next = await readyTake(subject, what);
  next.begin();
  const { exitCode, stderr, stdout } = await next.ended;
  const failed = exitCode === 0 ? [] : [`the next take ended with ${exitCode}: ${(stderr + stdout).slice(-400)}`];
  const left = await leftOver(subject, [...what.pids, next.pid]);
  forget(subject.store, what.known);
  return [...before, ...failed, ...left];
}

/** Programs that a take starts, by what the kernel calls them. */
export const children: Readonly<Record<EngineName, readonly string[]>> = {
  postgres: ["pg_dump", "initdb", "postgres", "pg_restore"],
  mariadb: ["mariadb-dump", "mariadb-install", "mariadbd", "mariadb"],
};

export async function killChild(
  subject: Subject,
  { tool, random, child, signal }: Try & { readonly random: Random; readonly child: string },
): Promise<Tried> {
  const known = backupsIn(subject.store);
  const take = await readyTake(subject, { tool });
  let isOver = false;
  const ended = take.ended.finally(() => {
    isOver = true;
  });
  take.begin();
  const delayMs = Math.floor(random() * 60);
  const working = () => workersOf(subject, take.pid).filter(({ name }) => name === child);
  while (!isOver && working().length === 0) await sleep(1);
  await sleep(delayMs);
  const victims = working();
  const victim = isOver ? undefined : victims.toSorted((a, b) => a.pid - b.pid)[0]; // the first: a subshell of a script may go unnoticed
  if (victim) process.kill(victim.pid, "SIGKILL");
  const how = await ended;
  const what = `${child} killed ${delayMs} ms after it began`;
  const complaints = victim === undefined ? [] : wrongEnd(how, subject, known);
  const left = await after(subject, { tool, signal, known, pids: [take.pid] });
  return tried(what, {
    state: victim === undefined ? "not reached" : `exit ${how.exitCode}`,
    says: lastLine(how),
    complaints: [...complaints, ...left],
  });
}

/** A take whose child was killed fails: 0 would be a lie, unless the child had done all of its work; FAILED would be another. */
function wrongEnd({ exitCode, stdout, stderr }: Ended, subject: Subject, known: readonly string[]): readonly string[] {
  const isNew = backupsIn(subject.store).some((one) => !known.includes(one));
  if (exitCode === 0) return [`it ended with 0: ${stdout.slice(-200)}`];
  if (exitCode === 6) return [`it calls the backup FAILED, which is good: ${stdout.slice(-300)}`];
  if (exitCode === 10 && isNew) return [];
  return exitCode !== null && exitCode > 0 && !isNew
    ? []
    : [`it ended with ${exitCode}, and ${isNew ? "left a backup" : "no backup"}: ${stderr.slice(-300)}`];
}

function lastLine({ stdout, stderr }: Ended): string {
  return (stderr + stdout).trim().split("\n").slice(-3).join(" | ");
}

/** Children that work on the backup or on the proof; those that only tell their version are none, nor are the tries of initdb. */
function workersOf({ store }: Subject, pid: number): readonly { readonly pid: number; readonly name: string }[] {
  return childrenOf(pid).flatMap((child) => {
    const command = read(`/proc/${child}/cmdline`).replaceAll("\0", " ");
    const isWorker = (command.includes(store) || command.includes(`/rowhouse-proof-${pid}-`)) && !command.includes("--check");
    return isWorker ? [{ pid: child, name: read(`/proc/${child}/comm`).trim() }] : [];
  });
}

function childrenOf(pid: number): readonly number[] {
  const own = read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return own.flatMap((child) => [child, ...childrenOf(child)]);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // gone meanwhile
  }
}
