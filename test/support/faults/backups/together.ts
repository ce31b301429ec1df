// FAULT-18: takes that begin in the same moment, of one server into one store: never two at a time, and whoever comes second is told
// who is at it. The lock of a process that is gone, or whose number another process has, keeps nobody out. FAULT-23: a take that is
// frozen holds up nobody but itself, and finishes when it is let go.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomOf } from "../../../../bench/load/random.js";
import { sql } from "../../../../src/foundation/sql.ts";
import { identify } from "../../../../src/platform/identity.ts";
import { compileTool } from "../../crash/compiled.ts";
import { backupsIn, falselyGood, forget, leftOver } from "./aftermath.ts";
import { makeKeeper, readyTake } from "./command.ts";
import type { Subject } from "./subject.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";

const starts = 50;
const atOnce = 5;

export const fault18: BackupFault = async (subject, { runs = starts, signal, tell }) => {
  const tool = compileTool();
  await makeKeeper(subject);
  try {
    for (let round = 0; round < runs / atOnce && !signal.aborted; round++) tell(await startTogether(subject, { tool, round, signal }));
    for (const [what, owner] of await staleOwners()) tell(await takeOver(subject, { tool, what, owner }));
  } finally {
    rmSync(tool, { recursive: true, force: true });
  }
};

async function startTogether(
  subject: Subject,
  { tool, round, signal }: { readonly tool: string; readonly round: number; readonly signal: AbortSignal },
): Promise<Tried> {
  const known = backupsIn(subject.store);
  const takes = await Promise.all(Array.from({ length: atOnce }, () => readyTake(subject, { tool })));
  const began = process.hrtime.bigint();
  for (const take of takes) take.begin();
  const withinMs = Number(process.hrtime.bigint() - began) / 1e6;
  const ended = await Promise.all(takes.map(async (take) => ({ pid: take.pid, ...(await take.ended) })));
  const winners = ended.filter(({ exitCode }) => exitCode === 0);
  const told = new RegExp(`locked by pid (${takes.map(({ pid }) => pid).join("|")}) on ${hostname()} \\(backup take\\) since \\d{4}-\\d\\d-\\d\\dT`);
  const others = ended.filter(({ exitCode, stderr }) => exitCode !== 0 && !(exitCode === 5 && told.test(stderr)));
  const made = backupsIn(subject.store).filter((one) => !known.includes(one));
  const complaints = [
    ...(winners.length === 1 ? [] : [`${winners.length} of ${atOnce} won`]),
    ...(made.length === winners.length ? [] : [`${made.length} backups of ${winners.length} winners`]),
    ...others.map(({ exitCode, stderr }) => `exit ${exitCode}: ${stderr.slice(-200)}`),
    ...(await falselyGood(subject, known, signal)),
    ...(await leftOver(
      subject,
      takes.map(({ pid }) => pid),
    )),
  ];
  forget(subject.store, known);
  const says = ended.find(({ exitCode }) => exitCode === 5)?.stderr.match(/locked by[^\n]*/)?.[0] ?? "";
  return tried(`round ${round + 1}: ${atOnce} takes begun within ${withinMs.toFixed(1)} ms`, { state: `${winners.length} won`, says, complaints });
}

/** Owners of a lock who are not there any more. */
async function staleOwners(): Promise<readonly (readonly [string, object])[]> {
  const self = await identify(process.pid);
  const owner = { ...self, operation: "backup take", since: "2026-01-01T00:00:00.000Z" };
  return [
    ["a process that is gone", { ...owner, pid: 4_194_303 }],
    ["a process whose number another has now", { ...owner, startTicks: 1 }],
    ["a process of an earlier boot", { ...owner, bootId: "00000000-0000-0000-0000-000000000000" }],
    ["nobody: half a lock", {}],
  ];
}

function lockIn({ store }: Subject): string {
  const [server = ""] = readdirSync(store);
  return join(store, server, ".locks", "take");
}

async function takeOver(
  subject: Subject,
  { tool, what, owner }: { readonly tool: string; readonly what: string; readonly owner: object },
): Promise<Tried> {
  const text = JSON.stringify(owner);
  writeFileSync(lockIn(subject), text === "{}" ? '{"pid": 1' : text, { mode: 0o600 });
  const take = await readyTake(subject, { tool, more: ["--no-prove"] });
  take.begin();
  const { exitCode, stderr } = await take.ended;
  return tried(`the lock of ${what}`, { state: `exit ${exitCode}`, complaints: exitCode === 0 ? [] : [`exit ${exitCode}: ${stderr.slice(-300)}`] });
}

const freezes = 6;

export const fault23: BackupFault = async (subject, { seed, runs = freezes, signal, tell }) => {
  const tool = compileTool();
  await makeKeeper(subject);
  try {
    for (let run = 0; run < runs && !signal.aborted; run++)
      tell(
        await freeze(subject, {
          tool,
          afterMs: 100 + run * 350 + Math.round(randomOf(seed + run)() * 150),
          forMs: run === 0 ? 30_000 : 6_000,
          signal,
        }),
      );
  } finally {
    rmSync(tool, { recursive: true, force: true });
  }
};

/** While it is frozen others write, and another take is told; afterwards it ends as it would have. */
async function freeze(
  subject: Subject,
  { tool, afterMs, forMs, signal }: { readonly tool: string; readonly afterMs: number; readonly forMs: number; readonly signal: AbortSignal },
): Promise<Tried> {
  const known = backupsIn(subject.store);
  const take = await readyTake(subject, { tool });
  take.begin();
  await sleep(afterMs);
  process.kill(take.pid, "SIGSTOP");
  const frozenAt = stateOf(take.pid);
  const wrote = await writeMeanwhile(subject);
  const second = await readyTake(subject, { tool, more: ["--no-prove"] });
  second.begin();
  const other = await second.ended;
  await sleep(forMs);
  process.kill(take.pid, "SIGCONT");
  const { exitCode, stdout, stderr } = await take.ended;
  const isLocked = other.exitCode === 5 && other.stderr.includes(`locked by pid ${take.pid} `);
  const wasFirst = other.exitCode === 0 && exitCode !== null; // it was frozen before it had the lock
  const complaints = [
    ...(frozenAt === "T" || exitCode === 0 ? [] : [`it was not frozen: ${frozenAt}`]),
    ...(wrote <= 3_000 ? [] : [`a write beside it took ${wrote} ms`]),
    ...(isLocked || wasFirst ? [] : [`the other take: exit ${other.exitCode}: ${other.stderr.slice(-200)}`]),
    ...(exitCode === 0 && stdout.includes("PROVED") ? [] : [`exit ${exitCode}: ${(stderr + stdout).slice(-300)}`]),
    ...(await falselyGood(subject, known, signal)),
    ...(await leftOver(subject, [take.pid, second.pid])),
  ];
  forget(subject.store, known);
  return tried(`frozen after ${afterMs} ms for ${forMs} ms`, { state: `exit ${exitCode}`, says: `a write beside it took ${wrote} ms`, complaints });
}

function stateOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .slice(0, 1);
  } catch {
    return "gone";
  }
}

async function writeMeanwhile(subject: Subject): Promise<number> {
  const began = performance.now();
  await using session = await subject.look();
  await session.run(sql`insert into numbered_2 (note) values ('beside a frozen take')`);
  return Math.round(performance.now() - began);
}
