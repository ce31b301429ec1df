// A second place: backups copied into another directory, a mount say, file by file. A copy gets its name when every byte was read back
// there and is what the signed manifest says; what was cut goes on where it stopped, and is nothing until then.
import { createReadStream } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Plan, Step } from "../../foundation/plan.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { diskOf } from "../../platform/disks.ts";
import { ensureDirectory, exists, moveIntoPlace, readIfThere, remove, statIfThere, writeFileAtomic } from "../../platform/files.ts";
import { syncTree } from "../../platform/trees.ts";
import { takeLock } from "../../platform/locks.ts";
import { ownKeyring } from "./keys.ts";
import type { ListedBackup } from "./list.ts";
import type { Mirror } from "./mirror.ts";
import { certificateName, drillName, type Manifest, manifestName, pageName, readManifest, signatureName } from "./manifest.ts";
import { unsignedFindings } from "./open.ts";
import { filesBelow, partialEnd, refuseLackOfSpace, serverOf, sha256Of, takeLockPath } from "./store.ts";
import { fileFindings } from "./verify.ts";

export interface CopyOptions {
  readonly backups: readonly ListedBackup[];
  /** The store that they are in. */
  readonly store: string;
  /** Another one. */
  readonly to: string;
  /** The store is on another machine: files are fetched when they are copied. */
  readonly mirror?: Mirror | undefined;
  readonly onProgress: (text: string) => void;
  /** Called after each. */
  readonly onCopied: (copied: CopiedBackup) => void;
}

export interface CopiedBackup {
  readonly id: string;
  /** At the other end. */
  readonly directory: string;
  /** THERE: it was, and every byte of it was read again. FAILED: not copied, or not what it was. */
  readonly state: "COPIED" | "THERE" | "FAILED";
  readonly bytes: number;
  readonly because?: string;
}

/** Written anew with each proof and drill, and so copied each time. */
export const laterNames = [certificateName, pageName, drillName];

/** A plan with a copy of each backup, in their order. Throws RH-USE-001 for a place that is no second one, RH-FILE-002. */
export async function planCopy(context: Context, options: CopyOptions): Promise<Plan & { readonly notes: readonly string[] }> {
  const { store, to } = options;
  if (`${resolve(to)}/`.startsWith(`${resolve(store)}/`) || `${resolve(store)}/`.startsWith(`${resolve(to)}/`))
    throw new Problem("RH-USE-001", `${to} and ${store} are one place`, { field: "to", hint: "Give a directory on another disk." });
  const missing: ListedBackup[] = [];
  for (const backup of options.backups) if (!(await exists(placeOf(backup, to)))) missing.push(backup);
  const bytes = missing.reduce((sum, { content }) => sum + (content?.bytes ?? 0), 0);
  await refuseLackOfSpace(to, { bytes, what: `${missing.length} backups` });
  const disk = await diskOf(to);
  return {
    title: `copy ${options.backups.length} backups to ${to}`,
    steps: options.backups.map((backup) => copyStep(context, backup, { ...options, disk })),
    notes: options.mirror === undefined && disk === (await diskOf(store)) ? [`${to} is on the disk of ${store}: one loss takes both`] : [],
  };
}

function placeOf(backup: ListedBackup, to: string): string {
  return join(to, serverOf(backup), basename(backup.directory));
}

function copyStep(context: Context, backup: ListedBackup, options: OnDisk): Step {
  const place = placeOf(backup, options.to);
  return {
    title: `copy ${backup.id}`,
    why: `${formatBytes(backup.content?.bytes ?? 0)}; read back there before it gets its name`,
    writes: [place],
    act: async (signal) => {
      options.onCopied(await copied(context, { backup, place, signal, ...options }));
      await options.mirror?.letGo(backup);
      return [];
    },
  };
}

interface OnDisk extends CopyOptions {
  /** That the other place was on when this began. */
  readonly disk: string;
}

interface Copying extends OnDisk {
  readonly backup: ListedBackup;
  readonly place: string;
  readonly signal: AbortSignal;
}

