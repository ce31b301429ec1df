// Old backups of a house proved again by `serve`: one at a time, between the takes. A proof that is not done when a backup is due makes
// way for it, and begins anew afterwards.
import { perform } from "../foundation/plan.ts";
import { toProblem } from "../foundation/problem.ts";
import { dayMs } from "../foundation/units.ts";
import { ageMs, dueProofs } from "../operations/backup/due.ts";
import type { ListedBackup } from "../operations/backup/list.ts";
import { tellMonitor } from "../operations/backup/monitor.ts";
import { planProofs, type ProvedAgain } from "../operations/backup/prove-again.ts";
import type { House } from "../operations/stack/house.ts";
import { placesOf } from "../operations/stack/places.ts";
import type { Context } from "../platform/context.ts";
import { record } from "../platform/journal.ts";

export interface Rounds {
  /** When each was tried last, by its id: what could not be proved is tried again the next day. */
  readonly tried: Map<string, number>;
  /** All of the store. */
  readonly backups: readonly ListedBackup[];
  readonly signal: AbortSignal;
}

const lookEveryMs = 30_000;

/** Work whose signal is aborted as soon as a backup is due. */
export async function makingWay<T>(
  { clock }: Pick<Context, "clock">,
  { isDue, signal }: { readonly isDue: () => boolean; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const way = new AbortController();
  const both = AbortSignal.any([signal, way.signal]);
  const watch = async () => {
    while (!both.aborted) {
      if (isDue()) way.abort(new Error("a backup is due"));
      else await clock.sleep(lookEveryMs, both).catch(() => undefined); // aborted: the loop ends
    }
  };
  const watching = watch();
  try {
    return await work(both);
  } finally {
    way.abort();
    await watching;
  }
}

/** Proves the backup whose proof is the most overdue, and returns whether there was one; none where the house has no such rule. */
export async function proveNextDue(context: Context, house: House, { tried, backups, signal }: Rounds): Promise<boolean> {
  const everyMs = ageMs(house.config.backup?.["prove-every"] ?? "");
  if (everyMs === undefined || signal.aborted) return false;
  const now = context.clock.now();
  const rests = ({ id }: ListedBackup) => Math.abs(now.getTime() - (tried.get(id) ?? Number.NEGATIVE_INFINITY)) < dayMs;
  const next = dueProofs(backups, { now, everyMs }).find((backup) => !rests(backup));
  if (!next) return false;
  tried.set(next.id, now.getTime());
  await proveOne(context, house, { backup: next, signal }).catch(async (thrown: unknown) => {
    if (signal.aborted) tried.delete(next.id);
    else await keepOutcome(context, house, { id: next.id, problem: toProblem(thrown).message });
  });
  return true;
}

async function proveOne(context: Context, house: House, { backup, signal }: { readonly backup: ListedBackup; readonly signal: AbortSignal }) {
  const proved: ProvedAgain[] = [];
  const percent = backup.state === "PROVED" ? house.config.backup?.["prove-sample"] : undefined; // a sample is no first proof
  const plan = await planProofs(context, {
    backups: [backup],
    samplePercent: () => percent,
    onProgress: () => undefined,
    onProved: (one) => proved.push(one),
  });
  await perform(plan, { signal });
  const proof = proved[0]?.proof;
  const problem = proof?.state === "PROVED" ? undefined : `${backup.id} is ${proof?.state ?? "BROKEN"}: ${proof?.because ?? "it cannot be read"}`;
  await keepOutcome(context, house, { id: backup.id, problem });
  const why = proof?.state === "FAILED" ? await tellMonitor(context, { house, isGood: false }) : undefined;
  if (why !== undefined) context.log.error("a monitor was not told", { why });
}

async function keepOutcome(context: Context, house: House, { id, problem }: { readonly id: string; readonly problem: string | undefined }) {
  const outcome = problem === undefined ? ({ outcome: "done" } as const) : ({ outcome: "failed", problem } as const);
  if (problem === undefined) context.log.info("a backup was proved again", { id });
  else context.log.error("a backup could not be proved again", { id, why: problem });
  await record(placesOf(context, house.directory).state, context.clock, { what: "backup proof", ...outcome }).catch(() => undefined);
}
