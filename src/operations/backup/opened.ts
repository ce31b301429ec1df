// The door to a stored backup for whoever restores it: nothing behind it is used before every byte is known to be what was written.
import type { Evidence } from "../../foundation/evidence.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import type { ListedBackup } from "./list.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { type Keyring, ownKeyring } from "./keys.ts";
import { openPlain, type PlainBackup } from "./open.ts";
import { verifyBackup } from "./verify.ts";

export interface OpenedBackup extends PlainBackup {
  readonly manifest: Manifest;
  readonly evidence: readonly Evidence[];
}

/** By this machine's keys, or by those of a keyring. Throws RH-BACKUP-011 naming the file that changed, RH-BACKUP-003 for what cannot be read, RH-BACKUP-004 and RH-BACKUP-005 about keys. */
export async function openBackup(
  context: Context,
  { id, directory }: Pick<ListedBackup, "id" | "directory">,
  { signal, keyring }: { readonly signal: AbortSignal; readonly keyring?: Keyring },
): Promise<OpenedBackup> {
  const { manifest, text } = await readManifest(directory);
  const { signers, identities } = keyring ?? (await ownKeyring(context));
  const verdict = await verifyBackup(context, { directory, manifest, text, signers });
  if (verdict.state === "unknown") throw new Problem("RH-BACKUP-011", `${id} could not be verified: ${verdict.because}`);
  if (verdict.state === "faulty") {
    const said = verdict.findings.map(({ subject, seen }) => `${subject} ${seen}`);
    throw new Problem(
      "RH-BACKUP-011",
      `${id} is not what was written: ${said.slice(0, 3).join("; ")}${said.length > 3 ? ` and ${said.length - 3} more` : ""}`,
      {
        hint: "The server was not touched. Use another backup, and find out what changed this one.",
      },
    );
  }
  const plain = await openPlain({ directory, manifest, identities, signal });
  return { ...plain, manifest, evidence: verdict.evidence };
}
