// A backup's way into the store: written under a name that nobody takes for a backup, encrypted where a key is in use, and renamed when
// it is whole and its manifest signed. Whatever ends a run, nothing of it is left but that.
import { join } from "node:path";
import type { Evidence } from "../../foundation/evidence.ts";
import { perform, type Plan, type Step, type StepText } from "../../foundation/plan.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, exists, moveIntoPlace, remove, writeFileAtomic } from "../../platform/files.ts";
import { syncTree } from "../../platform/trees.ts";
import { ensureSigningKey, ownKeyring, recipientInUse } from "./keys.ts";
import { type Manifest, manifestName, signatureName } from "./manifest.ts";
import { manifestPurpose } from "./open.ts";
import { sealTree } from "./seal.ts";
import { signText } from "./sign.ts";
import { openStore, partialEnd, refuseLackOfSpace } from "./store.ts";
import { clearAbandoned, newProofDirectory, proofsRoot } from "./throwaway.ts";

export interface Placing {
  readonly context: Context;
  readonly id: string;
  readonly store: string;
  /** Of this server in the store. */
  readonly server: string;
  /** Whom the files are encrypted to, and where they lie until they are; undefined: as they are. */
  readonly sealing: { readonly recipient: string; readonly plain: string } | undefined;
  manifest?: Manifest;
}

/** What a dump of these tables may need, at most. */
export function dumpBytes(tableBytes: number): number {
  return Math.round(tableBytes * 1.2) + 1_000_000;
}

/** The store's disk never sees what is not encrypted: it is written where this machine keeps its own data. */
export async function sealingOf(context: Context, tableBytes: number): Promise<Placing["sealing"]> {
  await ownKeyring(context); // refuses keys that others can read, before anything is dumped
  const recipient = await recipientInUse(context);
  if (recipient === undefined) return undefined;
  await refuseLackOfSpace(proofsRoot, { bytes: dumpBytes(tableBytes), what: "the dump before it is encrypted" });
  return { recipient, plain: await newProofDirectory() };
}

export function partialOf({ server, id }: Placing): string {
  return join(server, `${id}${partialEnd}`);
}

export function placeOf({ server, id }: Placing): string {
  return join(server, id);
}

/** Where the files are written first. */
export function workOf(placing: Placing): string {
  return placing.sealing?.plain ?? partialOf(placing);
}

/** Performs a plan that ends in `manifestStep` and a proof, while it holds the store. */
export async function performTake(
  placing: Placing,
  plan: Plan,
  how: { readonly signal: AbortSignal; readonly onStep: (step: StepText) => void },
): Promise<readonly Evidence[]> {
  await using _lock = await openStore({ store: placing.store, server: placing.server, clock: placing.context.clock });
  try {
    if (placing.sealing) await clearAbandoned(placing.context); // a run that was killed may have left its dump as it was
    return await perform(plan, how);
  } finally {
    await remove(partialOf(placing)); // whatever ended it
    if (placing.sealing) await remove(placing.sealing.plain);
  }
}

/** Moves what was written into the store, encrypted; nothing to do where it is written there as it is. */
export async function seal(placing: Placing, signal: AbortSignal): Promise<void> {
  if (!placing.sealing) return;
  const { recipient, plain } = placing.sealing;
  await ensureDirectory(partialOf(placing));
  await sealTree({ from: plain, to: partialOf(placing), recipient, signal });
  await remove(plain);
}

export function manifestStep(placing: Placing): Step {
  return {
    title: "write the manifest",
    why: "every file with its SHA-256, signed; the backup gets its name when all of it is on the disk",
    writes: [join(placeOf(placing), manifestName)],
    act: async () => {
      const partial = partialOf(placing);
      const text = `${JSON.stringify(placing.manifest, null, 2)}\n`;
      await writeFileAtomic(join(partial, manifestName), text);
      await writeFileAtomic(join(partial, signatureName), signText(await ensureSigningKey(placing.context), text, manifestPurpose(placing.id)));
      await syncTree(partial);
      await moveIntoPlace({ from: partial, to: placeOf(placing) }).catch(async (thrown: unknown) => {
        if (!(await exists(partial))) await remove(placeOf(placing)); // renamed, and nobody knows whether the disk has it
        throw thrown;
      });
      return [];
    },
  };
}
