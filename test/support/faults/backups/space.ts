// FAULT-5: the place of the backups is full before the start and at ten moments of a take, the place of proofs at five. It is said
// so, nothing that looks good is left, nothing is called FAILED that is good, and once there is room the next take is proved.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../../../src/foundation/problem.ts";
import { sql } from "../../../../src/foundation/sql.ts";
import { planTake, type PlannedTake } from "../../../../src/operations/backup/take.ts";
import { compileTool } from "../../crash/compiled.ts";
import { backupsIn, leftOver } from "./aftermath.ts";
import { makeKeeper, readyTake } from "./command.ts";
import { manifestOf } from "./edits.ts";
import { sourceOf, type Subject } from "./subject.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";

const passes = 10;
const proofPasses = 5;
const bulkBytes = 8_000_000;
const mebibyte = 1_048_576;

export const fault5: BackupFault = async (subject, { runs = passes, signal, tell }) => {
  await makeBulk(subject);
  await makeKeeper(subject);
  const tool = compileTool();
  const place = join(subject.directory, "small");
  mkdirSync(place);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "rowhouse-small", place]);
  try {
    const small: Subject = { ...subject, store: join(place, "store") };
    tell(await tryBefore(small, place));
    const size = await sizeOfOne(small, signal);
    for (let pass = 0; pass < runs && !signal.aborted; pass++)
      tell(await tryMidway(small, { place, freeBytes: Math.round((size * pass) / passes), signal }));
    for (let pass = 0; pass < Math.min(runs, proofPasses) && !signal.aborted; pass++) tell(await tryProof(subject, { tool, afterMs: pass * 250 }));
    tell(await tryProof(subject, { tool, afterMs: undefined }));
  } finally {
    execFileSync("umount", ["--lazy", place]);
    rmSync(tool, { recursive: true, force: true });
  }
};

/** Bytes that no packing makes fewer, so that a backup is as long as is estimated. */
async function makeBulk(subject: Subject): Promise<void> {
  await using session = await subject.look();
  const types = { postgres: sql`bytea`, mariadb: sql`mediumblob` };
  await session.run(sql`create table bulk (id integer primary key, bytes ${types[subject.name]} not null)`);
  for (let id = 0; id < bulkBytes / mebibyte; id++) await session.run(sql`insert into bulk (id, bytes) values (${id}, ${randomBytes(mebibyte)})`);
  await session.all(subject.name === "postgres" ? sql`analyze bulk` : sql`analyze table bulk`); // the size that a server tells may be an old one
}

const silent = () => undefined;

async function planned(subject: Subject, isProved = false): Promise<PlannedTake> {
  return planTake(subject.context, { source: sourceOf(subject), isProved, onProgress: silent });
}

async function problemOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "nothing",
    (thrown: unknown) => (thrown instanceof Problem ? `${thrown.code} ${thrown.message}` : `no Problem: ${String(thrown)}`),
  );
}

/** Refused before anything is written, with the figures. */
async function tryBefore(small: Subject, place: string): Promise<Tried> {
  fill(place, bulkBytes / 2);
  const says = await problemOf(planned(small));
  rmSync(join(place, "filler"));
  const isSaid = /^RH-FILE-002 a backup of books may need [\d.]+ MB, and \S+ has [\d.]+ MB free/.test(says);
  return tried("the store is full before the start", { state: "refused", says, complaints: [...(isSaid ? [] : [says]), ...partialsIn(small)] });
}

async function sizeOfOne(small: Subject, signal: AbortSignal): Promise<number> {
  const { backup } = await (await planned(small)).take(signal, silent);
  rmSync(backup.directory, { recursive: true });
  return backup.bytes;
}

/** There is room when it is asked for, and somebody else takes it. */
async function tryMidway(
  small: Subject,
  { place, freeBytes, signal }: { readonly place: string; readonly freeBytes: number; readonly signal: AbortSignal },
): Promise<Tried> {
  const { take } = await planned(small);
  fill(place, freeBytes);
  const says = await problemOf(take(signal, silent));
  const left = [...partialsIn(small), ...backupsIn(small.store).map((directory) => `${directory} looks good`)];
  rmSync(join(place, "filler"));
  const next = await problemOf((await planned(small)).take(signal, silent).then(({ backup }) => rmSync(backup.directory, { recursive: true })));
  const complaints = [
    ...(/^RH-FILE-002 /.test(says) ? [] : [`it says: ${says}`]),
    ...left,
    ...(next === "nothing" ? [] : [`the next take: ${next}`]),
  ];
  return tried(`the store has ${freeBytes} bytes when the take begins`, { state: "failed", says, complaints });
}

function partialsIn({ store }: Subject): readonly string[] {
  return backupsIn(store).length > 0
    ? []
    : execFileSync("find", [join(store, ".."), "-name", "*.partial*", "-o", "-name", "*.tmp"], { encoding: "utf8" })
        .split("\n")
        .filter(Boolean)
        .map((path) => `${path} is left`);
}

/** All but so many bytes of a file system. */
function fill(place: string, butBytes: number): void {
  const { bavail, bsize } = statfsSync(place);
  writeFileSync(join(place, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - butBytes)));
}

/** A place of proofs of our own, in a mount namespace: too small from the start, or full some time after a proof has begun there. */
async function tryProof(subject: Subject, { tool, afterMs }: { readonly tool: string; readonly afterMs: number | undefined }): Promise<Tried> {
  const known = backupsIn(subject.store);
  const size = afterMs === undefined ? "100m" : "420m";
  const filling =
    afterMs === undefined
      ? ""
      : `(while ! ls -d /var/tmp/rowhouse-proof-*/data* ; do sleep 0.02; done; sleep ${afterMs / 1000}; dd if=/dev/zero of=/var/tmp/filler bs=64k) > /dev/null 2>&1 &`;
  const script = `mount -t tmpfs -o size=${size},mode=1777 rowhouse-proofs /var/tmp && ${filling} exec "$@"`
    .replace("&& (", "&& { (")
    .replace("& exec", "& } && exec");
  const take = await readyTake(subject, { tool, under: ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh"] });
  take.begin();
  const { exitCode, stdout, stderr } = await take.ended;
  const made = backupsIn(subject.store).filter((one) => !known.includes(one));
  const says = (stderr + stdout).replace(/\s+/g, " ").slice(-400);
  const isUnknown = exitCode === 10 && made.length === 1 && /unknown, because/.test(stdout);
  const isProved = exitCode === 0 && afterMs !== undefined && afterMs >= 500; // it was done by then
  const complaints = [
    ...(isUnknown || isProved ? [] : [`exit ${exitCode}, ${made.length} backups: ${says}`]),
    ...(await leftOver(subject, [take.pid])),
  ];
  for (const directory of made) if (manifestOf(directory)) rmSync(directory, { recursive: true });
  const what = afterMs === undefined ? "the place of proofs is too small" : `the place of proofs is full ${afterMs} ms into the proof`;
  return tried(what, { state: `exit ${exitCode}`, says, complaints });
}
