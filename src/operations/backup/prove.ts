// A backup is called proved only after this: every file is the one that was written, the whole of it goes into a throw-away
// server of the same engine and major version without an error, the copy is equal to what the manifest says of the original,
// and a first write meets keys that bite. What could not be tried is unknown, never proved. The answer is kept beside the manifest.
import { freemem } from "node:os";
import type { Survey, TableName, Tool } from "../../engines/backup.ts";
import type { Engine, Installation } from "../../engines/engine.ts";
import { type Verdict, verdictOf } from "../../foundation/evidence.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { clearLeftovers } from "../../platform/files.ts";
import { embeddedRoot } from "../stack/install.ts";
import { type Attempt, keepAttempt, lastSample, readCertificate } from "./certificate.ts";
import { type Keyring, ownKeyring } from "./keys.ts";
import { databasesIn, isBase, isOfDatabase, type Manifest, readManifest, surveyOf } from "./manifest.ts";
import { openPlain, type PlainBackup } from "./open.ts";
import { proveBase } from "./prove-base.ts";
import { type ChosenSample, nextSample } from "./sample.ts";
import { refuseLackOfSpace } from "./store.ts";
import { clearAbandoned, newProofDirectory, proofsRoot, startThrowaway, type Throwaway } from "./throwaway.ts";
import { tryAll } from "./trial-all.ts";
import { type TrialOptions, tryCopy } from "./trial.ts";
import { type Verified, verifyBackup } from "./verify.ts";

export interface ProveOptions extends Omit<TrialOptions, "sampled"> {
  /** Of the backup. */
  readonly directory: string;
  /** Other keys than this machine's. */
  readonly keyring?: Keyring;
  /** Compare the rows of so many of a hundred tables only, others than last time. */
  readonly samplePercent?: number | undefined;
}

export type Proof = Attempt & { readonly verdict: Verdict };

const neededMemoryBytes = 400_000_000;
/** More than this was left over when the proof began; with less, what went wrong may be the disk's. */
const spareBytes = 64_000_000;

/** Proves, keeps what came of it and returns that. Throws RH-BACKUP-003 for what is no backup, RH-USE-002 when interrupted. */
export async function proveBackup(context: Context, options: ProveOptions): Promise<Proof> {
  const began = context.clock.monotonicMs();
  await clearLeftovers(options.directory); // a proof that was killed while it wrote its certificate says nothing of the backup
  const { manifest, text } = await readManifest(options.directory);
  const keyring = options.keyring ?? (await ownKeyring(context));
  const chosen = await sampleOf(options, manifest, keyring);
  const verdict = await verdictOn(context, { ...options, sampled: chosen?.tables }, { manifest, text, keyring });
  const tookMs = Math.round(context.clock.monotonicMs() - began);
  return keepAttempt(context, options.directory, { manifest, manifestText: text, verdict, tookMs, chosen });
}

/** The next one after what the certificate tells; none of a backup that holds no rows. */
async function sampleOf({ directory, samplePercent }: ProveOptions, manifest: Manifest, { signers }: Keyring): Promise<ChosenSample | undefined> {
  if (samplePercent === undefined || manifest.kind === "schema" || !isOfDatabase(manifest)) return undefined;
  const certificate = await readCertificate(directory, signers).catch(() => undefined); // whether it counts is asked when it is written
  return nextSample(
    manifest.tables.map(({ name }) => name),
    samplePercent,
    certificate && lastSample(certificate),
  );
}

interface Trying extends ProveOptions {
  readonly sampled: readonly TableName[] | undefined;
}

async function verdictOn(
  context: Context,
  options: Trying,
  { manifest, text, keyring }: Pick<Verified, "manifest" | "text"> & { readonly keyring: Keyring },
): Promise<Verdict> {
  options.onProgress("verifying the files");
  const verified = await verifyBackup(context, { directory: options.directory, manifest, text, signers: keyring.signers });
  if (verified.state !== "sound") return verified;
  const means = await findMeans(context, options.engine, manifest);
  if ("because" in means) return { state: "unknown", because: means.because };
  try {
    const rest = await onThrowaway(context, options, { manifest, identities: keyring.identities, survey: surveyOf(manifest), ...means });
    return rest.state === "sound" ? { state: "sound", evidence: [...verified.evidence, ...rest.evidence] } : rest;
  } catch (thrown) {
    if (!(thrown instanceof Problem) || /^RH-(USE-002|BUG-001|BACKUP-)/.test(thrown.code)) throw thrown;
    return { state: "unknown", because: thrown.message }; // what kept us from trying says nothing of the backup
  }
}

