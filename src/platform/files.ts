// Every write of the project goes through this file, or through trees.ts where a directory is what counts: temporary name in the same
// directory, the final mode at open, fsync, rename, fsync of the directory. A reader sees the old file or the new one, whole; what a
// killed writer left behind is removed by the next one in that directory. test/faults/kill-at-every-syscall proves it for each writer.
// Append-only logs are the one exception, and say so.
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { Problem } from "../foundation/problem.ts";
import { identify } from "./identity.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

type FileContent = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface WriteOptions {
  /** Permission bits of the new file, 0o600 unless given. */
  readonly mode?: number;
  readonly owner?: Owner;
}

/** Replaces `path` with `content`, whole or not at all; what comes in pieces is never whole in memory. Throws RH-FILE-001, RH-FILE-002. */
export async function writeFileAtomic(path: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
  await writeAndPlace(path, content, options, (temporary) => fs.rename(temporary, path));
}

/** As `writeFileAtomic`, but of several writers the first wins, and a file that is there stays. */
export async function writeFileOnce(path: string, content: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
  await removeLeftovers(dirname(path), (leftover) => fs.unlink(leftover)); // one may be a second name of the file that is there
  if (await exists(path)) return;
  await writeAndPlace(path, content, options, async (temporary) => {
    await fs.link(temporary, path).catch((cause: unknown) => {
      if (codeOf(cause) !== "EEXIST") throw cause;
    });
    await fs.unlink(temporary);
  });
}

async function writeAndPlace(path: string, content: FileContent, options: WriteOptions, place: (temporary: string) => Promise<void>): Promise<void> {
  await removeLeftovers(dirname(path), (leftover) => fs.unlink(leftover));
  const temporary = await temporaryBeside(path);
  try {
    await writeSynced(temporary, content, options);
    await place(temporary);
    await syncDirectory(dirname(path));
  } catch (cause) {
    await fs.rm(temporary, { force: true });
    throw fileProblem("write", path, cause);
  }
}

const here = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
const temporaryName = /^\.(\d+)-(\d+)-([0-9a-f]{8})-[0-9a-f]{12}\.tmp$/;

/** A name that tells which process of which machine is writing: pid, start time, host. */
async function temporaryBeside(path: string): Promise<string> {
  const self = await identify(process.pid);
  return join(dirname(path), `.${process.pid}-${self?.startTicks}-${here}-${randomBytes(6).toString("hex")}.tmp`);
}

/** Where to write a directory that is then moved to `path`: beside it, named for this process. What killed writers left there is removed. */
export async function directoryBeside(path: string): Promise<string> {
  await removeLeftovers(dirname(path), (leftover) => fs.rm(leftover, { recursive: true, force: true }));
  return temporaryBeside(path);
}

/** Removes what killed writers left in a directory; what a living one writes stays. */
export async function clearLeftovers(directory: string): Promise<void> {
  await removeLeftovers(directory, (leftover) => fs.unlink(leftover));
}

/** Removes the temporary files of dead processes of this machine; those of other machines may be in use. */
async function removeLeftovers(directory: string, removeOne: (path: string) => Promise<void>): Promise<void> {
  for (const name of await fs.readdir(directory).catch(() => [])) {
    const [, pid, startTicks, host] = temporaryName.exec(name) ?? [];
    if (host !== here || (await identify(Number(pid)))?.startTicks === Number(startTicks)) continue;
    await removeOne(join(directory, name)).catch(() => undefined); // another writer was faster, or it is not ours to remove
  }
}

async function writeSynced(path: string, content: FileContent, options: WriteOptions): Promise<void> {
  const mode = options.mode ?? 0o600;
  const file = await fs.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode);
  try {
    await fs.writeFile(file, content);
    await file.chmod(mode); // the umask may have taken bits away; it never adds any
    if (options.owner) await file.chown(options.owner.uid, options.owner.gid);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Files are synced alike. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await fs.open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Adds one line to an append-only file and syncs it. A line that a crash tore is ended first, so that it tears no other. */
export async function appendLine(path: string, line: string): Promise<void> {
  try {
    const file = await fs.open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW, 0o600);
    try {
      const { size } = await file.stat();
      await file.writeFile(`${(await isTorn(file, size)) ? "\n" : ""}${line}\n`);
      await file.sync();
      if (size === 0) await syncDirectory(dirname(path));
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileProblem("append to", path, cause);
  }
}

async function isTorn(file: fs.FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== "\n";
}

/** An append-only log opened for a child's output; the child keeps it when its parent dies. */
export async function openLog(path: string, owner?: Owner): Promise<fs.FileHandle> {
  const file = await fs.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW, 0o640);
  if (owner) await file.chown(owner.uid, owner.gid);
  return file;
}

/**
 * Keeps a log below a limit: over it, the content goes to `keepAs` and the file goes on empty under the same descriptor, as
 * logrotate's copytruncate does. Lines written between the copy and the cut are lost. The log may be in a directory of another
 * user, `keepAs` must not: neither is reached through a link.
 */
