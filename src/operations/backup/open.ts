// The one door to a stored backup: the manifest's signature, each file by its hash, and the dump as the engine's own tools read it.
// What is encrypted is decrypted into a private directory that is gone afterwards; nobody restores from anything else.
import { join } from "node:path";
import type { Finding } from "../../foundation/evidence.ts";
import { ensureDirectory, readIfThere, remove } from "../../platform/files.ts";
import { sizeOf } from "./describe.ts";
import type { Keyring } from "./keys.ts";
import { type Catalogue, type Manifest, manifestName, readCatalogue, signatureName } from "./manifest.ts";
import { plainPath, unsealFile } from "./seal.ts";
import { type PublicKey, type Signed, unknownSigner, verifyText } from "./sign.ts";
import { refuseLackOfSpace } from "./store.ts";
import { makePrivateDirectory, proofsRoot } from "./throwaway.ts";

/** What a signature says that the text is, so that a backup's manifest counts for no other backup. */
export function manifestPurpose(id: string): string {
  return `backup manifest ${id}`;
}

interface StoredManifest {
  readonly directory: string;
  /** The name of its directory. */
  readonly id: string;
  /** As it is on the disk. */
  readonly text: string;
  readonly signers: readonly PublicKey[];
}

export async function manifestSignature({ directory, id, text, signers }: StoredManifest): Promise<Signed> {
  const signature = await readIfThere(join(directory, signatureName));
  if (signature === undefined) return { state: "bad", because: "it is missing" };
  return verifyText({ text, signature, what: manifestPurpose(id), keys: signers });
}

/** What is wrong with the signature. Throws RH-BACKUP-005 when it is by a key that nobody here vouches for. */
export async function unsignedFindings(stored: StoredManifest): Promise<readonly Finding[]> {
  const signed = await manifestSignature(stored);
  if (signed.state === "unknown") throw unknownSigner(`${stored.directory} (${signatureName})`, signed.keyId);
  if (signed.state === "good") return [];
  const seen = `${signed.because}: ${manifestName} is not known to be what was written`;
  return [{ subject: `file ${signatureName}`, seen, mend: "Use another backup, and find out what changed this one." }];
}

export interface PlainBackup extends AsyncDisposable {
  /** Where `dump/` lies as the engine's own tools read it. */
  readonly directory: string;
  readonly catalogue: Catalogue;
}

/**
 * The files as they were before they were encrypted. Throws RH-BACKUP-004 when no key opens them, RH-BACKUP-003 naming the file that
 * is not what was encrypted.
 */
export async function openPlain(options: {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly identities: Keyring["identities"];
  readonly signal: AbortSignal;
}): Promise<PlainBackup> {
  const { directory, manifest, identities, signal } = options;
  if (!manifest.encryption) return { directory, catalogue: await readCatalogue(directory), [Symbol.asyncDispose]: async () => undefined };
  const bytes = sizeOf(manifest);
  await refuseLackOfSpace(proofsRoot, { bytes, what: "the decrypted files" });
  const plain = await makePrivateDirectory();
  try {
    for (const path of manifest.emptyDirectories ?? []) await ensureDirectory(join(plain, path));
    for (const { path } of manifest.files) await unsealFile({ from: join(directory, path), to: join(plain, plainPath(path)), identities, signal });
    return { directory: plain, catalogue: await readCatalogue(plain), [Symbol.asyncDispose]: () => remove(plain) };
  } catch (thrown) {
    await remove(plain);
    throw thrown;
  }
}
