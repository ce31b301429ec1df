// A dump that other programs wrote, restored as code of somebody who is not trusted: read through before anything is touched, run as an
// account without rights in a throw-away server, backed up there, and restored from that backup under a new name, compared like any
// other restore. Nothing of it is run by an administrator, nor by a client that could run programs.
import { join } from "node:path";
import type { Tool } from "../../engines/backup.ts";
import type { Installation } from "../../engines/engine.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import { perform, type Plan, type Step, type StepText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, remove } from "../../platform/files.ts";
import { embeddedRoot } from "../stack/install.ts";
import { type ForeignFile, openForeign } from "./foreign-file.ts";
import { goThrough, type Pass, type Passed } from "./foreign-script.ts";
import { tryForeign } from "./foreign-scratch.ts";
import { listBackups } from "./list.ts";
import { type Manifest, surveyOf } from "./manifest.ts";
import { proofUserSteps } from "./proof-steps.ts";
import { planRestore, type Restored } from "./restore.ts";
import { checkGround, type Ground } from "./restore-checks.ts";
import { administratorOn, type RestoreTarget } from "./restore-target.ts";
import { refuseLackOfSpace } from "./store.ts";
import { newProofDirectory, proofsRoot, throwawayProgram, proofPlace } from "./throwaway.ts";

export interface ForeignOptions {
  readonly path: string;
  readonly target: RestoreTarget;
  /** Of the new database. */
  readonly name: string;
  readonly onProgress: (text: string) => void;
}

export interface RestoredForeign extends Omit<Restored, "backup"> {
  readonly file: string;
  readonly owner: string;
  /** What was left out or done otherwise, with the number of statements. */
  readonly told: readonly { readonly what: string; readonly statements: number }[];
}

export interface PlannedForeign {
  readonly plan: Plan;
  readonly restore: (how: {
    readonly signal: AbortSignal;
    readonly onStep: (step: StepText) => void;
  }) => Promise<{ readonly restored: RestoredForeign; readonly evidence: readonly Evidence[] }>;
}

/** What is known of it while it runs. */
interface Draft {
  readonly context: Context;
  readonly options: ForeignOptions;
  readonly file: ForeignFile;
  readonly ground: Ground;
  readonly known: Known;
  readonly ownerName: string;
  readonly tools: readonly Tool[];
  readonly installation: Installation;
  /** For the backup of the scratch database; removed at the end. */
  readonly directory: string;
  seen?: Passed;
  backup?: string;
  restored?: Restored;
}

type Known = Pick<Manifest, "id" | "engine" | "server" | "database">;

/** Looks at the file's beginning and at the server, and changes neither. Throws RH-BACKUP-003, RH-BACKUP-012, RH-BACKUP-013, RH-TOOL-001. */
export async function planForeign(context: Context, options: ForeignOptions): Promise<PlannedForeign> {
  const { target, name, path } = options;
  const { engine } = target;
  const file = await openForeign(context, { path, engine });
  await using session = await administratorOn(target);
  const { version, settings } = await engine.foreign.freshSurvey(session, name);
  const database = { name: `${asciiOf(name)}_dump`, settings, roles: [], extensions: [], tableBytes: 0, bytes: file.bytes };
  const known = { id: "00000000T000000Z-0000", engine: engine.name, server: { id: "", version, host: "", port: 0 }, database };
  const ground = await checkGround(session, { manifest: known, target, wish: { name, isOver: false, endsSessions: false } });
  const draft: Draft = {
    context,
    options,
    file,
    ground,
    known,
    ownerName: freeName(`${asciiOf(name)}_owner`, await engine.foreign.takenNames(session)),
    tools: await engine.backup.tools(context, version),
    installation: await scratchInstallation(context, target, version),
    directory: await newProofDirectory(),
  };
  const title = `restore ${path}, ${formatBytes(file.bytes)}, as ${name} on ${engine.title} at ${target.where}`;
  const plan = { title, steps: [readStep(draft), ...(await proofUserSteps()), await tryStep(draft), restoreStep(draft)] };
  return { plan, restore: (how) => restore(draft, plan, how) };
}

/** A name that needs no quotes anywhere; no longer than the other one. */
function asciiOf(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, "_").slice(0, 40);
}

