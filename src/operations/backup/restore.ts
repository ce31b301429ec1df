// A backup restored on a server that serves: verified before the server is touched, restored under a name that nobody uses, compared
// with what the manifest says, and only then given its name. What had that name is kept aside. A restore that is killed leaves the
// old database whole, or one that is known to be INCOMPLETE; the next one removes that and begins anew.
import { join } from "node:path";
import type { Evidence } from "../../foundation/evidence.ts";
import { perform, type Plan, type StepText } from "../../foundation/plan.ts";
import { Problem, toProblem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, remove } from "../../platform/files.ts";
import type { ListedBackup } from "./list.ts";
import { type DatabaseManifest, type Manifest, manifestOf, readManifest } from "./manifest.ts";
import { refusePart } from "./scope.ts";
import { checkGround, type Ground, refuseUnconfirmed, type Wish } from "./restore-checks.ts";
import { takeBack } from "./restore-owner.ts";
import { compareStep, type Draft, fillStep, keptAs, placeStep, verifyStep } from "./restore-steps.ts";
import { administratorOn, type RestoreTarget } from "./restore-target.ts";
import { clearAbandoned, makePrivateDirectory, newProofDirectory } from "./throwaway.ts";

export interface RestoreOptions {
  readonly backup: ListedBackup;
  readonly target: RestoreTarget;
  readonly wish: Wish;
  /** Of a backup of all databases, the one that is wanted. */
  readonly database?: string | undefined;
  /** Names of tables, all unless given; each as the manifest has it, or its last part. */
  readonly tables: readonly string[];
  /** The role of the backup that all of it belongs to, when nobody vouches for what it holds: nothing of it is run as anybody else. */
  readonly owner?: string;
  readonly onProgress: (text: string) => void;
}

export interface Restored {
  readonly backup: string;
  readonly database: string;
  readonly where: string;
  readonly tables: number;
  readonly rows: number;
  /** Where what had the name before is now. */
  readonly keptAs?: string;
}

export interface PlannedRestore {
  readonly plan: Plan;
  /** `confirm` is the name of what is put aside, as it was typed. Throws RH-USE-003 without it. */
  readonly restore: (
    how: Performing & { readonly confirm: string | undefined },
  ) => Promise<{ readonly restored: Restored; readonly evidence: readonly Evidence[] }>;
}

interface Performing {
  readonly signal: AbortSignal;
  readonly onStep: (step: StepText) => void;
}

/** Looks at the backup and at the server, and changes neither. Throws as `checkGround` does, RH-BACKUP-011 for a backup that must not be used. */
export async function planRestore(context: Context, options: RestoreOptions): Promise<PlannedRestore> {
  const { backup, target, wish } = options;
  refuseBad(backup);
  const { manifest, within } = chosenDatabase((await readManifest(backup.directory)).manifest, options.database);
  const only = chosenTables(manifest, options.tables);
  await using session = await administratorOn(target);
  const ground = await checkGround(session, { manifest, target, wish });
  const tools = await target.engine.backup.tools(context, manifest.server.version);
  const draft: Draft = { context, options, manifest, within, ground, tools, only, directory: await newProofDirectory() };
  const what = only ? `${only.length} ${only.length === 1 ? "table" : "tables"} of ${manifest.id}` : manifest.id;
  const title = `restore ${what}, ${manifest.database.name} as of ${manifest.taken.snapshotAt}, as ${ground.name} on ${target.engine.title} at ${target.where}`;
  const plan = { title, steps: [verifyStep(draft), fillStep(draft), compareStep(draft), placeStep(draft)] };
  return { plan, restore: ({ confirm, ...how }) => restore(draft, plan, { confirm, ...how }) };
}

/** Throws RH-BACKUP-011 for what FAILED or cannot be used. */
export function refuseBad({ id, state, because }: ListedBackup): void {
  if (state === "PROVED" || state === "TAKEN") return;
  throw new Problem("RH-BACKUP-011", `${id} is ${state}: ${because}`, { hint: "Use another backup: `rowhouse backup list`." });
}

/** Throws RH-BACKUP-011 for a part that is no database, and for all databases of which none is named. */
function chosenDatabase(manifest: Manifest, name: string | undefined): Pick<Draft, "manifest" | "within"> {
  const members = manifest.whole?.databases ?? [];
  const member = members.find(({ database }) => database.name === name);
  if (member) return { manifest: manifestOf(manifest, member), within: member.directory };
  refusePart(manifest);
  return { manifest, within: "" };
}

/** Throws RH-USE-001 for a name that is no table's, or several tables'. */
function chosenTables(manifest: DatabaseManifest, names: readonly string[]): readonly string[] | undefined {
  if (names.length === 0) return undefined;
  return names.map((wanted) => {
    const found = manifest.tables.filter(({ name }) => name.join(".") === wanted || name.at(-1) === wanted);
    if (found.length === 1 && found[0]) return found[0].name.join(".");
    const why =
      found.length === 0 ? "is not in the backup" : `is the name of ${found.length} tables: ${found.map(({ name }) => name.join(".")).join(", ")}`;
    throw new Problem("RH-USE-001", `--table "${wanted}" ${why}`, { field: "table", hint: "Give the name as the manifest has it." });
  });
}

async function restore(draft: Draft, plan: Plan, { confirm, ...how }: Performing & { readonly confirm: string | undefined }) {
  const { context, options, ground, directory } = draft;
  if (options.wish.isOver) refuseUnconfirmed(ground.name, confirm);
  await using session = await administratorOn(options.target);
  draft.session = session;
  try {
    await clearAbandoned(context);
    await makePrivateDirectory(directory);
    await ensureDirectory(join(directory, "secrets"));
    const evidence = await perform(plan, how);
    return { restored: restoredDatabase(draft), evidence };
  } catch (thrown) {
    throw untouched(thrown, { ground, left: await takeBack(draft) });
  } finally {
    try {
      await draft.opened?.[Symbol.asyncDispose]();
    } finally {
      await remove(directory);
    }
  }
}

interface After {
  readonly ground: Ground;
  /** What could not be taken back. */
  readonly left: string | undefined;
}

/** The first error stops, and the message says what became of the database. */
function untouched(thrown: unknown, { ground: { name, old }, left }: After): unknown {
  if (left !== undefined) {
    const { code, message, hint = "" } = toProblem(thrown);
    return new Problem(code, `${message}; ${left}`, { cause: thrown, hint: `${hint} Drop what is left there.`.trim() });
  }
  if (!(thrown instanceof Problem) || !/^RH-(PROC|SQL|DATA|TIME|SRV|TX|AUTH)-/.test(thrown.code)) return thrown;
  const state = old ? `${name} is as it was` : `there is no ${name}`;
  return new Problem(thrown.code, thrown.message, {
    cause: thrown,
    hint: `Nothing was put in place: ${state}. Mend what it names, then run it again.`,
  });
}

function restoredDatabase(draft: Draft): Restored {
  const { manifest, ground, only, options } = draft;
  const tables = manifest.tables.filter(({ name }) => only === undefined || only.includes(name.join(".")));
  const kept = keptAs(draft);
  return {
    backup: manifest.id,
    database: ground.name,
    where: options.target.where,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    ...(kept === undefined ? {} : { keptAs: kept }),
  };
}
