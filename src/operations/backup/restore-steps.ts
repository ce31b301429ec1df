// The steps of a restore: verify, restore under a name that nobody uses, compare, put in place. Until the last one nothing that
// anybody uses is touched, and a failure removes the database that was made, with its owner where that was made for it alone; a kill leaves
// it to the next restore, which removes it first.
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../drivers/driver.ts";
import type { DatabaseObject, Tool } from "../../engines/backup.ts";
import type { FillJob, Move } from "../../engines/target.ts";
import type { Step } from "../../foundation/plan.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { sql, sqlText } from "../../foundation/sql.ts";
import { dayMs } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { compareContent, comparePart, settled } from "./compare.ts";
import { type DatabaseManifest, readCatalogue, surveyOf } from "./manifest.ts";
import { type OpenedBackup, openBackup } from "./opened.ts";
import type { RestoreOptions } from "./restore.ts";
import { type Ground, refuseConnections } from "./restore-checks.ts";
import { ownerLogin, sessionOf, withOwnerOut } from "./restore-owner.ts";
import { administratorOn } from "./restore-target.ts";

/** What is known of a restore while it runs. */
export interface Draft {
  readonly context: Context;
  readonly options: RestoreOptions;
  readonly manifest: DatabaseManifest;
  /** Where its files are below the backup; empty when it is the backup's one database. */
  readonly within: string;
  readonly ground: Ground;
  readonly tools: readonly Tool[];
  /** Undefined: all of it. */
  readonly only: readonly string[] | undefined;
  /** For files of secrets, removed at the end. */
  readonly directory: string;
  /** Holds the lock. */
  session?: Session;
  opened?: OpenedBackup;
  /** From before it is let in until it is kept out again. */
  isOwnerIn?: boolean;
  /** The owner's, while it is let in. */
  runsAs?: ConnectionOptions | undefined;
  /** That were not there before, while nobody else can have begun to use them: those of a database whose owner is named. */
  madeRoles?: readonly string[];
}

export function verifyStep(draft: Draft): Step {
  const { context, options, manifest } = draft;
  return {
    title: "verify the files",
    why: `every one of ${manifest.files.length} by its SHA-256, before the server is touched`,
    act: async (signal) => {
      draft.opened = await inside(await openBackup(context, options.backup, { signal }), draft.within);
      return draft.opened.evidence;
    },
  };
}

/** One database of a backup of all. */
export async function inside(opened: OpenedBackup, within: string): Promise<OpenedBackup> {
  if (within === "") return opened;
  const directory = join(opened.directory, within);
  return { ...opened, directory, catalogue: await readCatalogue(directory) };
}

function jobOf(draft: Draft, signal: AbortSignal): FillJob {
  const { options, manifest, within, ground, tools, only, directory, opened } = draft;
  return {
    survey: surveyOf(manifest),
    tools,
    login: options.target.login,
    runsAs: draft.runsAs,
    database: ground.part,
    files: options.target.files,
    directory: opened?.directory ?? join(options.backup.directory, within),
    secretsDirectory: join(directory, "secrets"),
    tables: manifest.tables,
    only,
    signal,
    onProgress: options.onProgress,
  };
}

export function fillStep(draft: Draft): Step {
  const { context, options, manifest, ground } = draft;
  const { engine, where } = options.target;
  const { target } = engine.backup;
  const survey = surveyOf(manifest);
  const leftovers = ground.hasLeftovers ? [sql`drop database ${sql.id(ground.part)}`] : [];
  return {
    title: `restore into ${ground.part}`,
    why: "a name that nobody uses, until all of it is there and equal; the first error ends it and removes it again",
    sql: [...leftovers, ...target.makeStatements(ground.part, survey, ground.missingRoles)].map(sqlText),
    run: target.fillCommands(jobOf(draft, new AbortController().signal)),
    act: async (signal) => {
      const session = sessionOf(draft);
      await target.lock(session, ground.name);
      const began = context.clock.monotonicMs();
      await clearLeftovers(session, draft);
      await removedOnFailure(draft, async () => {
        draft.madeRoles = options.owner === undefined ? [] : await target.missingRoles(session, survey);
        await target.make(session, ground.part, survey);
        draft.isOwnerIn = options.owner !== undefined;
        draft.runsAs = await ownerLogin(draft);
        await target.fill(context, jobOf(draft, signal));
      });
      const roles = ground.missingRoles.length > 0 ? `; made the roles ${ground.missingRoles.join(", ")}, without login` : "";
      return [{ subject: "restored", seen: `on ${engine.title} at ${where}${roles}`, tookMs: context.clock.monotonicMs() - began }];
    },
  };
}

