// What backups there are, read from the store and nothing else. Whatever looks like a backup is told, also what is none: broken
// ones are shown as that, never as good and never left out. Files are looked at by their sizes; proving reads them.
import { join } from "node:path";
import { engineNames } from "../../engines/engines.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { dayMs } from "../../foundation/units.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Context } from "../../platform/context.ts";
import { namesIn, statIfThere } from "../../platform/files.ts";
import { lockOwner } from "../../platform/locks.ts";
import { sizeOf } from "./describe.ts";
import { type Attempt, type BackupState, type Certificate, newerUnknown, readCertificate, sha256OfText } from "./certificate.ts";
import { type Drill, readDrill } from "./drill-record.ts";
import { type Keyring, ownKeyring } from "./keys.ts";
import { databaseNames, type Manifest, readManifest, tablesIn } from "./manifest.ts";
import { manifestSignature } from "./open.ts";
import type { Sample } from "./sample.ts";
import { type PublicKey, unknownSigner } from "./sign.ts";
import { isBackupId, partialEnd, takeLockPath } from "./store.ts";

/** An older proof is told as stale. */
export const staleAfterMs = 7 * dayMs;

export interface ListedBackup {
  readonly id: string;
  readonly directory: string;
  /** BROKEN: not one that can be read. UNFINISHED: being taken, or what a killed run left. */
  readonly state: BackupState | "BROKEN" | "UNFINISHED";
  /** Why it is not PROVED. */
  readonly because?: string;
  /** What the manifest says; absent when there is none. */
  readonly content?: BackupContent;
  /** When the state was found out. */
  readonly provedAt?: string;
  /** Where that was by a sample: how many of how many tables, and when all of them were compared. */
  readonly sample?: Pick<Sample, "count" | "of"> & { readonly wholeAt?: string };
  readonly isStale: boolean;
  /** How long the whole of it took to restore when it was proved. */
  readonly restoreMs?: number;
  /** How long getting it back took when that was tried last, and when that was. */
  readonly recovery?: Pick<Drill, "at" | "recoveryMs" | "what">;
  /** A later attempt to prove it that could not find out. */
  readonly newerAttempt?: Attempt;
}

export interface BackupContent {
  readonly kind: string;
  readonly engine: string;
  readonly version: string;
  readonly database: string;
  /** Of a backup that holds several. */
  readonly databases?: readonly string[];
  readonly host: string;
  readonly port: number;
  /** The moment that it shows. */
  readonly at: string;
  readonly tables: number;
  readonly rows: number;
  /** Of its files. */
  readonly bytes: number;
}

/** What is at a path; undefined where nothing is. Of a store on another machine that is known without its files. */
export type Look = (path: string) => Promise<Pick<NonNullable<Awaited<ReturnType<typeof statIfThere>>>, "size" | "isFile"> | undefined>;

/** Newest first. A store that is not there holds nothing. What counts is signed by this machine's keys, or by those of a keyring. */
export async function listBackups(
  context: Pick<Context, "clock" | "environment">,
  store: string,
  keyring?: Keyring,
  look: Look = statIfThere,
): Promise<readonly ListedBackup[]> {
  const { signers } = keyring ?? (await ownKeyring(context));
  const found: ListedBackup[] = [];
  for (const name of await namesIn(store)) {
    const path = join(store, name);
    if (isBackupId(name)) found.push(broken(name, path, "it is not in the directory of its server"));
    if (!engineNames.some((engine) => name.startsWith(`${engine}-`))) continue;
    for (const id of (await namesIn(path)).filter((one) => !one.startsWith(".")))
      found.push(await listed(context.clock, { server: path, name, id, signers, look }));
  }
  return found.toSorted((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1));
}

function sortKey({ id, content }: ListedBackup): string {
  return `${content?.at ?? momentOf(id)} ${id}`;
}

/** The moment in an id as the manifest has it: `20261125T051200Z-7f3a`. */
function momentOf(id: string): string {
  return id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, "$1-$2-$3T$4:$5:$6Z");
}

interface Place {
  /** The server's directory, and its name. */
  readonly server: string;
  readonly name: string;
  readonly id: string;
  /** The keys that count. */
  readonly signers: readonly PublicKey[];
  readonly look: Look;
}

async function listed(clock: Clock, place: Place): Promise<ListedBackup> {
  const { server, id, signers } = place;
  const directory = join(server, id);
  if (id.endsWith(partialEnd)) return unfinished(server, id);
  if (!isBackupId(id)) return broken(id, directory, "its name is not a backup's");
  try {
    const { manifest, text } = await readManifest(directory);
    const signed = await manifestSignature({ directory, id, text, signers });
    const content = contentOf(manifest);
    if (signed.state === "unknown") return stranger({ id, directory, content }, unknownSigner("it", signed.keyId));
    const forged = signed.state === "bad" ? `its signature: ${signed.because}` : undefined;
    const because = (await refusal(place, manifest)) ?? forged ?? (await differentFile(directory, manifest, place.look));
    return because === undefined ? await judged(clock, { directory, content, id, text, signers }) : { ...broken(id, directory, because), content };
  } catch (thrown) {
    if (!isProblem(thrown)) throw thrown;
    return broken(id, directory, thrown.message);
  }
}

