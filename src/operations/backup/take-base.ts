// A base backup: the files of a whole server, copied while it serves. What its databases hold is read beside it, so that a proof has
// something to compare: the schema before and after, which is the copy's when both are equal; and the rows where nothing was
// committed from the beginning to the end, since the copy shows no moment that we could hold.
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import type { DatabaseObject, Survey, Tool } from "../../engines/backup.ts";
import type { BasePosition, ServerSurvey } from "../../engines/base.ts";
import type { Plan, Step } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { dayMs, formatBytes, formatCount } from "../../foundation/units.ts";
import type { Session } from "../../drivers/driver.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, namesIn, remove, writeFileAtomic } from "../../platform/files.ts";
import { countKinds, describeDatabase, describeTaking, sizeOf } from "./describe.ts";
import { kitNotes } from "./kit.ts";
import { baseDirectory, type BaseFacts, type BaseManifest, type Catalogue, catalogueName, wholeServer } from "./manifest.ts";
import { manifestStep, partialOf, performTake, placeOf, type Placing, seal, sealingOf, workOf } from "./placing.ts";
import { proofSteps } from "./proof-steps.ts";
import type { Proof } from "./prove.ts";
import { emptyDirectoriesBelow, newBackupId, refuseLackOfSpace, serverDirectory, storedFiles } from "./store.ts";
import { type PlannedTake, takenBackup } from "./take.ts";
import type { TakeAllOptions } from "./take-all.ts";

interface Draft extends Placing {
  readonly options: TakeAllOptions;
  readonly survey: ServerSurvey;
  readonly tools: readonly Tool[];
  proof?: Proof;
}

/** Looks at the server and says what would be done. Throws RH-CONN-*, RH-AUTH-*, RH-TOOL-001, RH-BACKUP-001, RH-BACKUP-040, RH-FILE-002. */
export async function planTakeBase(context: Context, options: TakeAllOptions): Promise<PlannedTake> {
  const { engine, login, store: ownStore } = options.source;
  await using session = await engine.driver.connect(login);
  const { base } = engine.backup;
  const survey = await base.survey(session, login);
  const where = `${engine.title} ${survey.version} on ${login.host}:${login.port}`;
  await refuseUncopyable(options, survey);
  const tools = await base.tools(context, survey.version);
  const store = options.store ?? ownStore;
  await refuseLackOfSpace(store, { bytes: survey.bytes, what: `a base backup of ${where}` });
  const server = serverDirectory({ store, engine, survey });
  const sealing = await sealingOf(context, survey.bytes);
  const draft: Draft = { context, options, survey, tools, id: newBackupId(context.clock, await namesIn(server)), store, server, sealing };
  const title = `copy the files of ${where}, ${formatBytes(survey.bytes)} with ${formatCount(survey.databases.length, "database")}`;
  const proof = options.isProved ? await proofOf(draft) : [];
  const plan = { title, steps: [copyStep(draft), manifestStep(draft), ...proof] };
  return { plan, take: (signal, onStep) => take(draft, plan, { signal, onStep }) };
}

async function take(draft: Draft, plan: Plan, how: Parameters<typeof performTake>[2]) {
  const evidence = await performTake(draft, plan, how);
  return { backup: takenBackup(draft, await kitNotes(draft.context, { house: draft.options.source.house })), evidence };
}

/** Throws RH-BACKUP-001 where something of any database would be lost. */
async function refuseUncopyable(options: TakeAllOptions, survey: ServerSurvey): Promise<void> {
  const { base } = options.source.engine.backup;
  const refusals = [...survey.refusals];
  for (const { name } of survey.databases) refusals.push(...(await inDatabase(options, name, (session) => base.notCarried(session))));
  if (refusals.length === 0) return;
  throw new Problem("RH-BACKUP-001", `the server holds what a base backup cannot carry: ${refusals.join("; ")}`, {
    hint: "Nothing was taken. Change what it names, or take backups of the databases: `rowhouse backup take`.",
  });
}

async function inDatabase<T>({ source: { engine, login } }: TakeAllOptions, database: string, act: (session: Session) => Promise<T>): Promise<T> {
  await using session = await engine.driver.connect({ ...login, database, statementTimeoutMs: dayMs });
  return await act(session);
}

function copyStep(draft: Draft): Step {
  const { context, options, survey, tools } = draft;
  const { engine, login } = options.source;
  const [directory, secretsDirectory] = [join(workOf(draft), baseDirectory), join(workOf(draft), ".secrets")];
  return {
    title: "copy the server's files",
    why: "while it serves, with the part of its log that makes them one moment; the schema is read before and after",
    run: engine.backup.base.commands({ tools, login, directory, secretsDirectory }),
    writes: [directory],
    act: async (signal) => {
      const began = context.clock.monotonicMs();
      for (const one of [workOf(draft), directory, secretsDirectory]) await ensureDirectory(one);
      const startedAt = context.clock.now().toISOString();
      const { position, endedAt, databases, catalogue, lookedMs } = await copied(draft, { directory, secretsDirectory, signal });
      await remove(secretsDirectory);
      await writeFileAtomic(join(workOf(draft), catalogueName), `${JSON.stringify(catalogue)}\n`);
      if (draft.sealing) options.onProgress("encrypting the files");
      await seal(draft, signal);
      options.onProgress("hashing the files");
      const base = { position, facts: { ...survey.facts }, databases: [...databases] };
      const manifest = await manifestOf(draft, { base, catalogue, startedAt, endedAt });
      draft.manifest = manifest;
      return [
        { subject: "copied", seen: copiedText(manifest), tookMs: context.clock.monotonicMs() - began - lookedMs },
        { subject: "looked at", seen: lookedText(manifest), tookMs: lookedMs },
      ];
    },
  };
}