/** What a restore into this name that was killed left: the lock is ours, so nobody is at it. */
async function clearLeftovers(session: Session, { options, ground }: Draft): Promise<void> {
  const { target } = options.target.engine.backup;
  for (const { from, to } of await target.unfinishedMoves(session)) {
    if (to === ground.name && from === ground.part) await target.drop(session, to);
    else if (from === ground.name || to === ground.name) await target.resume(session, to);
  }
  const owners = await target.ownersLeft(session, ground.part);
  for (const owner of owners) await target.keepOwnerOut(session, owner);
  await target.drop(session, ground.part);
  await target.dropRoles(session, owners);
}

/** A failure leaves nothing behind; only a kill does. */
async function removedOnFailure<T>(draft: Draft, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    await using session = await administratorOn(draft.options.target).catch(() => undefined);
    await draft.options.target.engine.backup.target.drop(session ?? sessionOf(draft), draft.ground.part).catch(() => undefined); // the server is gone
    throw thrown;
  }
}

export function compareStep(draft: Draft): Step {
  const { context, manifest, only } = draft;
  const count = only?.length ?? manifest.tables.length;
  return {
    title: "compare it",
    why: `${count} tables by content, and every object, with what the backup's manifest says`,
    act: async (signal) => {
      const began = context.clock.monotonicMs();
      await removedOnFailure(draft, () => compare(draft, signal));
      await withOwnerOut(draft);
      const rest = only ? "" : `, ${draft.opened?.catalogue.length ?? 0} objects, ${manifest.counters.length} counters`;
      return [{ subject: "compared", seen: `${count} tables by content${rest}: equal`, tookMs: context.clock.monotonicMs() - began }];
    },
  };
}

async function compare(draft: Draft, signal: AbortSignal): Promise<void> {
  const { options, manifest, ground, only, opened } = draft;
  if (!opened) throw new Error("the backup was not opened");
  const { engine, login } = options.target;
  const { backup } = engine;
  const job = jobOf(draft, signal);
  await using session = await engine.driver.connect({ ...(draft.runsAs ?? login), database: ground.part, statementTimeoutMs: dayMs });
  await backup.target.close(sessionOf(draft), ground.part, job.survey);
  const whole = await backup.target.content(session, job);
  const copy = { ...whole, objects: withoutKinds(whole.objects, backup.target.serverKinds) };
  signal.throwIfAborted();
  const belongs = (object: (typeof copy.objects)[number]) =>
    manifest.tables.some(({ name }) => only?.includes(name.join(".")) && backup.target.belongsTo(object, name));
  const expected = withoutKinds(opened.catalogue, [...backup.target.laterKinds, ...backup.target.serverKinds]);
  const findings = only
    ? comparePart({ manifest, catalogue: [...expected] }, copy, { only, belongs })
    : compareContent({ manifest, catalogue: await settled([...expected], copy, (object) => backup.reread(session, object)) }, copy);
  if (findings.length === 0) return;
  const said = findings.map(({ subject, seen }) => `${subject} ${seen}`);
  throw new Problem("RH-BACKUP-014", `${said.slice(0, 5).join("; ")}${said.length > 5 ? ` and ${said.length - 5} more` : ""}`, {
    hint: `Nothing was put in place${ground.old ? `: ${ground.name} is as it was` : ""}. Take another backup; do not rely on this one.`,
  });
}

function withoutKinds(objects: readonly DatabaseObject[], kinds: readonly string[]): readonly DatabaseObject[] {
  return objects.filter(({ kind }) => !kinds.includes(kind));
}

function movesOf({ part, name, old, aside }: Ground): readonly Move[] {
  return [...(old && aside ? [{ from: name, to: aside, isAside: true }] : []), { from: part, to: name, isUnfinished: true }];
}

