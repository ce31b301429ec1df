// The store: <store>/<server>/<backup>/. A backup is written under a name that ends in `.partial` and renamed when it is whole,
// so that whatever has another name is one. Files 0600, directories 0700; one run at a time for each server in a store.
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { Engine } from "../../engines/engine.ts";
import type { Survey } from "../../engines/backup.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Clock } from "../../platform/clock.ts";
import { ensureDirectory, exists, freeBytes, namesIn, remove, statIfThere } from "../../platform/files.ts";
import { takeLock } from "../../platform/locks.ts";
import { endAllNaming } from "../../platform/processes.ts";
import type { StoredFile } from "./manifest.ts";

export const partialEnd = ".partial";

export function serverDirectory(options: { readonly store: string; readonly engine: Engine; readonly survey: Pick<Survey, "serverId"> }): string {
  return join(options.store, `${options.engine.name}-${options.survey.serverId}`);
}

/** The name of that directory, of a backup in it. */
export function serverOf({ directory }: { readonly directory: string }): string {
  return basename(dirname(directory));
}

const idForm = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

export function isBackupId(name: string): boolean {
  return idForm.test(name);
}

/** Held while a backup of this server is taken. */
export function takeLockPath(server: string): string {
  return join(server, ".locks", "take");
}

/** Held while the backup in that directory is proved. */
export function proofLockPath(directory: string): string {
  return join(dirname(directory), ".locks", basename(directory));
}

/** Sorts by time, and is none of `taken`, whatever the clock does: `20261125T051200Z-7f3a`. */
export function newBackupId(clock: Clock, taken: readonly string[]): string {
  const moment = clock
    .now()
    .toISOString()
    .replace(/[-:]|\.\d+/g, "");
  for (;;) {
    const id = `${moment}-${randomBytes(2).toString("hex")}`;
    if (!taken.includes(id) && !taken.includes(`${id}${partialEnd}`)) return id;
  }
}

/** A store that is there already keeps its mode: it may be somebody's disk. */
export async function openStore(options: { readonly store: string; readonly server: string; readonly clock: Clock }): Promise<AsyncDisposable> {
  if (!(await exists(options.store))) await ensureDirectory(options.store);
  await ensureDirectory(options.server);
  const lock = await takeLock({ path: takeLockPath(options.server), operation: "backup take", clock: options.clock });
  await clearPartials(options.server, options.clock);
  return lock;
}

/** What a killed run left; the lock is ours, so nobody is writing there. */
async function clearPartials(server: string, clock: Clock): Promise<void> {
  for (const name of await namesIn(server)) {
    if (!name.endsWith(partialEnd) || !isBackupId(name.slice(0, -partialEnd.length))) continue;
    await endAllNaming(join(server, name), { ask: "SIGKILL", graceMs: 0, clock }); // a dump goes on writing when its parent is killed
    await remove(join(server, name));
  }
}

/** Throws RH-FILE-002 when the file system that holds `path` has less than is needed. */
export async function refuseLackOfSpace(path: string, needed: { readonly bytes: number; readonly what: string }): Promise<void> {
  const free = await freeBytes(await nearestThere(path));
  if (free >= needed.bytes) return;
  throw new Problem("RH-FILE-002", `${needed.what} may need ${formatBytes(needed.bytes)}, and ${path} has ${formatBytes(free)} free`, {
    hint: "Free space there, or give another place.",
  });
}

async function nearestThere(path: string): Promise<string> {
  return (await exists(path)) || path === dirname(path) ? path : nearestThere(dirname(path));
}

/** Every file below `directory` with its size and hash, in the order of their names; links and other things are refused. */
export async function storedFiles(directory: string): Promise<readonly StoredFile[]> {
  const found: StoredFile[] = [];
  for (const name of await filesBelow(directory)) {
    const path = join(directory, name);
    const stat = await statIfThere(path);
    if (!stat?.isFile()) throw new Problem("RH-BACKUP-003", `${path} is no file`, { hint: "A backup holds files and directories only." });
    found.push({ path: name, bytes: Number(stat.size), sha256: await sha256Of(path) });
  }
  return found;
}

/** What is below `directory` and no directory itself, in the order of the names. */
export async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  return files.toSorted((a, b) => (a < b ? -1 : 1));
}

/** Directories below `directory` that hold nothing, which no list of files tells of; in the order of the names. */
export async function emptyDirectoriesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const parents = new Set(entries.map((entry) => relative(directory, entry.parentPath)));
  const directories = entries.filter((entry) => entry.isDirectory()).map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  return directories.filter((path) => !parents.has(path)).toSorted((a, b) => (a < b ? -1 : 1));
}

/** Of a file; in small pieces, since large ones pile up faster than they are collected. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 16_384 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
