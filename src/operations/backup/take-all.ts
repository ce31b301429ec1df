// A backup of all databases of a server with its roles, in one: it is good when all of it is, goes as one, and one database can be
// restored out of it. Each database has a snapshot of its own, one after the other: no engine has one over several.
import { join } from "node:path";
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { Survey, Tool } from "../../engines/backup.ts";
import type { RoleObject, WholeSurvey } from "../../engines/whole-server.ts";
import type { Plan, Step, StepText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatBytes, formatCount } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, namesIn, remove, writeFileAtomic } from "../../platform/files.ts";
import { countedText, countKinds, describeContent, describeDatabase, describeTaking } from "./describe.ts";
import { kitNotes } from "./kit.ts";
import { allDatabases, catalogueName, type Manifest, type Member } from "./manifest.ts";
import { dumpBytes, manifestStep, partialOf, performTake, placeOf, type Placing, seal, sealingOf, workOf } from "./placing.ts";
import { proofSteps } from "./proof-steps.ts";
import type { Proof } from "./prove.ts";
import { refuseWhatIsNotCarried } from "./scope.ts";
import type { ServerSource } from "./source.ts";
import { newBackupId, refuseLackOfSpace, serverDirectory, storedFiles } from "./store.ts";
import { type PlannedTake, takenBackup, type TakeOptions } from "./take.ts";

export type TakeAllOptions = Omit<TakeOptions, "scope" | "source"> & { readonly source: ServerSource };

interface Draft extends Placing {
  readonly options: TakeAllOptions;
  readonly survey: WholeSurvey;
  readonly databases: readonly Survey[];
  readonly tools: readonly Tool[];
  readonly members: Member[];
  objects?: readonly RoleObject[];
  proof?: Proof;
}

