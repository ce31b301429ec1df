// A backup is called proved only after this: every file is the one that was written, the whole of it goes into a throw-away
// server of the same engine and major version without an error, the copy is equal to what the manifest says of the original,
// and a first write meets keys that bite. What could not be tried is unknown, never proved. The answer is kept beside the manifest.
import { freemem } from "node:os";
import type { ConnectionOptions, Session } from "../../drivers/driver.ts";
import type { Survey, TableName, Tool } from "../../engines/backup.ts";
import type { Engine, Installation } from "../../engines/engine.ts";
import { type Verdict, verdictOf } from "../../foundation/evidence.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { dayMs, formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { clearLeftovers } from "../../platform/files.ts";
import { wasKilled } from "../../platform/processes.ts";
import { embeddedRoot } from "../stack/install.ts";
import { compareCopy } from "./compare.ts";
import { type Attempt, keepAttempt, lastSample, readCertificate } from "./certificate.ts";
import { type Keyring, ownKeyring } from "./keys.ts";
import { type Catalogue, type Manifest, readManifest, surveyOf } from "./manifest.ts";
import { openPlain, type PlainBackup } from "./open.ts";
import { type ChosenSample, nextSample } from "./sample.ts";
import { refuseLackOfSpace } from "./store.ts";
import { clearAbandoned, newProofDirectory, proofsRoot, startThrowaway, type Throwaway } from "./throwaway.ts";
import { type Verified, verifyBackup } from "./verify.ts";

export interface ProveOptions {
  readonly engine: Engine;
  /** Of the backup. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
  /** Other keys than this machine's. */
  readonly keyring?: Keyring;
  /** Compare the rows of so many of a hundred tables only, others than last time. */
  readonly samplePercent?: number | undefined;
  /** Called with the administrator's login to the copy before it is compared, for whoever wants to look at it, or to break it. */
  readonly onRestored?: (login: ConnectionOptions) => Promise<void>;
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
  if (samplePercent === undefined || manifest.kind === "schema") return undefined;
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
  what: Pick<Proving, "manifest" | "survey"> & Means & Pick<Keyring, "identities">,
): Promise<Verdict> {
  await clearAbandoned(context);
  options.onProgress("opening the files");
  const opened = await opening(() => openPlain({ ...options, ...what }));
  if ("state" in opened) return opened;
  await using plain = opened;
  await using server = await startThrowaway(context, { ...options, ...what, directory: await newProofDirectory() });
  const obstacle = await obstacleIn(options.engine, server, what.survey);
  if (obstacle) return { state: "unknown", because: obstacle };
  const { directory, catalogue } = plain;
  const verdict = await restoreAndCompare({ context, options: { ...options, directory }, catalogue, server, ...what });
  if (verdict.state === "faulty") await refuseLackOfSpace(proofsRoot, { bytes: spareBytes, what: "the rest of the copy" }); // a server says it in many ways
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

type Means = { readonly installation: Installation; readonly tools: readonly Tool[] };

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
    return { installation, tools: await engine.backup.tools(context, manifest.server.version) };
  } catch (thrown) {
    if (isProblem(thrown, "RH-FILE-002", "RH-TOOL-001")) return { because: thrown.message };
    throw thrown;
  }
}

async function obstacleIn(engine: Engine, server: Throwaway, survey: Survey): Promise<string | undefined> {
  await using session = await engine.driver.connect(engine.server.administrator(server.place));
  return await engine.backup.obstacle(session, survey);
}

interface Proving extends Pick<Means, "tools"> {
  readonly context: Context;
  readonly options: Trying;
  readonly manifest: Manifest;
  readonly catalogue: Catalogue;
  readonly survey: Survey;
  readonly server: Throwaway;
}

async function restoreAndCompare(proof: Proving): Promise<Verdict> {
  const { options, manifest, server } = proof;
  const login = options.engine.server.administrator(server.place, manifest.database.name);
  const restored = await restoreInto(proof);
  if (restored.state !== "sound") return restored;
  await options.onRestored?.(login);
  await using session = await options.engine.driver.connect({ ...login, statementTimeoutMs: dayMs });
  const compared = await compareCopy(
    proof.context,
    { ...proof, engine: options.engine, sampled: options.sampled, onProgress: options.onProgress },
    session,
  );
  if (compared.state !== "sound") return compared;
  const wrote = await write(proof, session);
  return wrote.state === "sound" ? { state: "sound", evidence: [restored, compared, wrote].flatMap(({ evidence }) => evidence) } : wrote;
}

/** Evidence turns faulty when the engine's own tools meet any error; that one of them was killed or its disk is full is unknown. */
async function restoreInto(proof: Proving): Promise<Verdict> {
  const { context, options, manifest, tools, survey, server } = proof;
  const began = context.clock.monotonicMs();
  options.onProgress("restoring");
  const { directory, signal, onProgress } = options;
  const { place, secretsDirectory } = server;
  try {
    await options.engine.backup.restore(context, {
      kind: manifest.kind,
      survey,
      tools,
      place,
      directory,
      secretsDirectory,
      tables: manifest.tables,
      signal,
      onProgress,
    });
  } catch (thrown) {
    if (!(thrown instanceof Problem) || /^RH-(USE-002|BUG-001|FILE-|CONN-|SRV-002)/.test(thrown.code)) throw thrown;
    if (wasKilled(thrown) || (await server.isGone())) throw thrown;
    const mend = "Mend what it names in the database, then take another backup.";
    return verdictOf([], [{ subject: "restore", seen: thrown.message, mend }]);
  }
  const seen = `into a throw-away ${options.engine.title} ${place.installation.version}, removed afterwards`;
  return verdictOf([{ subject: "restored", seen, tookMs: context.clock.monotonicMs() - began }], []);
}

/** Evidence turns faulty when a key takes a row twice or a counter gives a number that is taken. */
async function write(proof: Proving, session: Session): Promise<Verdict> {
  const { context, options, manifest } = proof;
  const began = context.clock.monotonicMs();
  options.onProgress("writing into the copy");
  const { tried, findings } = await options.engine.backup.tryWrites(session, { tables: manifest.tables, counters: [], objects: [] });
  const seen = `${tried} first writes: keys refuse doubles, counters give what is free`;
  const mend = "Mend it in the database that the backup is of, then take another.";
  const evidence = { subject: "wrote", seen, tookMs: context.clock.monotonicMs() - began };
  return verdictOf(
    findings.length === 0 ? [evidence] : [],
    findings.map((found) => ({ ...found, mend })),
  );
}
