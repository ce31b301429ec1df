// Backups copied to another machine by SFTP. A copy gets its name when every byte was fetched back and is what the signed manifest says;
// a connection that is cut is made again, and what is there with its whole size stays until it was read.
import { join } from "node:path";
import type { Plan, Step } from "../../foundation/plan.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { exists, readIfThere, remove } from "../../platform/files.ts";
import { takeLock } from "../../platform/locks.ts";
import { listRemote, type RemoteFile, sftp, sftpArgv, argument } from "../../platform/sftp.ts";
import { sha256OfText } from "./certificate.ts";
import { type CopiedBackup, type CopyOptions, laterNames, refuseUnsigned } from "./copy.ts";
import type { ListedBackup } from "./list.ts";
import { manifestName, readManifest, signatureName, type StoredFile } from "./manifest.ts";
import { directoriesOf, remotePlace, sendLater } from "./remote-files.ts";
import type { RemoteStore } from "./remote.ts";
import { partialEnd, refuseLackOfSpace, serverOf, sha256Of } from "./store.ts";
import { makePrivateDirectory, proofsRoot } from "./throwaway.ts";

export interface RemoteCopyOptions extends Omit<CopyOptions, "to" | "store"> {
  readonly to: RemoteStore;
  readonly signal: AbortSignal;
}

/** How often a connection that is cut is made again, for one backup. */
const tries = 3;
const pauseMs = 2_000;
/** Fetched back at a time, unless one file is larger. */
const groupBytes = 250_000_000;

/** Throws RH-BACKUP-030 and RH-BACKUP-031 when the place cannot be reached. */
export async function planRemoteCopy(context: Context, options: RemoteCopyOptions): Promise<Plan & { readonly notes: readonly string[] }> {
  const { to, backups, signal } = options;
  await listRemote(context, to, { directories: [to.path], signal });
  const argv = await sftpArgv(context, to);
  const steps = backups.map((backup) => copyStep(context, options, { backup, argv }));
  return { title: `copy ${backups.length} backups to ${to.address}`, steps, notes: [] };
}

function copyStep(
  context: Context,
  options: RemoteCopyOptions,
  { backup, argv }: { readonly backup: ListedBackup; readonly argv: readonly string[] },
): Step {
  return {
    title: `copy ${backup.id}`,
    why: `${formatBytes(backup.content?.bytes ?? 0)}; fetched back from there before it gets its name`,
    run: [argv],
    writes: [remotePlace(options.to, backup)],
    act: async (signal) => {
      options.onCopied(await copied(context, { ...options, signal }, backup));
      return [];
    },
  };
}

/** What is wrong with one backup does not keep the others from being copied; a place that refuses us does. */
async function copied(context: Context, options: RemoteCopyOptions, backup: ListedBackup): Promise<CopiedBackup> {
  const told = { id: backup.id, directory: `${options.to.address}/${serverOf(backup)}/${backup.id}`, bytes: backup.content?.bytes ?? 0 };
  for (let left = tries; ; left--) {
    try {
      await using _lock = await takeLock({ path: join(backup.directory, "..", ".locks", "copy"), operation: "backup copy", clock: context.clock });
      return { ...told, state: await copyOne(context, options, backup) };
    } catch (thrown) {
      const isCut = isProblem(thrown, "RH-BACKUP-030");
      if (!isCut && !isProblem(thrown, "RH-BACKUP-003", "RH-BACKUP-005", "RH-BACKUP-011", "RH-FILE-001", "RH-USE-001")) throw thrown;
      if (!isCut || left <= 1) return { ...told, state: "FAILED", because: thrown.message };
      options.onProgress(`${backup.id}: ${thrown.message}; again`);
      await context.clock.sleep(pauseMs, options.signal);
    }
  }
}

interface Copying extends RemoteCopyOptions {
  readonly backup: ListedBackup;
  /** All that is read back: the manifest and its signature too. */
  readonly files: readonly StoredFile[];
  readonly emptyDirectories: readonly string[];
  /** Where it lies at the other end. */
  readonly at: string;
}