/** Looks at every database and says what would be done. Throws as `planTake` does, for the first database that it cannot carry. */
export async function planTakeAll(context: Context, options: TakeAllOptions): Promise<PlannedTake> {
  const { engine, login, store: ownStore } = options.source;
  await using session = await engine.driver.connect(login);
  const survey = await engine.backup.wholeServer.survey(session, login);
  refuseWhatIsNotCarried({ database: allDatabases, refusals: survey.refusals });
  if (survey.databases.length === 0)
    throw new Problem("RH-BACKUP-001", `the server on ${login.host}:${login.port} has no database of anybody's`, { hint: "Nothing was taken." });
  const databases: Survey[] = [];
  for (const name of survey.databases) databases.push(await surveyed(options, name));
  const tools = await engine.backup.tools(context, survey.version);
  const store = options.store ?? ownStore;
  const tableBytes = sum(databases.map((one) => one.tableBytes));
  await refuseLackOfSpace(store, { bytes: dumpBytes(tableBytes), what: "a backup of all databases" });
  const server = serverDirectory({ store, engine, survey });
  const id = newBackupId(context.clock, await namesIn(server));
  const draft: Draft = { context, options, survey, databases, tools, id, store, server, sealing: await sealingOf(context, tableBytes), members: [] };
  const size = formatBytes(sum(databases.map(({ databaseBytes }) => databaseBytes)));
  const title = `back up ${formatCount(databases.length, "database")} and the roles of ${engine.title} ${survey.version} on ${login.host}:${login.port}, ${size}`;
  const plan = {
    title,
    steps: [...databases.map((one, index) => dumpStep(draft, one, index)), rolesStep(draft), manifestStep(draft), ...(await proofOf(draft))],
  };
  return { plan, take: (signal, onStep) => take(draft, plan, { signal, onStep }) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

async function surveyed({ source }: TakeAllOptions, database: string): Promise<Survey> {
  await using session = await source.engine.driver.connect({ ...source.login, database });
  const survey = await source.engine.backup.survey(session);
  refuseWhatIsNotCarried(survey);
  return survey;
}

async function take(draft: Draft, plan: Plan, how: { readonly signal: AbortSignal; readonly onStep: (step: StepText) => void }) {
  const evidence = await performTake(draft, plan, how);
  const { leftOut, hasPasswords } = draft.survey;
  const notes = [
    ...(hasPasswords ? [] : ["roles came without their passwords: the login may not read them, and nobody can log in by password after a restore"]),
    ...(leftOut.length === 0 ? [] : [`left out: ${leftOut.join("; ")}`]),
    ...(await kitNotes(draft.context, { house: draft.options.source.house })),
  ];
  return { backup: takenBackup(draft, notes), evidence };
}

function directoryOf(index: number): string {
  return `databases/${index + 1}`;
}

function dumpStep(draft: Draft, survey: Survey, index: number): Step {
  const { options, tools, context } = draft;
  const { engine } = options.source;
  const login: ConnectionOptions & { readonly database: string } = { ...options.source.login, database: survey.database };
  const directory = join(workOf(draft), directoryOf(index));
  const secretsDirectory = join(workOf(draft), ".secrets");
  const scope = { kind: "database", tables: [] } as const;
  return {
    title: `dump ${survey.database}`,
    why: "in one snapshot of its own, with the engine's own tools; row counts and hashes are read in it",
    run: engine.backup.dumpCommands({ scope, tools, login, directory, secretsDirectory }),
    writes: [directory],
    act: async (signal) => {
      const began = context.clock.monotonicMs();
      for (const path of [workOf(draft), secretsDirectory, join(workOf(draft), "databases"), directory]) await ensureDirectory(path);
      if (index === 0) draft.objects = await objectsOf(draft);
      const onProgress = (text: string) => options.onProgress(`${survey.database}: ${text}`);
      const taken = await engine.backup.dump(context, { scope, survey, tools, login, directory, secretsDirectory, signal, onProgress });
      await writeFileAtomic(join(directory, catalogueName), `${JSON.stringify(taken.objects)}\n`);
      const { snapshotAt, snapshot } = taken;
      draft.members.push({ directory: directoryOf(index), database: describeDatabase(survey), snapshotAt, snapshot, ...describeContent(taken) });
      return [
        { subject: "dumped", seen: `${survey.database}, ${taken.tables.length} tables, one snapshot`, tookMs: context.clock.monotonicMs() - began },
      ];
    },
  };
}

async function objectsOf({ options }: Draft): Promise<readonly RoleObject[]> {
  const { engine, login } = options.source;
  await using session = await engine.driver.connect(login);
  return await engine.backup.wholeServer.objects(session);
}

/** Last of all, so that a role that was made meanwhile is noticed. */
function rolesStep(draft: Draft): Step {
  const { options, survey, tools, context } = draft;
  const { engine, login } = options.source;
  const directory = workOf(draft);
  const secretsDirectory = join(directory, ".secrets");
  const job = { survey, tools, login, directory, secretsDirectory };
  return {
    title: "dump the server's roles",
    why: survey.hasPasswords ? "with their passwords as the server keeps them" : "without their passwords, which this login may not read",
    run: engine.backup.wholeServer.dumpCommands(job),
    writes: [join(directory, "server")],
    act: async (signal) => {
      const began = context.clock.monotonicMs();
      await engine.backup.wholeServer.dump(context, { ...job, signal });
      await remove(secretsDirectory);
      refuseMoved(draft.objects ?? [], await objectsOf(draft));
      await writeFileAtomic(join(directory, catalogueName), `${JSON.stringify(draft.objects)}\n`);
      await seal(draft, signal);
      options.onProgress("hashing the files");
      draft.manifest = await manifestFor(draft);
      const seen = `of the server ${countedText(draft.manifest.objects)}`;
      return [{ subject: "dumped", seen, tookMs: context.clock.monotonicMs() - began }];
    },
  };
}

function refuseMoved(before: readonly RoleObject[], after: readonly RoleObject[]): void {
  const text = ({ kind, name, definition }: RoleObject) => JSON.stringify([kind, name, definition]);
  const [was, is] = [new Set(before.map(text)), new Set(after.map(text))];
  const moved = [...before, ...after].filter((object) => !was.has(text(object)) || !is.has(text(object))).map(({ kind, name }) => `${kind} ${name}`);
  if (moved.length === 0) return;
  throw new Problem("RH-BACKUP-002", `changed meanwhile: ${[...new Set(moved)].slice(0, 5).join(", ")}`, {
    hint: "Run it again when nobody changes roles.",
  });
}

async function manifestFor(draft: Draft): Promise<Manifest> {
  const { context, options, survey, databases, members, tools, id, sealing, objects = [] } = draft;
  const { engine, login } = options.source;
  const [first, last] = [members[0], members.at(-1)];
  if (!first || !last) throw new Error("no database was dumped");
  const snapshot = `one for each database, the last at ${last.snapshotAt}`;
  return {
    format: 1,
    id,
    kind: "all",
    engine: engine.name,
    server: { id: survey.serverId, version: survey.version, host: login.host, port: login.port },
    database: {
      name: allDatabases,
      settings: survey.settings,
      roles: [],
      extensions: [],
      tableBytes: sum(databases.map(({ tableBytes }) => tableBytes)),
      bytes: sum(databases.map(({ databaseBytes }) => databaseBytes)),
    },
    taken: await describeTaking(context.clock, { tools, began: first.snapshotAt, snapshotAt: first.snapshotAt, snapshot }),
    ...(sealing ? { encryption: { format: "age", recipient: sealing.recipient } } : {}),
    hashMethod: engine.backup.hashMethod,
    tables: [],
    counters: [],
    objects: countKinds(objects),
    files: [...(await storedFiles(partialOf(draft)))],
    whole: {
      databases: [...members],
      roles: [...new Set(objects.map(({ role }) => role))],
      leftOut: [...survey.leftOut],
      hasPasswords: survey.hasPasswords,
    },
  };
}

async function proofOf(draft: Draft): Promise<readonly Step[]> {
  const { context, options, databases } = draft;
  if (!options.isProved) return [];
  const directory = placeOf(draft);
  return proofSteps(context, {
    title: "prove it",
    engine: options.source.engine,
    kind: "database",
    databases: databases.map((survey, index) => ({ survey, directory: join(directory, directoryOf(index)) })),
    directory,
    onProgress: options.onProgress,
    onProved: (proof) => {
      draft.proof = proof;
    },
  });
}
