// All databases of a backup with its roles, restored on a server that has none of them: the roles first, then each database under a
// name that nobody uses, compared there, and when all of them are equal each gets its own name. Nothing that is there is overwritten.
// What fails before that is taken back as a whole.
import { join } from "node:path";
import type { Evidence } from "../../foundation/evidence.ts";
import { perform, type Plan, type Step, type StepText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatCount } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, remove } from "../../platform/files.ts";
import { compareRoles } from "./compare.ts";
import { countedText } from "./describe.ts";
import type { ListedBackup } from "./list.ts";
import { type Manifest, manifestOf, type Member, readManifest, tablesIn } from "./manifest.ts";
import { openBackup, type OpenedBackup } from "./opened.ts";
import { refuseBad, type Restored } from "./restore.ts";
import { checkGround } from "./restore-checks.ts";
import { compareStep, type Draft, fillStep, inside, placeStep } from "./restore-steps.ts";
import { administratorOn, type RestoreTarget } from "./restore-target.ts";
import { clearAbandoned, makePrivateDirectory, newProofDirectory } from "./throwaway.ts";

export interface RestoreAllOptions {
  readonly backup: ListedBackup;
  readonly target: RestoreTarget;
  /** Roles that are there already keep what they have; else they are in the way. */
  readonly keepsRoles: boolean;
  readonly onProgress: (text: string) => void;
}

export interface RestoredAll extends Pick<Restored, "backup" | "where" | "tables" | "rows"> {
  readonly databases: readonly string[];
  /** Roles that were there. */
  readonly keptRoles: readonly string[];
  /** What a person has to know. */
  readonly notes: readonly string[];
}

export interface PlannedRestoreAll {
  readonly plan: Plan;
  readonly restore: (how: {
    readonly signal: AbortSignal;
    readonly onStep: (step: StepText) => void;
  }) => Promise<{ readonly restored: RestoredAll; readonly evidence: readonly Evidence[] }>;
}

interface WholeDraft {
  readonly context: Context;
  readonly options: RestoreAllOptions;
  readonly manifest: Manifest;
  readonly whole: NonNullable<Manifest["whole"]>;
  /** Those that the server does not have by itself. */
  readonly drafts: readonly Draft[];
  readonly notes: readonly string[];
  /** For files of secrets, removed at the end. */
  readonly directory: string;
  /** Roles that the server has before. */
  readonly kept: readonly string[];
  opened?: OpenedBackup;
  hasPlaced?: boolean;
}

/** Looks at the backup and at the server, and changes neither. Throws as `planRestore` does, and RH-BACKUP-013 for roles in the way. */
export async function planRestoreAll(context: Context, options: RestoreAllOptions): Promise<PlannedRestoreAll> {
  const { backup, target } = options;
  refuseBad(backup);
  const { manifest } = await readManifest(backup.directory);
  const { whole } = manifest;
  if (!whole) throw new Problem("RH-BACKUP-011", `${manifest.id} holds one database, not all of a server`, { hint: "Restore it with --into NAME." });
  const isReserved = ({ database }: Member) => target.engine.access.reserved.includes(database.name);
  await using session = await administratorOn(target);
  const directory = await newProofDirectory();
  const drafts: Draft[] = [];
  for (const member of whole.databases.filter((one) => !isReserved(one)))
    drafts.push(await draftOf(context, options, { manifest, member, directory }));
  const { wholeServer } = target.engine.backup;
  const kept = await wholeServer.roles(session);
  const own = await wholeServer.ownRoles(session);
  const inTheWay = whole.roles.filter((role) => kept.includes(role) && !own.includes(role));
  if (!options.keepsRoles) refuseRoles(inTheWay);
  const notes = [
    ...whole.databases
      .filter(isReserved)
      .map(({ database }) => `${database.name} was left out: the server has its own; --database ${database.name} --into NAME restores it`),
    ...(whole.hasPasswords ? [] : ["the backup has no passwords: nobody can log in by password until you set one"]),
  ];
  const draft: WholeDraft = { context, options, manifest, whole, drafts, notes, directory, kept };
  const title = `restore ${manifest.id}, ${formatCount(drafts.length, "database")} and their roles as of ${manifest.taken.snapshotAt}, on ${target.engine.title} at ${target.where}`;
  const plan = { title, steps: stepsOf(draft) };
  return { plan, restore: (how) => restore(draft, plan, how) };
}

async function draftOf(
  context: Context,
  { backup, target, onProgress }: RestoreAllOptions,
  { manifest, member, directory }: { readonly manifest: Manifest; readonly member: Member; readonly directory: string },
): Promise<Draft> {
  const { name } = member.database;
  const wish = { name, isOver: false, endsSessions: false };
  await using session = await administratorOn(target);
  const alone = manifestOf(manifest, member);
  const all = { ...alone, database: { ...alone.database, bytes: manifest.database.bytes } }; // there has to be room for all of them
  const ground = await checkGround(session, { manifest: all, target, wish });
  const tools = await target.engine.backup.tools(context, manifest.server.version);
  const options = { backup, target, wish, tables: [], onProgress: (text: string) => onProgress(`${name}: ${text}`) };
  return { context, options, manifest: alone, within: member.directory, ground: { ...ground, missingRoles: [] }, tools, only: undefined, directory };
}

function refuseRoles(names: readonly string[]): void {
  if (names.length === 0) return;
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  throw new Problem("RH-BACKUP-013", `roles of the backup are there already: ${names.slice(0, 5).join(", ")}${more}`, {
    hint: "Restore on an empty server, or let them keep what they have with --keep-roles.",
  });
}

