// What came of proving a backup, kept beside its manifest: certificate.json, and the same as a page for people. The newest attempt
// that found out is what the certificate says; one that could not find out never hides it. All others are kept in it.
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Verdict } from "../../foundation/evidence.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { readIfThere, writeFileAtomic } from "../../platform/files.ts";
import { currentUser } from "../../platform/users.ts";
import { certificatePage } from "./certificate-page.ts";
import { ensureSigningKey, ownKeyring } from "./keys.ts";
import { certificateName, type Manifest, pageName } from "./manifest.ts";
import { type ChosenSample, type Sample, SampleSchema } from "./sample.ts";
import { type PublicKey, signedJson, unknownSigner, verifyJson } from "./sign.ts";

/** TAKEN: nobody knows yet, or could not find out. */
const StateSchema = Type.Union([Type.Literal("TAKEN"), Type.Literal("PROVED"), Type.Literal("FAILED")]);
export type BackupState = Static<typeof StateSchema>;

const AttemptSchema = Type.Object({
  state: StateSchema,
  at: Type.String(),
  by: Type.String(),
  tookMs: Type.Number({ minimum: 0 }),
  /** Why it is not known, or the first thing that was wrong. */
  because: Type.Optional(Type.String()),
  /** Whose rows were compared, where not those of all tables. */
  sample: Type.Optional(SampleSchema),
});
export type Attempt = Static<typeof AttemptSchema>;

const EvidenceSchema = Type.Object({ subject: Type.String(), seen: Type.String(), tookMs: Type.Number() });
const FindingSchema = Type.Object({ subject: Type.String(), seen: Type.String(), mend: Type.String() });
const VerdictSchema = Type.Union([
  Type.Object({ state: Type.Literal("sound"), evidence: Type.Array(EvidenceSchema) }),
  Type.Object({ state: Type.Literal("faulty"), findings: Type.Array(FindingSchema), evidence: Type.Array(EvidenceSchema) }),
  Type.Object({ state: Type.Literal("unknown"), because: Type.String() }),
]);

const CertificateSchema = Type.Composite([
  Type.Object({
    format: Type.Literal(1),
    backup: Type.String(),
    /** Of manifest.json, byte for byte. */
    manifestSha256: Type.String(),
  }),
  AttemptSchema,
  Type.Object({
    verdict: VerdictSchema,
    /** Of a sample: the tables whose rows were compared, and when all of them were. */
    sampled: Type.Optional(Type.Array(Type.String())),
    wholeAt: Type.Optional(Type.String()),
    attempts: Type.Array(AttemptSchema),
  }),
]);
export type Certificate = Static<typeof CertificateSchema>;

const states: Readonly<Record<Verdict["state"], BackupState>> = { sound: "PROVED", faulty: "FAILED", unknown: "TAKEN" };
const keptAttempts = 200;

export function sha256OfText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Undefined when the backup was never proved. Throws RH-BACKUP-003 when its certificate cannot be read or is not what was signed,
 * RH-BACKUP-005 when it is signed by a key that nobody here vouches for.
 */
export async function readCertificate(directory: string, signers: readonly PublicKey[]): Promise<Certificate | undefined> {
  const path = join(directory, certificateName);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const value = parsed(text);
  const hint = "It was written by another version, or changed since: put it aside and prove the backup again.";
  if (!Value.Check(CertificateSchema, value)) throw new Problem("RH-BACKUP-003", `${path} is no certificate of format 1`, { hint });
  const signed = verifyJson(value, purposeOf(basename(directory)), signers);
  if (signed.state === "bad") throw new Problem("RH-BACKUP-003", `${path}: its signature: ${signed.because}`, { hint });
  if (signed.state === "unknown") throw unknownSigner(path, signed.keyId);
  const { signature: _signature, ...certificate } = value as Certificate & { readonly signature: string };
  return certificate;
}

/** What a certificate is signed as, so that it counts for no other backup. */
function purposeOf(id: string): string {
  return `backup certificate ${id}`;
}