async function copyOne(context: Context, options: RemoteCopyOptions, backup: ListedBackup): Promise<"COPIED" | "THERE"> {
  const { to, signal, onProgress } = options;
  const { manifest, text } = await readManifest(backup.directory);
  await refuseUnsigned(context, backup, text);
  const signature = (await readIfThere(join(backup.directory, signatureName))) ?? "";
  const files = [...manifest.files, textFile(manifestName, text), textFile(signatureName, signature)];
  const place = remotePlace(to, backup);
  const isThere = (await listRemote(context, to, { directories: [place], signal })).has(place);
  const copying = { ...options, backup, files, emptyDirectories: manifest.emptyDirectories ?? [], at: isThere ? place : `${place}${partialEnd}` };
  if (!isThere) await send(context, copying, []);
  onProgress(`${backup.id}: reading it back`);
  let wrong = await differences(context, copying);
  if (wrong.length > 0 && !isThere) {
    await send(context, copying, wrong);
    wrong = await differences(context, copying);
  }
  if (wrong.length > 0)
    throw new Problem("RH-BACKUP-011", `${copying.at}: file ${wrong[0]} is not what it was, or not of this backup`, {
      hint: "Put that one aside there, then copy it again.",
    });
  if (!isThere) await sftp(context, to, { commands: [`rename ${argument(copying.at)} ${argument(place)}`], signal });
  await sendLater(context, to, { backup, names: laterNames, signal });
  return isThere ? "THERE" : "COPIED";
}

function textFile(path: string, text: string): StoredFile {
  return { path, bytes: Buffer.byteLength(text), sha256: sha256OfText(text) };
}

/** Sends what is not there with its whole size, and what is known to be `wrong`; whatever else is there goes. */
async function send(context: Context, copying: Copying, wrong: readonly string[]): Promise<void> {
  const { backup, files, emptyDirectories, at, to, signal, onProgress } = copying;
  const directories = directoriesOf({ files, emptyDirectories }).map((name) => (name === "" ? at : `${at}/${name}`));
  const parents = at.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
  const made = [...new Set([...parents.slice(1), ...directories])];
  await sftp(context, to, {
    commands: [...made.map((path) => `-mkdir ${argument(path)}`), ...directories.map((path) => `-chmod 700 ${argument(path)}`)],
    signal,
  });
  const there = await remoteFiles(context, copying);
  const isWhole = ({ path, bytes }: StoredFile) => there.get(path)?.bytes === bytes && !wrong.includes(path);
  const missing = files.filter((file) => !isWhole(file));
  const extra = [...there].filter(([path]) => !files.some((file) => file.path === path));
  onProgress(`${backup.id}: sending ${missing.length} of ${files.length} files`);
  const commands = [
    ...extra.map(([path]) => `-rm ${argument(`${at}/${path}`)}`),
    ...missing.map(({ path }) => `put -f ${argument(path)} ${argument(`${at}/${path}`)}`),
  ];
  await sftp(context, to, { commands, directory: backup.directory, signal });
}

/** Files there, by their names below the backup. */
async function remoteFiles(
  context: Context,
  { to, at, files, emptyDirectories, signal }: Pick<Copying, "to" | "at" | "files" | "emptyDirectories" | "signal">,
): Promise<ReadonlyMap<string, RemoteFile>> {
  const names = directoriesOf({ files, emptyDirectories });
  const listed = await listRemote(context, to, { directories: names.map((name) => (name === "" ? at : `${at}/${name}`)), signal });
  const below = (name: string) =>
    (listed.get(name === "" ? at : `${at}/${name}`) ?? []).map((file) => [name === "" ? file.name : `${name}/${file.name}`, file] as const);
  return new Map(names.flatMap(below).filter(([path, { type }]) => type !== "directory" || !names.includes(path)));
}

/** Names of files that are missing, differ, or are not of this backup: every byte is fetched and hashed. */
async function differences(context: Context, copying: Copying): Promise<readonly string[]> {
  const { files, to, at, signal } = copying;
  const there = await remoteFiles(context, copying);
  const extra = [...there.keys()].filter((path) => !laterNames.includes(path) && !files.some((file) => file.path === path));
  const found = [...extra, ...files.filter(({ path, bytes }) => there.get(path)?.bytes !== bytes).map(({ path }) => path)];
  for (const group of groups(files.filter(({ path }) => !found.includes(path)))) {
    const bytes = group.reduce((sum, file) => sum + file.bytes, 0);
    await refuseLackOfSpace(proofsRoot, { bytes, what: "what is read back" });
    const directory = await makePrivateDirectory();
    try {
      await sftp(context, to, { commands: group.map(({ path }, index) => `get ${argument(`${at}/${path}`)} ${index}`), directory, signal });
      for (const [index, { path, sha256 }] of group.entries()) {
        const fetched = join(directory, String(index));
        if (!(await exists(fetched)) || (await sha256Of(fetched)) !== sha256) found.push(path);
      }
    } finally {
      await remove(directory);
    }
  }
  return found;
}

function groups(files: readonly StoredFile[]): readonly (readonly StoredFile[])[] {
  const found: StoredFile[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const file of files) {
    if (bytes + file.bytes > groupBytes) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)?.push(file);
    bytes += file.bytes;
  }
  return found;
}