/** Signed by somebody whom nobody here vouches for: it may be good, and counts for nothing. */
function stranger(backup: Pick<ListedBackup, "id" | "directory" | "content">, { message }: Problem): ListedBackup {
  return { ...backup, state: "TAKEN", because: message, isStale: false };
}

async function unfinished(server: string, id: string): Promise<ListedBackup> {
  const owner = await lockOwner(takeLockPath(server));
  const because = owner
    ? `pid ${owner.pid} is taking it since ${owner.since}`
    : "a run that was killed left it; the next `rowhouse backup take` removes it";
  return { id, directory: join(server, id), state: "UNFINISHED", because, isStale: false };
}

function broken(id: string, directory: string, because: string): ListedBackup {
  return { id, directory, state: "BROKEN", because, isStale: false };
}

/** A backup that was moved, or whose manifest is another's. */
async function refusal({ name, id }: Place, manifest: Manifest): Promise<string | undefined> {
  if (manifest.id !== id) return `its manifest is that of ${manifest.id}`;
  if (!engineNames.some((engine) => engine === manifest.engine)) return `its engine, ${manifest.engine}, is not one that this version knows`;
  const server = `${manifest.engine}-${manifest.server.id}`;
  return name === server ? undefined : `it is of ${server} and lies in ${name}`;
}

/** Of the sizes, which cost nothing to look at. */
async function differentFile(directory: string, manifest: Manifest, look: Look): Promise<string | undefined> {
  for (const { path, bytes } of manifest.files) {
    const stat = await look(join(directory, path));
    if (!stat) return `file ${path} is missing`;
    if (!stat.isFile()) return `${path} is no file`;
    if (Number(stat.size) !== bytes) return `file ${path} has ${stat.size} bytes, and had ${bytes}`;
  }
  return undefined;
}

function contentOf(manifest: Manifest): BackupContent {
  const { kind, engine, server, database, taken, files } = manifest;
  const tables = tablesIn(manifest);
  const databases = databaseNames(manifest);
  return {
    kind,
    engine,
    version: server.version,
    database: database.name,
    ...(databases ? { databases } : {}),
    host: server.host,
    port: server.port,
    at: taken.snapshotAt,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    bytes: sizeOf({ files }),
  };
}

interface Readable extends Pick<ListedBackup, "id" | "directory"> {
  readonly content: BackupContent;
  /** The manifest as it is on the disk. */
  readonly text: string;
  readonly signers: readonly PublicKey[];
}

async function judged(clock: Clock, { text, signers, ...readable }: Readable): Promise<ListedBackup> {
  const drill = await readDrill(readable.directory, signers);
  const recovery = drill?.state === "RECOVERED" ? { recovery: { at: drill.at, recoveryMs: drill.recoveryMs, what: drill.what } } : {};
  const backup = { ...readable, ...recovery };
  const certificate = await readCertificate(backup.directory, signers).catch((thrown: unknown) => {
    if (isProblem(thrown, "RH-BACKUP-005")) return thrown;
    throw thrown;
  });
  if (certificate instanceof Problem) return stranger(backup, certificate);
  if (!certificate) return { ...backup, state: "TAKEN", because: "it was never proved", isStale: false };
  if (certificate.backup !== backup.id || certificate.manifestSha256 !== sha256OfText(text))
    return { ...backup, state: "BROKEN", because: "its manifest is not the one that its certificate is about", isStale: false };
  const { state, at, because, verdict } = certificate;
  const newer = newerUnknown(certificate);
  const restored = verdict.state === "sound" ? verdict.evidence.find(({ subject }) => subject === "restored") : undefined;
  const ageMs = clock.now().getTime() - Date.parse(at);
  return {
    ...backup,
    state,
    provedAt: at,
    isStale: state === "PROVED" && !(ageMs >= 0 && ageMs <= staleAfterMs), // a proof in the future is no proof of today
    ...(because === undefined ? {} : { because }),
    ...sampleIn(certificate),
    ...(restored ? { restoreMs: Math.round(restored.tookMs) } : {}),
    ...(newer ? { newerAttempt: newer } : {}),
  };
}

function sampleIn({ sample, wholeAt }: Certificate): Pick<ListedBackup, "sample"> {
  if (!sample) return {};
  return { sample: { count: sample.count, of: sample.of, ...(wholeAt === undefined ? {} : { wholeAt }) } };
}