async function onThrowaway(
  context: Context,
  options: Trying,
  what: Means & Pick<Keyring, "identities"> & { readonly manifest: Manifest; readonly survey: Survey },
): Promise<Verdict> {
  await clearAbandoned(context);
  options.onProgress("opening the files");
  const opened = await opening(() => openPlain({ ...options, ...what }));
  if ("state" in opened) return opened;
  await using plain = opened;
  if (isBase(what.manifest)) return await unlessFull(await proveBase(context, options, { ...plain, ...what, manifest: what.manifest }));
  await using server = await startThrowaway(context, { ...options, ...what, directory: await newProofDirectory() });
  const { directory, catalogue } = plain;
  for (const { survey } of databasesIn(what.manifest, directory)) {
    const obstacle = await obstacleIn(options.engine, server, survey);
    if (obstacle) return { state: "unknown", because: obstacle };
  }
  const trial = { context, options: { ...options, directory }, catalogue, server, survey: what.survey, tools: what.tools };
  const verdict = isOfDatabase(what.manifest)
    ? await tryCopy({ ...trial, manifest: what.manifest })
    : await tryAll({ ...trial, manifest: what.manifest });
  return await unlessFull(verdict);
}

/** A server says in many ways that its disk is full. Throws RH-FILE-002. */
async function unlessFull(verdict: Verdict): Promise<Verdict> {
  if (verdict.state === "faulty") await refuseLackOfSpace(proofsRoot, { bytes: spareBytes, what: "the rest of the copy" });
  return verdict;
}

/** Evidence turns faulty when a file does not open although it is the one that was written. */
async function opening(open: () => Promise<PlainBackup>): Promise<PlainBackup | Verdict> {
  try {
    return await open();
  } catch (thrown) {
    if (!isProblem(thrown, "RH-BACKUP-003")) throw thrown;
    return verdictOf([], [{ subject: "encryption", seen: thrown.message, mend: "Use another backup, and find out what changed this one." }]);
  }
}

/** Client programs that get a server, or a database, from a backup of that kind. */
export function toolsToOpen({ backup }: Engine, kind: Manifest["kind"]): Engine["backup"]["tools"] {
  return kind === "base" ? backup.base.tools : backup.tools;
}

export type Means = { readonly installation: Installation; readonly tools: readonly Tool[] };

async function findMeans(context: Context, engine: Engine, manifest: Manifest): Promise<Means | { readonly because: string }> {
  const major = engine.server.majorOf(manifest.server.version);
  const installations = await engine.server.installations(context, { embeddedRoot: embeddedRoot(context) });
  const installation = installations.find((one) => one.major === major);
  if (!installation) return { because: `there is no ${engine.title} ${major} server program on this machine` };
  const free = freemem();
  if (free < neededMemoryBytes)
    return { because: `${formatBytes(free)} of memory are free, a throw-away server needs ${formatBytes(neededMemoryBytes)}` };
  const bytes = Math.round(manifest.database.bytes * 1.5) + 300_000_000;
  try {
    await refuseLackOfSpace(proofsRoot, { bytes, what: "the copy" });
    return { installation, tools: await toolsToOpen(engine, manifest.kind)(context, manifest.server.version) };
  } catch (thrown) {
    if (isProblem(thrown, "RH-FILE-002", "RH-TOOL-001")) return { because: thrown.message };
    throw thrown;
  }
}

async function obstacleIn(engine: Engine, server: Throwaway, survey: Survey): Promise<string | undefined> {
  await using session = await engine.driver.connect(engine.server.administrator(server.place));
  return await engine.backup.obstacle(session, survey);
}
