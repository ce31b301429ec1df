// Whether a backup is, byte for byte, what was written: every file of its manifest and no other, and the manifest the one that
// was proved. Before a proof, and before a restore touches anything.
import { type Finding, type Verdict, verdictOf } from "../../foundation/evidence.ts";
import type { Context } from "../../platform/context.ts";
import { readCertificate, sha256OfText } from "./certificate.ts";
import { certificateName, type Manifest, manifestName, pageName } from "./manifest.ts";
import { storedFiles } from "./store.ts";

/** Written after the manifest, and so not in it. */
const own = [manifestName, certificateName, pageName];

export interface Verified {
  readonly directory: string;
  readonly manifest: Manifest;
  /** The manifest as it is on the disk. */
  readonly text: string;
}

/** Evidence turns faulty when a file is missing, is one too many, or has one byte that it had not. */
export async function verifyFiles(context: Pick<Context, "clock">, { directory, manifest, text }: Verified): Promise<Verdict> {
  const began = context.clock.monotonicMs();
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
  const seen = `${there.length} files by their SHA-256`;
  const findings = [...(await changedManifest(directory, text)), ...found, ...extra];
  return verdictOf([{ subject: "verified", seen, tookMs: context.clock.monotonicMs() - began }], findings);
}

async function changedManifest(directory: string, text: string): Promise<readonly Finding[]> {
  const certificate = await readCertificate(directory);
  const sha256 = sha256OfText(text);
  if (!certificate || certificate.manifestSha256 === sha256) return [];
  return [faultyFile(manifestName, `has the SHA-256 ${sha256}, and had ${certificate.manifestSha256} when it was proved`)];
}

function faultyFile(path: string, seen: string): Finding {
  return { subject: `file ${path}`, seen, mend: "Take another backup, and find out what changed this one." };
}