/** What is wrong with one backup does not keep the others from being copied. */
async function copied(context: Context, copying: Copying): Promise<CopiedBackup> {
  const { backup, place, to, disk, mirror, signal } = copying;
  const told = { id: backup.id, directory: place, bytes: backup.content?.bytes ?? 0 };
  try {
    await refuseOtherDisk(to, disk);
    if (!(await exists(to))) await ensureDirectory(to);
    await ensureDirectory(dirname(place));
    await using _lock = await takeLock({ path: takeLockPath(dirname(place)), operation: "backup copy", clock: context.clock });
    await mirror?.bring(backup, signal);
    const state = await copyOne(context, copying);
    await refuseOtherDisk(to, disk);
    return { ...told, state };
  } catch (thrown) {
    if (!isProblem(thrown, "RH-BACKUP-003", "RH-BACKUP-005", "RH-BACKUP-011", "RH-FILE-001")) throw thrown;
    return { ...told, state: "FAILED", because: thrown.message };
  }
}

/** Where a mount went away its empty directory is there still, on the disk that the copy is to be away from. */
async function refuseOtherDisk(to: string, disk: string): Promise<void> {
  if ((await diskOf(to)) === disk) return;
  throw new Problem("RH-FILE-001", `${to} is not on the disk any more that it was on: was it unmounted?`, { hint: "Mount it, then run this again." });
}

async function copyOne(context: Context, { backup, place, signal, onProgress }: Copying): Promise<"COPIED" | "THERE"> {
  const { id, directory } = backup;
  const { manifest, text } = await readManifest(directory);
  await refuseUnsigned(context, backup, text);
  const isThere = await exists(place);
  const at = isThere ? place : `${place}${partialEnd}`;
  if (!isThere) await copyFiles(manifest, { from: directory, to: at, signal, onProgress });
  if (!isThere) for (const name of [manifestName, signatureName]) await copySmall(name, { from: directory, to: at });
  onProgress(`${id}: reading it back`);
  await refuseDifferent(at, { manifest, text });
  if (!isThere) {
    await syncTree(at);
    await moveIntoPlace({ from: at, to: place });
  }
  for (const name of laterNames) await copySmall(name, { from: directory, to: place });
  return isThere ? "THERE" : "COPIED";
}

/** Only what this machine's keys vouch for is copied. */
export async function refuseUnsigned(context: Context, { directory, id }: ListedBackup, text: string): Promise<void> {
  const [unsigned] = await unsignedFindings({ directory, id, text, signers: (await ownKeyring(context)).signers });
  if (unsigned) throw new Problem("RH-BACKUP-011", `${unsigned.subject} ${unsigned.seen}`, { hint: unsigned.mend });
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

/** What an earlier run copied whole stays; whatever else is there goes. */
async function copyFiles(
  { id, files, emptyDirectories = [] }: Manifest,
  { from, to, signal, onProgress }: Ends & { readonly signal: AbortSignal; readonly onProgress: (text: string) => void },
): Promise<void> {
  await ensureDirectory(to);
  for (const name of await filesBelow(to)) if (!files.some(({ path }) => path === name)) await remove(join(to, name));
  for (const path of emptyDirectories) await ensureDirectory(join(to, path));
  for (const [index, { path, bytes, sha256 }] of files.entries()) {
    signal.throwIfAborted();
    onProgress(`${id}: file ${index + 1} of ${files.length}`);
    const place = join(to, path);
    const stat = await statIfThere(place);
    if (stat?.isFile() && Number(stat.size) === bytes && (await sha256Of(place)) === sha256) continue;
    await ensureDirectory(dirname(place));
    await writeFileAtomic(place, piecesOf(join(from, path)));
  }
}

/** Opened when it is read: an error before that would be nobody's. */
async function* piecesOf(path: string): AsyncIterable<Uint8Array> {
  yield* createReadStream(path);
}

async function copySmall(name: string, { from, to }: Ends): Promise<void> {
  const text = await readIfThere(join(from, name));
  if (text !== undefined && text !== (await readIfThere(join(to, name)))) await writeFileAtomic(join(to, name), text);
}

/** Throws RH-BACKUP-011 naming what is not as the signed manifest of the original has it. */
async function refuseDifferent(at: string, { manifest, text }: { readonly manifest: Manifest; readonly text: string }): Promise<void> {
  const [first] = await fileFindings(at, manifest);
  if (first) throw new Problem("RH-BACKUP-011", `${at}: ${first.subject} ${first.seen}`, { hint: "Look at both disks, then copy it again." });
  if ((await readIfThere(join(at, manifestName))) === text) return;
  throw new Problem("RH-BACKUP-011", `${at} has another ${manifestName} than ${manifest.id}`, { hint: "Put that one aside, then copy it again." });
}