/** One that somebody else signed does not count here, and stays in the way of nothing. */
async function earlierCertificate(directory: string, signers: readonly PublicKey[]): Promise<Certificate | undefined> {
  return readCertificate(directory, signers).catch((thrown: unknown) => {
    if (isProblem(thrown, "RH-BACKUP-005")) return undefined;
    throw thrown;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Outcome {
  readonly manifest: Manifest;
  readonly manifestText: string;
  readonly verdict: Verdict;
  readonly tookMs: number;
  /** Of a proof by sample. */
  readonly chosen?: ChosenSample | undefined;
}

/**
 * Writes the certificate that follows from this outcome and the earlier ones, and returns the attempt alone. A sample confirms what was
 * proved whole before, and refutes; by itself it proves nothing.
 */
export async function keepAttempt(
  context: Pick<Context, "clock" | "environment">,
  directory: string,
  { manifest, manifestText, verdict, tookMs, chosen }: Outcome,
): Promise<Attempt & { readonly verdict: Verdict }> {
  const { clock } = context;
  const key = await ensureSigningKey(context);
  const earlier = await earlierCertificate(directory, (await ownKeyring(context)).signers);
  const sample = verdict.state === "unknown" ? undefined : chosen?.sample;
  const attempt = {
    at: clock.now().toISOString(),
    by: `${currentUser().name}@${hostname()}`,
    tookMs,
    ...judgedBy(verdict, { sample, wholeAt: wholeAtOf(earlier) }),
    ...(sample ? { sample } : {}),
  };
  const hides = attempt.state === "TAKEN" && earlier !== undefined && earlier.state !== "TAKEN";
  const told = hides ? earlier : { ...attempt, verdict, ...(sample && chosen ? sampledPart(chosen, wholeAtOf(earlier)) : {}) };
  const attempts = [...(earlier?.attempts ?? []), ...(hides ? [attempt] : earlier ? [attemptOf(earlier)] : [])].slice(-keptAttempts);
  const id = basename(directory);
  const manifestSha256 = earlier?.manifestSha256 ?? sha256OfText(manifestText); // what was proved first is what counts
  const certificate = { ...told, format: 1, backup: id, manifestSha256, attempts } as Certificate;
  await writeFileAtomic(join(directory, certificateName), signedJson(key, certificate, purposeOf(id)));
  await writeFileAtomic(join(directory, pageName), certificatePage(manifest, certificate));
  return { ...attempt, verdict };
}

function judgedBy(
  verdict: Verdict,
  { sample, wholeAt }: { readonly sample: Sample | undefined; readonly wholeAt: string | undefined },
): Pick<Attempt, "state" | "because"> {
  const state = states[verdict.state];
  if (verdict.state === "unknown") return { state, because: verdict.because };
  if (verdict.state === "sound" && sample && wholeAt === undefined)
    return { state: "TAKEN", because: `${sample.count} of ${sample.of} tables are equal, a sample; the rows of all of them were never compared` };
  const first = verdict.state === "faulty" ? verdict.findings[0] : undefined;
  return first ? { state, because: `${first.subject} ${first.seen}` } : { state };
}

/** When all tables were compared and equal, and nothing was found since. */
export function wholeAtOf(certificate: Certificate | undefined): string | undefined {
  if (certificate?.state !== "PROVED") return undefined;
  return certificate.sample ? certificate.wholeAt : certificate.at;
}

function sampledPart({ tables }: ChosenSample, wholeAt: string | undefined): Pick<Certificate, "sampled" | "wholeAt"> {
  return { sampled: tables.map((name) => name.join(".")), ...(wholeAt === undefined ? {} : { wholeAt }) };
}

/** The sample of the newest attempt that had one. */
export function lastSample(certificate: Certificate): Sample | undefined {
  const attempts = [...certificate.attempts, certificate].toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return attempts.findLast(({ sample }) => sample !== undefined)?.sample;
}

function attemptOf({ state, at, by, tookMs, because, sample }: Certificate): Attempt {
  return { state, at, by, tookMs, ...(because === undefined ? {} : { because }), ...(sample === undefined ? {} : { sample }) };
}

/** An attempt after the certificate's own that could not find out. */
export function newerUnknown({ at, attempts }: Certificate): Attempt | undefined {
  const last = attempts.at(-1);
  return last?.state === "TAKEN" && last.at > at ? last : undefined;
}
