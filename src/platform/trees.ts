// Trees of files that count only once their directory has been renamed to its place: no file of them is synced by itself, since
// `syncTree` does that before the rename, and nobody reads one before. With files.ts the only place that changes files.
import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import { join } from "node:path";
import { fileProblem, type Owner, syncDirectory } from "./files.ts";

/** A file that was not there, 0600, with what comes in pieces. Throws RH-FILE-001, RH-FILE-002. */
export async function writeNew(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    const file = await fs.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      for await (const piece of content) await file.writeFile(piece);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileProblem("write", path, cause);
  }
}

/** Copies what is below `from` into the directory `to`: directories 0700, files 0600, all of them the owner's. Links are refused; the signal is looked at before each. */
export async function copyTree({
  from,
  to,
  owner,
  signal,
}: {
  readonly from: string;
  readonly to: string;
  readonly owner?: Owner | undefined;
  readonly signal: AbortSignal;
}): Promise<void> {
  try {
    for (const entry of await fs.readdir(from, { withFileTypes: true })) {
      signal.throwIfAborted();
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isDirectory()) await fs.mkdir(target, { mode: 0o700 });
      else if (entry.isFile()) await fs.copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      else throw new Error(`${source} is neither a file nor a directory`);
      await fs.chmod(target, entry.isDirectory() ? 0o700 : 0o600);
      if (owner) await fs.chown(target, owner.uid, owner.gid);
      if (entry.isDirectory()) await copyTree({ from: source, to: target, owner, signal });
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw fileProblem("copy", to, cause);
  }
}

/** A disk answers some as soon as one. */
const syncsAtOnce = 4;

/** Puts what is below `path` on the disk: for what other programs wrote there. */
export async function syncTree(path: string): Promise<void> {
  const entries = (await fs.readdir(path, { recursive: true })).values();
  const syncRest = async () => {
    for (const entry of entries) await syncDirectory(join(path, entry));
  };
  await Promise.all(Array.from({ length: syncsAtOnce }, syncRest));
  await syncDirectory(path);
}

/** Takes from group and others what they may do with a file. */
export async function withoutOthers(path: string): Promise<void> {
  await fs.chmod(path, (await fs.stat(path)).mode & 0o700);
}
