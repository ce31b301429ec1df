// Every write of the project goes through this file: temporary name in the same directory, the final mode at open, fsync,
// rename, fsync of the directory. A reader sees the old file or the new one, whole. test/faults/kill-at-every-syscall
// proves it for each writer. Append-only logs are the one exception, and say so.
import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import { dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { Problem } from "../foundation/problem.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface WriteOptions {
  /** Permission bits of the new file, 0o600 unless given. */
  readonly mode?: number;
  readonly owner?: Owner;
}

/** Replaces `path` with `content`, whole or not at all. Throws RH-FILE-001, RH-FILE-002. */
export async function writeFileAtomic(path: string, content: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeSynced(temporary, content, options);
    await fs.rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (cause) {
    await fs.rm(temporary, { force: true });
    throw fileProblem("write", path, cause);
  }
}

async function writeSynced(path: string, content: string | Uint8Array, options: WriteOptions): Promise<void> {
  const mode = options.mode ?? 0o600;
  const file = await fs.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode);
  try {
    await file.writeFile(content);
    await file.chmod(mode); // the umask may have taken bits away; it never adds any
    if (options.owner) await file.chown(options.owner.uid, options.owner.gid);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await fs.open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Adds one line to an append-only file and syncs it. A torn last line is the reader's to skip. */
export async function appendLine(path: string, line: string): Promise<void> {
  try {
    const file = await fs.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW, 0o600);
    try {
      await file.write(`${line}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileProblem("append to", path, cause);
  }
}

/** An append-only log opened for a child's output; the child keeps it when its parent dies. */
export async function openLog(path: string, owner?: Owner): Promise<fs.FileHandle> {
  const file = await fs.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW, 0o640);
  if (owner) await file.chown(owner.uid, owner.gid);
  return file;
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
  try {
    await fs.mkdir(path, { recursive: true, mode: 0o755 });
    await fs.chmod(path, options.mode ?? 0o700);
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

/** Copies a file or directory tree to a place that other users can read. The copy appears whole, by a rename. */
export async function publish(options: { readonly from: string; readonly to: string; readonly owner?: Owner }): Promise<void> {
  const temporary = join(dirname(options.to), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await fs.cp(options.from, temporary, { recursive: true, dereference: true });
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

function fileProblem(doing: string, path: string, cause: unknown): Problem {
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