export function placeStep(draft: Draft): Step {
  const { context, ground } = draft;
  const { target } = draft.options.target.engine.backup;
  const keeps = keptAs(draft) !== undefined;
  return {
    title: keeps ? `put it in the place of ${ground.name}, which is kept as ${ground.aside}` : `give it the name ${ground.name}`,
    why: keeps ? "one command brings the old one back" : "from here on it is a database like any other",
    sql: target.moveStatements(movesOf(ground)).map(sqlText),
    ...(keeps ? { undo: `rowhouse backup undo ${ground.aside}` } : {}),
    act: async (signal) => {
      const began = context.clock.monotonicMs();
      await place(draft, signal);
      const seen = keeps ? `as ${ground.name}; the old one is kept as ${ground.aside}` : `as ${ground.name}`;
      return [{ subject: "in place", seen, tookMs: context.clock.monotonicMs() - began }];
    },
  };
}

async function place(draft: Draft, signal: AbortSignal): Promise<void> {
  const { options, ground } = draft;
  const { engine, login, ownUsers } = options.target;
  const { target } = engine.backup;
  const session = sessionOf(draft);
  const users = options.wish.endsSessions ? "all" : ownUsers;
  await removedOnFailure(draft, async () => {
    const old = ground.old ? await target.look(session, ground.name, login) : undefined;
    if (old) refuseConnections(old, options);
    signal.throwIfAborted();
  });
  const job = { ...jobOf(draft, signal), database: ground.name };
  try {
    await target.move(session, movesOf(ground), { login, users }).catch((cause: unknown) => {
      throw isProblem(cause, "RH-TX-003") ? inUse(ground.name, cause) : cause;
    });
    await target.finish(job);
    await refuseChanged(draft, job);
    await target.complete(session, job);
    draft.madeRoles = [];
  } catch (thrown) {
    await putBack(draft);
    throw thrown;
  }
  if (ground.aside && ground.old?.objects === 0) await target.drop(session, ground.aside);
}

/** What failed half-way is taken back: the old one gets its name again, and what was restored goes. */
async function putBack({ options, ground }: Draft): Promise<void> {
  const { target: where } = options;
  const { target } = where.engine.backup;
  await using session = await administratorOn(where);
  const { name, part, aside } = ground;
  for (const { from, to } of await target.unfinishedMoves(session)) {
    if (to === name && from === part) await target.drop(session, to);
    else if (from === name) await target.resume(session, to);
  }
  await target.drop(session, part);
  const isThere = async (one: string) => (await target.look(session, one, where.login)) !== undefined;
  if (aside && (await isThere(aside)) && !(await isThere(name)))
    await target.move(session, [{ from: aside, to: name }], { login: where.login, users: [] });
}

function inUse(name: string, cause: Problem): Problem {
  return new Problem("RH-BACKUP-013", `${name} is in use: ${cause.message}`, {
    cause,
    hint: "Nothing was put in place. End what uses it and run this again, or let it end it at the last moment with --end-sessions.",
  });
}

/** Where a move makes objects again, they are looked at once more. */
async function refuseChanged(draft: Draft, job: FillJob): Promise<void> {
  const { options, opened, only } = draft;
  const { engine, login } = options.target;
  const objects = only ? undefined : await engine.backup.target.objectsAfterMove(login, job);
  if (!objects) return;
  if (!opened) throw new Error("the backup was not opened");
  const { catalogue, manifest } = opened;
  const { serverKinds } = engine.backup.target;
  const copy = { tables: [], counters: [], objects: withoutKinds(objects, serverKinds) };
  await using session = await engine.driver.connect({ ...login, database: job.database });
  const expected = await settled([...withoutKinds(catalogue, serverKinds)], copy, (object) => engine.backup.reread(session, object));
  const findings = compareContent({ manifest: { ...manifest, tables: [], counters: [] }, catalogue: expected }, copy);
  if (findings.length === 0) return;
  const said = findings.map(({ subject, seen }) => `${subject} ${seen}`);
  throw new Problem("RH-BACKUP-014", said.slice(0, 5).join("; "), {
    hint: `It was taken back${draft.ground.old ? `: ${draft.ground.name} is as it was` : ""}. Take another backup; do not rely on this one.`,
  });
}

/** An empty database is not kept. */
export function keptAs({ ground }: Draft): string | undefined {
  return ground.old && ground.old.objects > 0 ? ground.aside : undefined;
}
