// Old backups proved again: one after the other, each with a certificate of its own. What has no manifest cannot be proved and is
// told as that.
import { engineNamed } from "../../engines/engines.ts";
import type { Plan, Step } from "../../foundation/plan.ts";
import { isProblem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { takeLock } from "../../platform/locks.ts";
import type { ListedBackup } from "./list.ts";
import { databasesIn, readManifest } from "./manifest.ts";
import type { Mirror } from "./mirror.ts";
import { proofSteps } from "./proof-steps.ts";
import type { Proof } from "./prove.ts";
import { proofLockPath } from "./store.ts";

export interface ProvedAgain {
  readonly backup: ListedBackup;
  /** Undefined for what cannot be read at all. */
  readonly proof: Proof | undefined;
}

export interface ProveAgainOptions {
  readonly backups: readonly ListedBackup[];
  /** Compare the rows of so many of a hundred tables; those of all unless given. */
  readonly samplePercent?: ((backup: ListedBackup) => number | undefined) | undefined;
  /** The store is on another machine: files are fetched for a proof, and what came of it is sent back. */
  readonly mirror?: Mirror | undefined;
  readonly onProgress: (text: string) => void;
  /** Called after each. */
  readonly onProved: (proved: ProvedAgain) => void;
}

/** A plan with a proof of each backup. */
export async function planProofs(context: Context, options: ProveAgainOptions): Promise<Plan> {
  const steps: Step[] = [];
  for (const backup of options.backups) steps.push(...(await stepsFor(context, backup, options)));
  const isFirst = (step: Step, index: number) => steps.findIndex(({ title }) => title === step.title) === index; // the system user is made once
  return { title: `prove ${options.backups.length === 1 ? "a backup" : `${options.backups.length} backups`} again`, steps: steps.filter(isFirst) };
}

async function stepsFor(context: Context, backup: ListedBackup, options: ProveAgainOptions): Promise<readonly Step[]> {
  const { directory, id } = backup;
  const { onProgress, onProved, samplePercent } = options;
  try {
    const { manifest } = await readManifest(directory);
    const engine = engineNamed(manifest.engine);
    const steps = await proofSteps(context, {
      title: `prove ${id}`,
      engine,
      databases: databasesIn(manifest, directory),
      kind: manifest.kind === "all" ? "database" : manifest.kind,
      directory,
      samplePercent: samplePercent?.(backup),
      onProgress: (text) => onProgress(`${id}: ${text}`),
      onProved: (proof) => onProved({ backup, proof }),
    });
    return steps.map((step) =>
      step.title === `prove ${id}` ? alone(context, backup, options.mirror ? fetched(options.mirror, backup, step) : step) : step,
    );
  } catch (thrown) {
    if (!isProblem(thrown, "RH-BACKUP-003")) throw thrown;
    const act = async () => {
      onProved({ backup, proof: undefined });
      return [];
    };
    return [{ title: `prove ${id}`, why: `not possible: ${thrown.message}`, act }];
  }
}

function fetched(mirror: Mirror, backup: ListedBackup, step: Step): Step {
  return {
    ...step,
    act: async (signal, tell) => {
      await mirror.bring(backup, signal);
      const evidence = await step.act(signal, tell);
      await mirror.sendBack(backup, signal);
      await mirror.letGo(backup);
      return evidence;
    },
  };
}

/** Two proofs of one backup at a time would write one certificate each, and one would be lost. */
function alone({ clock }: Context, { directory, id }: ListedBackup, step: Step): Step {
  return {
    ...step,
    act: async (signal, tell) => {
      await using _lock = await takeLock({ path: proofLockPath(directory), operation: `backup prove ${id}`, clock });
      return await step.act(signal, tell);
    },
  };
}
