// The house's own scheduler of backups: takes one when one is due, proves it, and removes old ones by the rules in rowhouse.toml
// when that went well; then proves an old one again when that is due. What was missed while the house was down is caught up with. One
// that could not be taken is tried again later; one that FAILED its proof is there to be looked at, and the next is taken the next day.
import type { Verdict } from "../foundation/evidence.ts";
import { perform } from "../foundation/plan.ts";
import { toProblem } from "../foundation/problem.ts";
import { type ListedBackup, listBackups } from "../operations/backup/list.ts";
import { tellMonitor } from "../operations/backup/monitor.ts";
import { planPrune } from "../operations/backup/prune.ts";
import { keepsAny, type Retention } from "../operations/backup/retention.ts";
import { isDue } from "../operations/backup/schedule.ts";
import { houseSource, houseStore } from "../operations/backup/source.ts";
import { planTake } from "../operations/backup/take.ts";
import type { House } from "../operations/stack/house.ts";
import { placesOf } from "../operations/stack/places.ts";
import type { Context } from "../platform/context.ts";
import { record } from "../platform/journal.ts";
import { noteFigures } from "./backup-figures.ts";
import { makingWay, proveNextDue } from "./proofs.ts";

const everyMs = 60_000;

export async function keepBackedUp(context: Context, house: House, ending: AbortSignal): Promise<void> {
  const at = house.config.backup?.at;
  const tried = new Map<string, number>();
  let lastAttemptAt: Date | undefined;
  let isGood: boolean | undefined;
  while (!ending.aborted) {
    let backups = await backupsIn(context, house);
    const isDueNow = () => at !== undefined && isDue({ now: context.clock.now(), at, newestAt: newestOf(own(house, backups)), lastAttemptAt });
    if (isDueNow()) {
      lastAttemptAt = context.clock.now();
      isGood = await backUp(context, house, ending).catch((thrown: unknown) => tellFailure(context, house, thrown, ending));
      backups = await backupsIn(context, house);
    }
    const prove = (signal: AbortSignal) => proveNextDue(context, house, { tried, backups, signal });
    if (await makingWay(context, { isDue: isDueNow, signal: ending }, prove)) backups = await backupsIn(context, house);
    await noteFigures(context, house, { backups: own(house, backups), isGood }).catch(() => undefined); // a full disk, say
    await context.clock.sleep(everyMs, ending).catch(() => undefined); // aborted: the loop ends
  }
}

/** The newest first; a store that cannot be read holds none. */
async function backupsIn(context: Context, house: House): Promise<readonly ListedBackup[]> {
  return listBackups(context, houseStore(context, house)).catch(() => []);
}

/** Whole ones of the house's database. */
function own({ config }: House, backups: readonly ListedBackup[]): readonly ListedBackup[] {
  return backups.filter(({ content }) => content?.kind === "database" && content.database === config.app.database);
}

function newestOf(backups: readonly ListedBackup[]): Date | undefined {
  const at = backups.find(({ state }) => ["PROVED", "TAKEN", "FAILED"].includes(state))?.content?.at;
  return at === undefined ? undefined : new Date(at);
}

/** Returns whether it is proved. */
async function backUp(context: Context, house: House, signal: AbortSignal): Promise<boolean> {
  const { take } = await planTake(context, { source: await houseSource(context, house), isProved: true, onProgress: () => undefined });
  const { backup } = await take(signal, () => undefined);
  const { id, state, rows, bytes, verdict } = backup;
  const problem = state === "PROVED" ? undefined : `${id} is ${state}: ${whyNot(verdict)}`;
  const outcome = problem === undefined ? ({ outcome: "done" } as const) : ({ outcome: "failed", problem } as const);
  await record(placesOf(context, house.directory).state, context.clock, { what: "backup", ...outcome });
  await tell(context, house, problem === undefined);
  if (problem !== undefined) {
    context.log.error("a backup is not proved", { why: problem });
    return false;
  }
  context.log.info("a backup was taken and proved", { id, rows, bytes });
  await removeOld(context, house, signal).catch((thrown: unknown) => context.log.error("old backups stay", { why: toProblem(thrown).message }));
  return true;
}

async function removeOld(context: Context, house: House, signal: AbortSignal): Promise<void> {
  const retention = retentionOf(house);
  if (!keepsAny(retention)) return;
  const { plan } = await planPrune(context, { store: houseStore(context, house), retention, database: house.config.app.database });
  for (const { seen } of await perform(plan, { signal })) context.log.info("an old backup was removed", { what: seen });
}

function whyNot(verdict: Verdict | undefined): string {
  if (verdict?.state === "faulty")
    return verdict.findings
      .map(({ subject, seen }) => `${subject} ${seen}`)
      .slice(0, 3)
      .join("; ");
  return verdict?.state === "unknown" ? verdict.because : "";
}

async function tellFailure(context: Context, house: House, thrown: unknown, ending: AbortSignal): Promise<false> {
  if (ending.aborted) return false;
  const { code, message } = toProblem(thrown);
  context.log.error("a backup could not be taken", { code, why: message });
  await record(placesOf(context, house.directory).state, context.clock, { what: "backup", outcome: "failed", problem: message }).catch(
    () => undefined,
  );
  await tell(context, house, false);
  return false;
}

/** A monitor that hears nothing alarms; one that cannot be told changes nothing of the backup. */
async function tell(context: Context, house: House, isGood: boolean): Promise<void> {
  const why = await tellMonitor(context, { house, isGood });
  if (why !== undefined) context.log.error("a monitor was not told", { why });
}

function retentionOf({ config }: House): Retention {
  const rules = config.backup;
  return {
    days: rules?.["keep-days"],
    last: rules?.["keep-last"],
    daily: rules?.["keep-daily"],
    weekly: rules?.["keep-weekly"],
    monthly: rules?.["keep-monthly"],
    yearly: rules?.["keep-yearly"],
  };
}
