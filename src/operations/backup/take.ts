// A backup of one database: look, dump, manifest, proof. A plan first; the dump is written under a name that nobody takes for a
// backup and renamed when it is whole. On the server nothing is written.
import { hostname } from "node:os";
import { join } from "node:path";
import type { Scope, Survey, Taken, Tool } from "../../engines/backup.ts";
import type { Evidence, Verdict } from "../../foundation/evidence.ts";
import { perform, type Plan, type Step, type StepText } from "../../foundation/plan.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, exists, moveIntoPlace, namesIn, remove, syncTree, writeFileAtomic } from "../../platform/files.ts";
import { packageVersion } from "../../platform/package.ts";
import { currentUser } from "../../platform/users.ts";
import { catalogueName, type Manifest, manifestName, signatureName, type StoredFile } from "./manifest.ts";
import type { BackupState } from "./certificate.ts";
import { proofSteps } from "./proof-steps.ts";
import type { Proof } from "./prove.ts";
import { ensureSigningKey, ownKeyring, recipientInUse } from "./keys.ts";
import { kitNotes } from "./kit.ts";
import { manifestPurpose } from "./open.ts";
import { readMigrationRecord } from "./migration-record.ts";
import { sealTree } from "./seal.ts";
import { signText } from "./sign.ts";
import type { Source } from "./source.ts";
import { everything, refuseWhatIsNotCarried, scopeOf, scopeTitle, type ScopeWish } from "./scope.ts";
import { newBackupId, openStore, partialEnd, refuseLackOfSpace, serverDirectory, storedFiles } from "./store.ts";
import { clearAbandoned, newProofDirectory, proofsRoot } from "./throwaway.ts";

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
interface Draft {
  readonly context: Context;
  readonly options: TakeOptions;
  readonly survey: Survey;
  readonly scope: Scope;
  readonly tools: readonly Tool[];
  readonly id: string;
  readonly store: string;
  /** Of this server in the store. */
  readonly server: string;
  /** Whom the files are encrypted to, and where they lie until they are; undefined: as they are. */
  readonly sealing: { readonly recipient: string; readonly plain: string } | undefined;
  manifest?: Manifest;
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
  await refuseLackOfSpace(store, { bytes: Math.round(survey.tableBytes * 1.2) + 1_000_000, what: `a backup of ${survey.database}` });
  const sealing = await sealingOf(context, survey);
  const server = serverDirectory({ store, engine, survey });
  const draft: Draft = { context, options, survey, scope, tools, id: newBackupId(context.clock, await namesIn(server)), store, server, sealing };
  const title = `back up ${scopeTitle(scope)}${survey.database} of ${engine.title} ${survey.version} on ${login.host}:${login.port}, ${formatBytes(survey.databaseBytes)}`;
  const proof = options.isProved ? await proofOf(draft) : [];
  const plan = { title, steps: [dumpStep(draft), manifestStep(draft), ...proof] };
  return { plan, take: (signal, onStep) => take(draft, plan, { signal, onStep }) };
}

/** The store's disk never sees what is not encrypted: it is written where this machine keeps its own data. */
async function sealingOf(context: Context, survey: Survey): Promise<Draft["sealing"]> {
  await ownKeyring(context); // refuses keys that others can read, before anything is dumped
  const recipient = await recipientInUse(context);
  if (recipient === undefined) return undefined;
  await refuseLackOfSpace(proofsRoot, { bytes: Math.round(survey.tableBytes * 1.2) + 1_000_000, what: "the dump before it is encrypted" });
  return { recipient, plain: await newProofDirectory() };
}

async function take(draft: Draft, plan: Plan, how: { readonly signal: AbortSignal; readonly onStep: (step: StepText) => void }) {
  await using _lock = await openStore({ store: draft.store, server: draft.server, clock: draft.context.clock });
  try {
    if (draft.sealing) await clearAbandoned(draft.context); // a run that was killed may have left its dump as it was
    const evidence = await perform(plan, how);
    const notes = await kitNotes(draft.context, { house: draft.options.source.house });
    return { backup: takenBackup(draft, notes), evidence };
  } finally {
    await remove(partialOf(draft)); // whatever ended it
    if (draft.sealing) await remove(draft.sealing.plain);
  }
}

function partialOf({ server, id }: Draft): string {
  return join(server, `${id}${partialEnd}`);
}

function placeOf({ server, id }: Draft): string {
  return join(server, id);
}

