// Removing what the rules do not keep. Each backup is locked, looked at again and given another name before it goes, so that one
// that is being restored stays, one that was proved meanwhile is judged anew, and a kill leaves nothing that looks like a backup.
import { basename, dirname, join } from "node:path";
import type { Evidence } from "../../foundation/evidence.ts";
import type { Plan, Step } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { exists, moveIntoPlace, remove } from "../../platform/files.ts";
import { takeLock } from "../../platform/locks.ts";
import { listBackups } from "./list.ts";
import { decide, type Decision, keepsAny, type Reasoned, type Retention } from "./retention.ts";
import { isBackupId, partialEnd, proofLockPath, takeLockPath } from "./store.ts";

export interface PruneOptions {
  readonly store: string;
  readonly retention: Retention;
  /** Backups of this database alone. */
  readonly database?: string | undefined;
}

export interface PlannedPrune {
  readonly plan: Plan;
  readonly decisions: readonly Decision[];
}

/** Throws RH-USE-001 for rules that keep nothing. */
export async function planPrune(context: Context, options: PruneOptions): Promise<PlannedPrune> {
  const { store, retention } = options;
  if (!keepsAny(retention)) {
    throw new Problem("RH-USE-001", "no rule says what is kept", {
      hint: "Give one or more, as in `rowhouse backup prune --keep-days 7 --keep-weekly 4 --keep-monthly 12 --dry-run`.",
    });
  }
  const decisions = await decisionsOn(context, options);
  const steps = decisions.flatMap(({ remove: going }) => going.map((one) => removeStep(context, options, one)));
  const bytes = decisions.flatMap(({ remove: going }) => going).reduce((sum, { backup }) => sum + (backup.content?.bytes ?? 0), 0);
  return { plan: { title: `remove ${steps.length} backups from ${store}, ${formatBytes(bytes)}`, steps }, decisions };
}

async function decisionsOn(context: Context, { store, retention, database }: PruneOptions): Promise<readonly Decision[]> {
  const backups = (await listBackups(context, store)).filter(({ content }) => database === undefined || content?.database === database);
  return decide(backups, retention, context.clock.now());
}

function removeStep(context: Context, options: PruneOptions, { backup, because }: Reasoned): Step {
  const { id, directory } = backup;
  return {
    title: `remove ${id}`,
    why: because,
    run: [["rm", "-r", directory]],
    act: async () => {
      if (!isBackupId(id) || basename(directory) !== id) throw new Error(`${directory} is no backup's directory`);
      const began = context.clock.monotonicMs();
      const how = { operation: "backup prune", clock: context.clock };
      await using _server = await takeLock({ path: takeLockPath(dirname(directory)), ...how });
      await using _backup = await takeLock({ path: proofLockPath(directory), ...how });
      if (!(await exists(directory))) return [];
      const again = await decisionsOn(context, options);
      if (!again.some(({ remove: going }) => going.some((one) => one.backup.id === id)))
        return [told(`kept ${id}: what is known of it changed meanwhile`, 0)];
      const aside = join(dirname(directory), `${id}${partialEnd}`);
      await moveIntoPlace({ from: directory, to: aside });
      await remove(aside);
      return [told(`${id}, ${formatBytes(backup.content?.bytes ?? 0)}: ${because}`, context.clock.monotonicMs() - began)];
    },
  };
}

function told(seen: string, tookMs: number): Evidence {
  return { subject: "removed", seen, tookMs };
}