export async function rotateLog(options: { readonly path: string; readonly keepAs: string; readonly limitBytes: number }): Promise<void> {
  const log = await fs.open(options.path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const stat = await log.stat();
    if (!stat.isFile() || stat.nlink !== 1 || stat.size <= options.limitBytes) return;
    const kept = await fs.open(options.keepAs, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o640);
    try {
      for await (const chunk of log.createReadStream({ start: 0, end: stat.size - 1, autoClose: false })) await kept.write(chunk as Buffer);
      await kept.sync();
    } finally {
      await kept.close();
    }
    await log.truncate();
  } finally {
    await log.close();
  }
}

/** The path with its links followed, so that one place has one name; a path that is not there yet as it is. */
export async function withoutLinks(path: string): Promise<string> {
  return fs.realpath(path).catch(() => path);
}

/** The file's text, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await fs.readFile(path, "utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined;
    throw fileProblem("read", path, cause);
  }
}

/** The last `bytes` of a file as text, empty when there is none. */
export async function readTail(path: string, bytes: number): Promise<string> {
  const file = await fs.open(path, "r").catch(() => undefined);
  if (!file) return "";
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    const buffer = Buffer.alloc(length);
    await file.read(buffer, 0, length, size - length);
    return buffer.toString("utf8");
  } finally {
    await file.close();
  }
}

/** What was written to a file after its first `offset` bytes, empty when there is none. Other writers may go on meanwhile. */
export async function readFrom(path: string, offset: number): Promise<string> {
  const bytes = await fs.readFile(path).catch(() => Buffer.alloc(0));
  return bytes.subarray(offset).toString("utf8");
}

export async function exists(path: string): Promise<boolean> {
  return (await statIfThere(path)) !== undefined;
}

/** What is at `path` itself, links not followed. */
export async function statIfThere(path: string): Promise<Awaited<ReturnType<typeof fs.lstat>> | undefined> {
  try {
    return await fs.lstat(path);
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined;
    throw fileProblem("look at", path, cause);
  }
}

/** The names in a directory, sorted; empty when there is no such directory. */
export async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return (await fs.readdir(path)).sort();
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return [];
    throw fileProblem("list", path, cause);
  }
}

/** Makes the directory and its parents; sets mode and owner of the last one whether or not it was there. */
export async function ensureDirectory(path: string, options: WriteOptions = {}): Promise<void> {
  const mode = options.mode ?? 0o700;
  try {
    await fs.mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await fs.mkdir(path, { recursive: true, mode });
    await fs.chmod(path, mode);
    if (options.owner) await fs.chown(path, options.owner.uid, options.owner.gid);
  } catch (cause) {
    throw fileProblem("make", path, cause);
  }
}

/** Removes a file or a whole directory; nothing there is no failure. */
export async function remove(path: string): Promise<void> {
  try {
    await fs.rm(path, { recursive: true, force: true });
  } catch (cause) {
    throw fileProblem("remove", path, cause);
  }
}

/** Renames a file or directory that is whole to its place, on the same file system. */
export async function moveIntoPlace(options: { readonly from: string; readonly to: string }): Promise<void> {
  try {
    await fs.rename(options.from, options.to);
    await syncDirectory(dirname(options.to));
  } catch (cause) {
    throw fileProblem("move into place", options.to, cause);
  }
}

/** Copies a file or directory tree to a place that other users can read. The copy appears whole, by a rename. */
export async function publish(options: { readonly from: string; readonly to: string; readonly owner?: Owner }): Promise<void> {
  const temporary = await directoryBeside(options.to);
  try {
    await fs.cp(options.from, temporary, { recursive: true, verbatimSymlinks: true });
    await makeReadable(temporary, options.owner);
    await fs.rename(temporary, options.to);
    await syncDirectory(dirname(options.to));
  } catch (cause) {
    await fs.rm(temporary, { recursive: true, force: true });
    if (codeOf(cause) === "ENOTEMPTY" || codeOf(cause) === "EEXIST") return; // somebody published the same content first
    throw fileProblem("publish", options.to, cause);
  }
}

async function makeReadable(path: string, owner: Owner | undefined): Promise<void> {
  const stat = await fs.lstat(path);
  if (stat.isSymbolicLink()) return;
  const isProgram = stat.isDirectory() || (stat.mode & 0o100) !== 0;
  await fs.chmod(path, isProgram ? 0o755 : 0o644);
  if (owner) await fs.chown(path, owner.uid, owner.gid);
  await syncDirectory(path); // works on files too: any descriptor can be synced
  if (!stat.isDirectory()) return;
  for (const name of await fs.readdir(path)) await makeReadable(join(path, name), owner);
}

/** Free bytes for an ordinary user on the file system that holds `path`. */
export async function freeBytes(path: string): Promise<number> {
  const stat = await fs.statfs(path);
  return stat.bavail * stat.bsize;
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
}

export function fileProblem(doing: string, path: string, cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  const code = codeOf(cause);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new Problem("RH-FILE-002", `no space left to ${doing} ${path}`, {
      cause,
      hint: `Free space on that file system; \`df -h ${dirname(path)}\` shows it.`,
    });
  }
  const hint = code === "EACCES" || code === "EPERM" ? `Check who owns ${path}, or run as that user.` : `Check ${path}.`;
  return new Problem("RH-FILE-001", `cannot ${doing} ${path}: ${code ?? String(cause)}`, { cause, hint });
}