function dumpStep(draft: Draft): Step {
  const { options, survey, scope, tools, context } = draft;
  const { engine, login } = options.source;
  const directory = draft.sealing?.plain ?? partialOf(draft);
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
      if (draft.sealing) await seal(draft, draft.sealing, signal);
      options.onProgress("hashing the files");
      const files = await storedFiles(partialOf(draft));
      draft.manifest = await manifestOf(draft, { taken, files, startedAt, migrations });
      return [{ subject: "dumped", seen: dumpedText(draft.manifest), tookMs: context.clock.monotonicMs() - began }];
    },
  };
}

async function seal(draft: Draft, { recipient, plain }: NonNullable<Draft["sealing"]>, signal: AbortSignal): Promise<void> {
  draft.options.onProgress("encrypting the files");
  await ensureDirectory(partialOf(draft));
  await sealTree({ from: plain, to: partialOf(draft), recipient, signal });
  await remove(plain);
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
  const kinds = [...new Set(taken.objects.map(({ kind }) => kind))];
  return {
    format: 1,
    id,
    kind: scope.kind,
    engine: engine.name,
    server: { id: survey.serverId, version: survey.version, host: login.host, port: login.port },
    database: {
      name: survey.database,
      settings: survey.settings,
      roles: [...survey.roles],
      extensions: [...survey.extensions],
      tableBytes: survey.tableBytes,
      bytes: survey.databaseBytes,
    },
    taken: {
      by: `${currentUser().name}@${hostname()}`,
      with: [{ name: "rowhouse", version: await packageVersion() }, ...tools.map(({ name, version }) => ({ name, version }))],
      began: startedAt,
      snapshotAt: taken.snapshotAt,
      snapshot: taken.snapshot,
      ended: context.clock.now().toISOString(),
    },
    ...(sealing ? { encryption: { format: "age", recipient: sealing.recipient } } : {}),
    ...(migrations ? { migrations } : {}),
    hashMethod: engine.backup.hashMethod,
    tables: taken.tables.map(({ name, rows, hash, files: own }) => ({ name: [...name], rows, hash, ...(own ? { files: [...own] } : {}) })),
    counters: taken.counters.map(({ name, next }) => ({
      name,
      before: next,
      after: taken.countersAfter.find((one) => one.name === name)?.next ?? next,
    })),
    objects: Object.fromEntries(kinds.map((kind) => [kind, taken.objects.filter((object) => object.kind === kind).length])),
    files: [...files],
  };
}

function dumpedText(manifest: Manifest): string {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0).toLocaleString("en-US");
  const size = `${formatBytes(manifest.database.bytes)} to ${formatBytes(sizeOf(manifest))}${manifest.encryption ? ", encrypted" : ""}`;
  return `${manifest.database.name}, ${rows} rows in ${manifest.tables.length} tables, one snapshot, ${size}`;
}

function sizeOf({ files }: Manifest): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

function manifestStep(draft: Draft): Step {
  const path = join(placeOf(draft), manifestName);
  return {
    title: "write the manifest",
    why: "every file with its SHA-256, signed; the backup gets its name when all of it is on the disk",
    writes: [path],
    act: async () => {
      const partial = partialOf(draft);
      const text = `${JSON.stringify(draft.manifest, null, 2)}\n`;
      await writeFileAtomic(join(partial, manifestName), text);
      await writeFileAtomic(join(partial, signatureName), signText(await ensureSigningKey(draft.context), text, manifestPurpose(draft.id)));
      await syncTree(partial);
      await moveIntoPlace({ from: partial, to: placeOf(draft) }).catch(async (thrown: unknown) => {
        if (!(await exists(partial))) await remove(placeOf(draft)); // renamed, and nobody knows whether the disk has it
        throw thrown;
      });
      return [];
    },
  };
}

async function proofOf(draft: Draft): Promise<readonly Step[]> {
  const { context, options, survey } = draft;
  return proofSteps(context, {
    title: "prove it",
    engine: options.source.engine,
    survey,
    kind: draft.scope.kind,
    directory: placeOf(draft),
    onProgress: options.onProgress,
    onProved: (proof) => {
      draft.proof = proof;
    },
  });
}

function takenBackup(draft: Draft, notes: readonly string[]): TakenBackup {
  const { manifest, proof, survey, options } = draft;
  if (!manifest) throw new Error("the manifest was not made");
  return {
    id: draft.id,
    directory: placeOf(draft),
    state: proof?.state ?? "TAKEN",
    kind: manifest.kind,
    database: survey.database,
    server: `${options.source.engine.title} ${survey.version}`,
    tables: manifest.tables.length,
    rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
    bytes: sizeOf(manifest),
    verdict: proof?.verdict,
    notes,
  };
}
