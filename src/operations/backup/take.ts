// A backup of one database: look, dump, manifest, proof. A plan first; the dump is written under a name that nobody takes for a
// backup and renamed when it is whole. On the server nothing is written.
import { join } from "node:path";
import type { Scope, Survey, Taken, Tool } from "../../engines/backup.ts";
import type { Evidence, Verdict } from "../../foundation/evidence.ts";
import type { Plan, Step, StepText } from "../../foundation/plan.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, namesIn, remove, writeFileAtomic } from "../../platform/files.ts";
import { catalogueName, databaseNames, type Manifest, type StoredFile, tablesIn } from "./manifest.ts";
import type { BackupState } from "./certificate.ts";
import { describeContent, describeDatabase, describeTaking, sizeOf } from "./describe.ts";
import { proofSteps } from "./proof-steps.ts";
import type { Proof } from "./prove.ts";
import { kitNotes } from "./kit.ts";
import { readMigrationRecord } from "./migration-record.ts";
import { dumpBytes, manifestStep, partialOf, performTake, placeOf, type Placing, seal, sealingOf, workOf } from "./placing.ts";
import type { Source } from "./source.ts";
import { everything, refuseWhatIsNotCarried, scopeOf, scopeTitle, type ScopeWish } from "./scope.ts";
import { newBackupId, refuseLackOfSpace, serverDirectory, storedFiles } from "./store.ts";

export interface TakeOptions {
  readonly source: Source;
  /** Another store than the source's own. */
  readonly store?: string | undefined;
  /** False: take it and leave the proof for later. */
  readonly isProved: boolean;
  /** The whole database unless given. */
  readonly scope?: ScopeWish | undefined;
  readonly onProgress: (text: string) => void;
}

export interface TakenBackup {
  readonly id: string;
  readonly directory: string;
  readonly state: BackupState;
  readonly kind: Manifest["kind"];
  readonly database: string;
  /** Of a backup that holds several. */
  readonly databases?: readonly string[];
  readonly server: string;
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
  /** Undefined when no proof was asked for. */
  readonly verdict: Verdict | undefined;
  /** What a person has to know about the keys. */
  readonly notes: readonly string[];
}

/** What is known of a backup while it is made. */
interface Draft extends Placing {
  readonly options: TakeOptions;
  readonly survey: Survey;
  readonly scope: Scope;
  readonly tools: readonly Tool[];
  proof?: Proof;
}

export interface PlannedTake {
  readonly plan: Plan;
  /** Performs the plan while it holds the store. */
  readonly take: (
    signal: AbortSignal,
    onStep: (step: StepText) => void,
  ) => Promise<{ readonly backup: TakenBackup; readonly evidence: readonly Evidence[] }>;
}

/** Looks at the database and says what would be done. Throws RH-CONN-*, RH-AUTH-*, RH-TOOL-001, RH-BACKUP-001, RH-FILE-002. */
export async function planTake(context: Context, options: TakeOptions): Promise<PlannedTake> {
  const { engine, login } = options.source;
  await using session = await engine.driver.connect(login);
  const survey = await engine.backup.survey(session);
  refuseWhatIsNotCarried(survey);
  const scope = await scopeOf(session, engine, options.scope ?? everything);
  const tools = await engine.backup.tools(context, survey.version);
  const store = options.store ?? options.source.store;
  await refuseLackOfSpace(store, { bytes: dumpBytes(survey.tableBytes), what: `a backup of ${survey.database}` });
  const sealing = await sealingOf(context, survey.tableBytes);
  const server = serverDirectory({ store, engine, survey });
  const draft: Draft = { context, options, survey, scope, tools, id: newBackupId(context.clock, await namesIn(server)), store, server, sealing };
  const title = `back up ${scopeTitle(scope)}${survey.database} of ${engine.title} ${survey.version} on ${login.host}:${login.port}, ${formatBytes(survey.databaseBytes)}`;
  const proof = options.isProved ? await proofOf(draft) : [];
  const plan = { title, steps: [dumpStep(draft), manifestStep(draft), ...proof] };
  return { plan, take: (signal, onStep) => take(draft, plan, { signal, onStep }) };
}

async function take(draft: Draft, plan: Plan, how: { readonly signal: AbortSignal; readonly onStep: (step: StepText) => void }) {
  const evidence = await performTake(draft, plan, how);
  const notes = await kitNotes(draft.context, { house: draft.options.source.house });
  return { backup: takenBackup(draft, notes), evidence };
}