interface Copied {
  readonly position: BasePosition;
  readonly endedAt: string;
  readonly databases: BaseFacts["databases"];
  readonly catalogue: Catalogue;
  /** Spent on what a proof will compare, beside the copying. */
  readonly lookedMs: number;
}

async function copied(
  draft: Draft,
  how: { readonly directory: string; readonly secretsDirectory: string; readonly signal: AbortSignal },
): Promise<Copied> {
  const { context, options, survey, tools } = draft;
  const { engine, login } = options.source;
  const { base } = engine.backup;
  const { clock } = context;
  const began = clock.monotonicMs();
  await using watcher = await engine.driver.connect(login);
  const isStill = await sinceNow(() => base.stillness(watcher));
  const before = new Map<string, readonly DatabaseObject[]>();
  for (const { name } of survey.databases) before.set(name, await inDatabase(options, name, base.objects));
  const copyingAt = clock.monotonicMs();
  const position = await base.take(context, { survey, tools, login, ...how, onProgress: options.onProgress });
  const copiedMs = clock.monotonicMs() - copyingAt;
  const endedAt = clock.now().toISOString();
  const looks: { readonly database: BaseFacts["databases"][number]; readonly objects: readonly DatabaseObject[] }[] = [];
  for (const { name, bytes } of survey.databases) {
    how.signal.throwIfAborted();
    const content = (await isStill()) ? await inDatabase(options, name, (session) => engine.backup.content(session, options.onProgress)) : undefined;
    const objects = content?.objects ?? (await inDatabase(options, name, base.objects));
    const isSchemaKnown = isDeepStrictEqual(before.get(name), objects);
    const tables = content?.tables.map((table) => ({ ...table, name: [...table.name] }));
    looks.push({ database: { name, bytes, isSchemaKnown, ...(tables ? { tables } : {}) }, objects });
  }
  const wasStill = await isStill();
  const known = ({ tables, ...database }: BaseFacts["databases"][number]) => (wasStill && tables ? { ...database, tables } : database);
  return {
    position,
    endedAt,
    databases: looks.map(({ database }) => known(database)),
    catalogue: looks.flatMap(({ database, objects }) => objects.map((object) => ({ ...object, database: database.name }))),
    lookedMs: clock.monotonicMs() - began - copiedMs,
  };
}

/** Tells whether nothing was committed from this call on; once something was, that stays so. */
async function sinceNow(stillness: () => Promise<string | undefined>): Promise<() => Promise<boolean>> {
  const first = await stillness();
  let isStill = first !== undefined;
  return async () => {
    isStill &&= (await stillness()) === first;
    return isStill;
  };
}

interface Written extends Pick<Copied, "catalogue" | "endedAt"> {
  readonly base: BaseFacts;
  readonly startedAt: string;
}

async function manifestOf(draft: Draft, { base, catalogue, startedAt, endedAt }: Written): Promise<BaseManifest> {
  const { context, options, survey, tools, id, sealing } = draft;
  const { engine, login } = options.source;
  const files = [...(await storedFiles(partialOf(draft)))];
  const emptyDirectories = await emptyDirectoriesBelow(partialOf(draft));
  const snapshot = Object.entries(base.position)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  return {
    format: 1,
    id,
    kind: "base",
    engine: engine.name,
    server: { id: survey.serverId, version: survey.version, host: login.host, port: login.port },
    database: describeDatabase(asDatabase({ ...survey, bytes: sizeOf({ files }) })),
    taken: await describeTaking(context.clock, { tools, began: startedAt, snapshotAt: endedAt, snapshot }),
    ...(sealing ? { encryption: { format: "age", recipient: sealing.recipient } } : {}),
    hashMethod: engine.backup.hashMethod,
    base,
    tables: [],
    counters: [],
    objects: countKinds(catalogue),
    files,
    ...(emptyDirectories.length > 0 ? { emptyDirectories: [...emptyDirectories] } : {}),
  };
}

function copiedText({ base, files, encryption }: BaseManifest): string {
  const size = `${files.length} files, ${formatBytes(sizeOf({ files }))}${encryption ? ", encrypted" : ""}`;
  return `${base.databases.map(({ name }) => name).join(", ")} and what belongs to no database: ${size}`;
}

function lookedText({ base, objects }: BaseManifest): string {
  const counted = Object.values(objects).reduce((sum, count) => sum + count, 0);
  const isCompared = base.databases.every(({ tables }) => tables);
  return `${counted} objects${isCompared ? " and every row" : "; no rows, since the server took writes meanwhile"}: what a copy is compared with`;
}

async function proofOf(draft: Draft): Promise<readonly Step[]> {
  const { context, options, survey } = draft;
  return proofSteps(context, {
    title: "prove it",
    engine: options.source.engine,
    databases: [{ survey: asDatabase(survey), directory: placeOf(draft) }],
    kind: "base",
    directory: placeOf(draft),
    onProgress: options.onProgress,
    onProved: (proof) => {
      draft.proof = proof;
    },
  });
}

/** In the place of a database where one is asked for. */
function asDatabase({ serverId, version, bytes, refusals }: ServerSurvey): Survey {
  return { serverId, version, database: wholeServer, settings: {}, roles: [], extensions: [], tableBytes: bytes, databaseBytes: bytes, refusals };
}
