// Keys of a test's own, and what somebody does to a stored backup behind its back.
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Context } from "../../../src/platform/context.ts";
import { ensureIdentity, ensureSigningKey } from "../../../src/operations/backup/keys.ts";
import type { Manifest } from "../../../src/operations/backup/manifest.ts";
import { manifestPurpose } from "../../../src/operations/backup/open.ts";
import { signText } from "../../../src/operations/backup/sign.ts";
import { testContext } from "../servers.ts";

/** A machine with keys of its own; encryption is on when `isSealed`. */
export async function machineWithKeys({ isSealed }: { readonly isSealed: boolean }): Promise<Context & { readonly keys: string }> {
  const keys = mkdtempSync("/tmp/rowhouse-test-keys-");
  const context = { ...testContext, environment: { ...process.env, ROWHOUSE_KEYS: keys }, keys };
  await ensureSigningKey(context);
  if (isSealed) await ensureIdentity(context);
  return context;
}

export function readManifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, "manifest.json"), "utf8")) as Manifest;
}

/** The manifest again with the hashes of the files as they are now; signed again when `by` is given. */
export async function rewriteManifest(directory: string, edit: (manifest: Manifest) => Manifest, by?: Context): Promise<void> {
  const edited = edit(readManifestOf(directory));
  const files = edited.files.map(({ path }) => {
    const bytes = readFileSync(join(directory, path));
    return { path, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  });
  const text = `${JSON.stringify({ ...edited, files }, null, 2)}\n`;
  writeFileSync(join(directory, "manifest.json"), text);
  if (!by) return;
  writeFileSync(join(directory, "manifest.json.minisig"), signText(await ensureSigningKey(by), text, manifestPurpose(edited.id)));
}

export function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .toSorted();
}
