// Whether a backup is, byte for byte, what was written: every file of its manifest and no other, and the manifest the one that
// was signed. Before a proof, and before a restore touches anything.
import { basename } from "node:path";
import { type Finding, type Verdict, verdictOf } from "../../foundation/evidence.ts";
import type { Context } from "../../platform/context.ts";
import { certificateName, drillName, type Manifest, manifestName, pageName, signatureName } from "./manifest.ts";
import { unsignedFindings } from "./open.ts";
import type { PublicKey } from "./sign.ts";
import { storedFiles } from "./store.ts";

/** Written with or after the manifest, and so not in it. */
const own = [manifestName, signatureName, certificateName, pageName, drillName];

export interface Verified {
  readonly directory: string;
  readonly manifest: Manifest;
  /** The manifest as it is on the disk. */
  readonly text: string;
  /** The keys that count. */
  readonly signers: readonly PublicKey[];
}

/**
 * Evidence turns faulty when the manifest is not the one that was signed for this backup, or when a file is missing, is one too many,
 * or has one byte that it had not. Throws RH-BACKUP-005 when it is signed by a key that nobody here vouches for.
 */
export async function verifyBackup(context: Pick<Context, "clock">, { directory, manifest, text, signers }: Verified): Promise<Verdict> {
  const began = context.clock.monotonicMs();
  const unsigned = await unsignedFindings({ directory, id: basename(directory), text, signers });
  if (unsigned.length > 0) return verdictOf([], unsigned);
  const findings = await fileFindings(directory, manifest);
  const seen = `the manifest by its signature, ${manifest.files.length} files by their SHA-256`;
  return verdictOf([{ subject: "verified", seen, tookMs: context.clock.monotonicMs() - began }], findings);
}

/** Which files are not as the manifest has them. */
export async function fileFindings(directory: string, manifest: Manifest): Promise<readonly Finding[]> {
  const there = (await storedFiles(directory)).filter(({ path }) => !own.includes(path));
  const found = manifest.files.flatMap(({ path, bytes, sha256 }) => {
    const file = there.find((one) => one.path === path);
    if (!file) return [faultyFile(path, "is missing")];
    if (file.bytes !== bytes) return [faultyFile(path, `has ${file.bytes} bytes, and had ${bytes}`)];
    return file.sha256 === sha256 ? [] : [faultyFile(path, `has the SHA-256 ${file.sha256}, and had ${sha256}`)];
  });
  const extra = there
    .filter(({ path }) => !manifest.files.some((one) => one.path === path))
    .map(({ path }) => faultyFile(path, "is not of this backup"));
  return [...found, ...extra];
}

function faultyFile(path: string, seen: string): Finding {
  return { subject: `file ${path}`, seen, mend: "Take another backup, and find out what changed this one." };
}