function freeName(wanted: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}_${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** Of the server's own version, or of an older one: what stands in a newer one may not go into it. */
async function scratchInstallation(context: Context, { engine, where }: RestoreTarget, version: string): Promise<Installation> {
  const found = await engine.server.installations(context, { embeddedRoot: embeddedRoot(context) });
  const same = found.find(({ major }) => major === engine.server.majorOf(version));
  if (same) return same;
  throw new Problem("RH-TOOL-001", `${where} is ${engine.title} ${version}, and there are no server programs of that version on this machine`, {
    hint: "A dump of others is tried in a throw-away server of the same version first: run this on a machine that has one.",
  });
}

function passOf({ options, file, tools }: Draft, signal: AbortSignal): Pass {
  return { file, engine: options.target.engine, tools, signal, onProgress: options.onProgress };
}

function readStep(draft: Draft): Step {
  const { context, options, file } = draft;
  const { engine } = options.target;
  return {
    title: `read ${options.path}`,
    why: "to its last byte, before anything is touched: what is cut or would need an administrator is refused with its line",
    ...(file.kind === "archive" ? { run: [engine.foreign.unpackCommand(draft.tools, undefined)] } : {}),
    act: async (signal) => {
      const began = context.clock.monotonicMs();
      const seen = await goThrough(context, passOf(draft, signal));
      draft.seen = seen;
      await refuseLackOfSpace(proofsRoot, { bytes: seen.bytes * 3 + 500_000_000, what: "the dump, run in a throw-away server" });
      const what = `${seen.statements.toLocaleString("en-US")} statements, ${formatBytes(seen.bytes)}, whole`;
      return [
        { subject: "read", seen: what, tookMs: context.clock.monotonicMs() - began },
        ...toldOf(seen).map(({ what: told, statements }) => ({ subject: "left out", seen: `${told}: ${statements}`, tookMs: 0 })),
      ];
    },
  };
}

function toldOf({ told }: Passed): RestoredForeign["told"] {
  return [...told].map(([what, statements]) => ({ what, statements }));
}

async function tryStep(draft: Draft): Promise<Step> {
  const { context, options, known, installation, ownerName, directory } = draft;
  const { engine } = options.target;
  const survey = surveyOf(known);
  const place = await proofPlace(await newProofDirectory(), installation);
  return {
    title: "run it in a throw-away server, and back up what stands there",
    why: `as ${ownerName}, who owns ${known.database.name} there and may do nothing else; what it may not do ends it`,
    run: [engine.server.initialiseCommand(place), throwawayProgram(engine, place, survey).argv],
    writes: [directory],
    act: async (signal) => {
      if (!draft.seen) throw new Error("the file was not read");
      await ensureDirectory(directory);
      const tried = await tryForeign(context, { pass: passOf(draft, signal), seen: draft.seen, installation, survey, ownerName, store: directory });
      draft.backup = tried.backup.id;
      return tried.evidence;
    },
  };
}

function restoreStep(draft: Draft): Step {
  const { context, options, ground, ownerName, directory } = draft;
  const { target, name, onProgress } = options;
  return {
    title: `restore that backup as ${name}`,
    why: `into ${ground.part} as ${ownerName}, compared with what stood in the throw-away server, and only then named`,
    act: async (signal, tell) => {
      const backup = (await listBackups(context, join(directory, "store"))).find(({ id }) => id === draft.backup);
      if (!backup) throw new Error("the scratch database was not backed up");
      const wish = { name, isOver: false, endsSessions: false };
      const planned = await planRestore(context, { backup, target, wish, tables: [], owner: ownerName, onProgress });
      const { restored, evidence } = await planned.restore({ signal, onStep: ({ title }) => tell(title), confirm: undefined });
      draft.restored = restored;
      return evidence;
    },
  };
}

async function restore(draft: Draft, plan: Plan, how: { readonly signal: AbortSignal; readonly onStep: (step: StepText) => void }) {
  try {
    const evidence = await perform(plan, how);
    const { restored, seen, options, ownerName } = draft;
    if (!restored || !seen) throw new Error("a step was left out");
    const { backup: _ours, ...rest } = restored;
    return { restored: { ...rest, file: options.path, owner: ownerName, told: toldOf(seen) }, evidence };
  } finally {
    await remove(draft.directory);
  }
}
