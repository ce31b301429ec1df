// A server's files out of a base backup, in a new data directory: verified, copied beside, brought to one moment, given to who will run
// the server, and only then put in place. Nothing is started: the command for that is told, since whoever starts it wants to choose.
import { dirname, join } from "node:path";
import type { Tool } from "../../engines/backup.ts";
import type { Engine, Installation } from "../../engines/engine.ts";
import { engineNamed } from "../../engines/engines.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import { perform, type Plan, type Step, type StepText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { diskOf } from "../../platform/disks.ts";
import { directoryBeside, ensureDirectory, moveIntoPlace, remove, statIfThere } from "../../platform/files.ts";
import { syncTree } from "../../platform/trees.ts";
import { nextFreePort } from "../../platform/network.ts";
import { findUser, isRoot, type SystemUser, userOfId } from "../../platform/users.ts";
import { embeddedRoot } from "../stack/install.ts";
import type { ListedBackup } from "./list.ts";
import { baseDirectory, type BaseManifest, isBase, readManifest } from "./manifest.ts";
import { openBackup } from "./opened.ts";
import { refuseNotEmpty } from "./rebuild.ts";
import { refuseBad } from "./restore.ts";
import { refuseLackOfSpace } from "./store.ts";
import { clearAbandoned } from "./throwaway.ts";

export interface RestoreBaseOptions {
  readonly backup: ListedBackup;
  /** Absolute; empty, or not there. */
  readonly directory: string;
  readonly onProgress: (text: string) => void;
}

export interface RestoredServer {
  readonly backup: string;
  readonly directory: string;
  readonly databases: readonly string[];
  /** Who owns the files and has to run the server. */
  readonly owner: string | undefined;
  /** The command that starts it. */
  readonly start: string;
}

export interface PlannedServer {
  readonly plan: Plan;
  readonly restore: (how: {
    readonly signal: AbortSignal;
    readonly onStep: (step: StepText) => void;
  }) => Promise<{ readonly restored: RestoredServer; readonly evidence: readonly Evidence[] }>;
}

interface Draft extends RestoreBaseOptions {
  readonly context: Context;
  readonly engine: Engine;
  readonly manifest: BaseManifest;
  readonly tools: readonly Tool[];
  readonly installation: Installation;
  readonly owner: SystemUser | undefined;
}

/** Looks, and changes nothing. Throws RH-USE-001 for a backup of another kind, RH-HOUSE-004, RH-TOOL-001, RH-FILE-002, RH-BACKUP-011. */
export async function planRestoreBase(context: Context, options: RestoreBaseOptions): Promise<PlannedServer> {
  const { backup, directory } = options;
  refuseBad(backup);
  const { manifest } = await readManifest(backup.directory);
  if (!isBase(manifest))
    throw new Problem("RH-USE-001", `${backup.id} is no base backup, which is what --directory takes`, {
      field: "directory",
      hint: "Give --into NAME for a new database.",
    });
  await refuseNotEmpty(directory);
  await refuseMount(directory);
  const engine = engineNamed(manifest.engine);
  const installation = await installationFor(context, engine, manifest);
  const tools = await engine.backup.base.tools(context, manifest.server.version);
  await refuseLackOfSpace(directory, { bytes: Math.round(manifest.database.bytes * 1.1), what: "the server's files" });
  const draft: Draft = { ...options, context, engine, manifest, tools, installation, owner: await ownerOf(engine, directory) };
  const title = `get the server of ${manifest.id}, ${engine.title} ${manifest.server.version} as of ${manifest.taken.snapshotAt}, in ${directory}`;
  const plan = { title, steps: [layStep(draft)] };
  return { plan, restore: (how) => restore(draft, plan, how) };
}

/** The files are written beside it and renamed, which no mount can be. Throws RH-USE-001. */
export async function refuseMount(directory: string): Promise<void> {
  if ((await diskOf(directory)) === (await diskOf(dirname(directory)))) return;
  throw new Problem("RH-USE-001", `${directory} is a mount: no directory can be put in its place`, {
    field: "directory",
    hint: `Name a directory below it: --directory ${join(directory, "data")}`,
  });
}

async function installationFor(context: Context, engine: Engine, manifest: BaseManifest): Promise<Installation> {
  const major = engine.server.majorOf(manifest.server.version);
  const found = (await engine.server.installations(context, { embeddedRoot: embeddedRoot(context) })).find((one) => one.major === major);
  if (found) return found;
  throw new Problem("RH-TOOL-001", `there is no ${engine.title} ${major} server program on this machine, and no other opens these files`, {
    hint: `Install ${engine.title} ${major}.`,
  });
}

/** Of an empty directory that is there: its own; else the engine's usual user; nobody else's where we are not root. */
async function ownerOf(engine: Engine, directory: string): Promise<SystemUser | undefined> {
  if (!isRoot()) return undefined;
  const stat = await statIfThere(directory);
  const own = stat && Number(stat.uid) !== 0 ? await userOfId(Number(stat.uid)) : undefined;
  const owner = own ?? (await findUser(engine.backup.base.systemUser));
  if (owner) return owner;
  throw new Problem("RH-USE-001", `there is no user ${engine.backup.base.systemUser} on this machine, and the server does not run as root`, {
    field: "directory",
    hint: `Make the directory for who will run it: install -d -m 0700 -o USER ${directory}`,
  });
}

async function restore(draft: Draft, plan: Plan, how: { readonly signal: AbortSignal; readonly onStep: (step: StepText) => void }) {
  const { context, engine, manifest, directory, installation, owner } = draft;
  await clearAbandoned(context);
  const evidence = await perform(plan, how);
  const port = (await nextFreePort("127.0.0.1", engine.server.defaultPort + 1)) ?? engine.server.defaultPort;
  const start = engine.backup.base.startCommand({
    programs: installation.directory,
    dataDirectory: directory,
    port,
    user: owner?.name,
    facts: manifest.base.facts,
  });
  const databases = manifest.base.databases.map(({ name }) => name);
  return { restored: { backup: manifest.id, directory, databases, owner: owner?.name, start }, evidence };
}

function layStep(draft: Draft): Step {
  const { context, backup, engine, manifest, directory, tools, owner, onProgress } = draft;
  return {
    title: `copy the files to ${directory}`,
    why: "verified first, written beside and renamed when all of it is there",
    writes: [directory],
    act: async (signal) => {
      onProgress("verifying the files");
      await using opened = await openBackup(context, backup, { signal });
      const began = context.clock.monotonicMs();
      onProgress("copying the files");
      const beside = await directoryBeside(directory);
      try {
        await ensureDirectory(beside, owner ? { owner } : {});
        await engine.backup.base.copy(context, { from: join(opened.directory, baseDirectory), dataDirectory: beside, owner, tools, signal });
        await engine.backup.base.release(context, { dataDirectory: beside, owner });
        await syncTree(beside);
        await moveIntoPlace({ from: beside, to: directory });
      } catch (thrown) {
        await remove(beside);
        throw thrown;
      }
      const seen = `${formatBytes(manifest.database.bytes)} below ${dirname(directory)}${owner ? `, owned by ${owner.name}` : ""}`;
      return [...opened.evidence, { subject: "laid", seen, tookMs: context.clock.monotonicMs() - began }];
    },
  };
}