function dumpStep(draft: Draft): Step {
  const { options, survey, scope, tools, context } = draft;
  const { engine, login } = options.source;
  const directory = workOf(draft);
  const secretsDirectory = join(directory, ".secrets");
  return {
    title: `dump ${survey.database}`,
    why: "in one snapshot, with the engine's own tools; row counts and hashes are read in the same snapshot",
    run: engine.backup.dumpCommands({ scope, tools, login, directory, secretsDirectory }),
    writes: [directory],
    act: async (signal) => {
      const began = context.clock.monotonicMs();
      await ensureDirectory(directory);
      await ensureDirectory(secretsDirectory);
      const startedAt = context.clock.now().toISOString();
      const migrations = await migrationsOf(draft);
      const taken = await engine.backup.dump(context, {
        scope,
        survey,
        tools,
        login,
        directory,
        secretsDirectory,
        signal,
        onProgress: options.onProgress,
      });
      await remove(secretsDirectory);
      await writeFileAtomic(join(directory, catalogueName), `${JSON.stringify(taken.objects)}\n`);
      if (draft.sealing) options.onProgress("encrypting the files");
      await seal(draft, signal);
      options.onProgress("hashing the files");
      const files = await storedFiles(partialOf(draft));
      draft.manifest = await manifestOf(draft, { taken, files, startedAt, migrations });
      return [{ subject: "dumped", seen: dumpedText(draft.manifest), tookMs: context.clock.monotonicMs() - began }];
    },
  };
}

/** Of a house's own database. */
async function migrationsOf({ options }: Draft): Promise<Manifest["migrations"]> {
  const { engine, login, house } = options.source;
  if (house === undefined) return undefined;
  await using session = await engine.driver.connect(login);
  return await readMigrationRecord(session, engine, login.database);
}

interface Written {
  readonly taken: Taken;
  readonly files: readonly StoredFile[];
  readonly startedAt: string;
  readonly migrations: Manifest["migrations"];
}

async function manifestOf(
  { context, options, survey, scope, tools, id, sealing }: Draft,
  { taken, files, startedAt, migrations }: Written,
): Promise<Manifest> {
  const { engine, login } = options.source;
  const { snapshotAt, snapshot } = taken;
  return {
    format: 1,
    id,
    kind: scope.kind,
    engine: engine.name,
    server: { id: survey.serverId, version: survey.version, host: login.host, port: login.port },
    database: describeDatabase(survey),
    taken: await describeTaking(context.clock, { tools, began: startedAt, snapshotAt, snapshot }),
    ...(sealing ? { encryption: { format: "age", recipient: sealing.recipient } } : {}),
    ...(migrations ? { migrations } : {}),
    hashMethod: engine.backup.hashMethod,
    ...describeContent(taken),
    files: [...files],
  };
}

function dumpedText(manifest: Manifest): string {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0).toLocaleString("en-US");
  const size = `${formatBytes(manifest.database.bytes)} to ${formatBytes(sizeOf(manifest))}${manifest.encryption ? ", encrypted" : ""}`;
  return `${manifest.database.name}, ${rows} rows in ${manifest.tables.length} tables, one snapshot, ${size}`;
}

async function proofOf(draft: Draft): Promise<readonly Step[]> {
  const { context, options, survey } = draft;
  return proofSteps(context, {
    title: "prove it",
    engine: options.source.engine,
    kind: draft.scope.kind,
    databases: [{ survey, directory: placeOf(draft) }],
    directory: placeOf(draft),
    onProgress: options.onProgress,
    onProved: (proof) => {
      draft.proof = proof;
    },
  });
}

/** What came of it, for whoever asked for it. */
export function takenBackup(
  draft: Placing & Pick<Draft, "proof"> & { readonly options: { readonly source: Pick<Source, "engine"> } },
  notes: readonly string[],
): TakenBackup {
  const { manifest, proof, options } = draft;
  const databases = manifest && databaseNames(manifest);
  if (!manifest) throw new Error("the manifest was not made");
  const tables = tablesIn(manifest);
  return {
    id: draft.id,
    directory: placeOf(draft),
    state: proof?.state ?? "TAKEN",
    kind: manifest.kind,
    database: manifest.database.name,
    ...(databases ? { databases } : {}),
    server: `${options.source.engine.title} ${manifest.server.version}`,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    bytes: sizeOf(manifest),
    verdict: proof?.verdict,
    notes,
  };
}