function stepsOf(draft: WholeDraft): readonly Step[] {
  const { drafts } = draft;
  return [
    verifyStep(draft),
    rolesStep(draft),
    ...drafts.flatMap((one) => [named(fillStep(one), one), named({ ...compareStep(one), title: `compare ${one.ground.part}` }, one)]),
    ...drafts.map((one, index) => (index === 0 ? { ...placeStep(one), act: placing(draft, one) } : placeStep(one))),
    rightsStep(draft),
  ];
}

/** Says in what it saw of which database. */
function named(step: Step, { ground }: Draft): Step {
  const act: Step["act"] = async (signal, tell) => (await step.act(signal, tell)).map((one) => ({ ...one, seen: `${ground.name}: ${one.seen}` }));
  return { ...step, act };
}

/** Once the first one has its name, what was restored stays. */
function placing(draft: WholeDraft, first: Draft): Step["act"] {
  const step = placeStep(first);
  return async (signal, tell) => {
    const evidence = await step.act(signal, tell);
    draft.hasPlaced = true;
    return evidence;
  };
}

function verifyStep(draft: WholeDraft): Step {
  const { context, options, manifest, drafts } = draft;
  return {
    title: "verify the files",
    why: `every one of ${manifest.files.length} by its SHA-256, before the server is touched`,
    act: async (signal) => {
      const opened = await openBackup(context, options.backup, { signal });
      draft.opened = opened;
      for (const one of drafts) one.opened = await inside(opened, one.within);
      return opened.evidence;
    },
  };
}

function jobOf({ options, opened }: WholeDraft) {
  const { homeDatabase } = options.target.engine.backup.target;
  const login = homeDatabase === undefined ? options.target.login : { ...options.target.login, database: homeDatabase };
  return { login, directory: opened?.directory ?? options.backup.directory, isThrowaway: false };
}

function rolesStep(draft: WholeDraft): Step {
  const { context, options, whole, kept } = draft;
  return {
    title: "make the roles",
    why: `${whole.roles.length} with memberships, settings and passwords; one that is there keeps what it has`,
    act: async () => {
      const began = context.clock.monotonicMs();
      await options.target.engine.backup.wholeServer.makeRoles(jobOf(draft));
      const there = whole.roles.filter((role) => kept.includes(role));
      const made = `${whole.roles.length - there.length} made${there.length > 0 ? `; there already, and left as they are: ${there.join(", ")}` : ""}`;
      return [{ subject: "roles", seen: made, tookMs: context.clock.monotonicMs() - began }];
    },
  };
}

function rightsStep(draft: WholeDraft): Step {
  const { context, options, kept, manifest } = draft;
  return {
    title: "give the rights and compare the roles",
    why: "rights on what is in the databases; then every role, membership, right and password, with what the backup's manifest says",
    act: async () => {
      const began = context.clock.monotonicMs();
      await options.target.engine.backup.wholeServer.giveRights(jobOf(draft), kept);
      await refuseOtherRoles(draft);
      const seen = `of the server ${countedText(manifest.objects)}: equal`;
      return [{ subject: "compared", seen, tookMs: context.clock.monotonicMs() - began }];
    },
  };
}

async function refuseOtherRoles({ options, kept, opened }: WholeDraft): Promise<void> {
  const { wholeServer } = options.target.engine.backup;
  await using session = await administratorOn(options.target);
  const findings = compareRoles(opened?.catalogue ?? [], await wholeServer.objects(session), kept);
  if (findings.length === 0) return;
  const said = findings.map(({ subject, seen }) => `${subject} ${seen}`);
  throw new Problem("RH-BACKUP-014", `${said.slice(0, 5).join("; ")}${said.length > 5 ? ` and ${said.length - 5} more` : ""}`, {
    hint: "The databases are in their places and equal to the backup. Mend what it names.",
  });
}

async function restore(draft: WholeDraft, plan: Plan, how: { readonly signal: AbortSignal; readonly onStep: (step: StepText) => void }) {
  const { context, options, drafts, directory, manifest, whole, kept, notes } = draft;
  await using session = await administratorOn(options.target);
  for (const one of drafts) one.session = session;
  try {
    await clearAbandoned(context);
    await makePrivateDirectory(directory);
    await ensureDirectory(join(directory, "secrets"));
    const evidence = await perform(plan, how);
    const tables = tablesIn(manifest);
    const restored = {
      backup: manifest.id,
      where: options.target.where,
      databases: drafts.map(({ ground }) => ground.name),
      tables: tables.length,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      keptRoles: whole.roles.filter((role) => kept.includes(role)),
      notes,
    };
    return { restored, evidence };
  } catch (thrown) {
    if (draft.opened && !draft.hasPlaced) await takeBack(draft);
    throw thrown;
  } finally {
    await draft.opened?.[Symbol.asyncDispose]();
    await remove(directory);
  }
}

/** No database has its name yet: all of them go, and then the roles that were made for them. */
async function takeBack({ options, drafts, whole, kept }: WholeDraft): Promise<void> {
  const { backup } = options.target.engine;
  try {
    await using session = await administratorOn(options.target);
    for (const { ground } of drafts) await backup.target.drop(session, ground.part);
    const made = whole.roles.filter((role) => !kept.includes(role));
    await backup.wholeServer.dropRoles(options.target.login, made);
  } catch {
    // the server is gone, and the first failure is the one to tell
  }
}
