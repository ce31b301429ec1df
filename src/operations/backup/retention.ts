// Which backups may go. Pure: a list and rules in, reasons out. Only proved ones fill the slots of a rule; the newest proved one of
// a database always stays; and where the clock or the last run cannot be trusted nothing goes. Days are counted back from the
// newest proved backup and not from now, so that backups that stopped are never outlived by the rules.
import type { BackupContent, ListedBackup } from "./list.ts";
import { dayMs } from "../../foundation/units.ts";

/** How many are kept; a rule that is absent keeps none. One rule that keeps a backup is enough. */
export interface Retention {
  /** All of so many days before the newest proved one. */
  readonly days?: number | undefined;
  /** The newest ones. */
  readonly last?: number | undefined;
  /** The newest of each of so many days, weeks (from Monday), months and years that have one; in UTC. */
  readonly daily?: number | undefined;
  readonly weekly?: number | undefined;
  readonly monthly?: number | undefined;
  readonly yearly?: number | undefined;
}

export interface Reasoned {
  readonly backup: ListedBackup;
  readonly because: string;
}

/** About the backups of one database on one server. */
export interface Decision {
  readonly database: string;
  /** `<store>/<server>`. */
  readonly server: string;
  readonly keep: readonly Reasoned[];
  readonly remove: readonly Reasoned[];
  /** Why nothing is removed, whatever the rules say. */
  readonly halt?: string;
}

/** False for rules that would leave the newest proved one alone. */
export function keepsAny(retention: Retention): boolean {
  return Object.values(retention).some((count) => (count ?? 0) > 0);
}

type Whole = ListedBackup & { readonly content: BackupContent };

/** Clocks of two machines differ a little. */
const toleranceMs = 60_000;

export function decide(backups: readonly ListedBackup[], retention: Retention, now: Date): readonly Decision[] {
  const groups = new Map<string, Whole[]>();
  for (const backup of backups) {
    if (!isWhole(backup)) continue;
    const key = JSON.stringify([serverOf(backup), backup.content.kind, backup.content.database]);
    groups.set(key, [...(groups.get(key) ?? []), backup]);
  }
  return [...groups.values()].map((group) => decideGroup(newestFirst(group), retention, now));
}

/** What cannot be read, is not finished or is not ours to judge is no backup to remove. */
function isWhole(backup: ListedBackup): backup is Whole {
  return backup.content !== undefined && ["PROVED", "TAKEN", "FAILED"].includes(backup.state);
}

function serverOf({ directory, id }: ListedBackup): string {
  return directory.slice(0, -id.length - 1);
}

function newestFirst(group: readonly Whole[]): readonly Whole[] {
  return group.toSorted((a, b) => momentOf(b) - momentOf(a) || (a.id < b.id ? 1 : -1));
}

function momentOf({ content }: Whole): number {
  return Date.parse(content.at);
}

function decideGroup(group: readonly Whole[], retention: Retention, now: Date): Decision {
  const [first] = group as readonly [Whole, ...Whole[]];
  const about = { database: first.content.database, server: serverOf(first) };
  const halt = reasonToHalt(group, now);
  if (halt !== undefined) return { ...about, keep: group.map((backup) => ({ backup, because: halt })), remove: [], halt };
  const proved = group.filter(({ state }) => state === "PROVED");
  const reasons = reasonsToKeep(proved, retention);
  const judged = group.map((backup) => ({ backup, because: reasons.get(backup) ?? reasonOfUnproved(backup, proved[0], retention) }));
  return {
    ...about,
    keep: judged.flatMap(({ backup, because }) => (because === undefined ? [] : [{ backup, because }])),
    remove: judged.flatMap(({ backup, because }) => (because === undefined ? [{ backup, because: reasonToRemove(backup) }] : [])),
  };
}

function reasonToHalt(group: readonly Whole[], now: Date): string | undefined {
  const [newest] = group;
  const limit = now.getTime() + toleranceMs;
  const ahead = group.find((backup) => !(momentOf(backup) <= limit) || (backup.provedAt !== undefined && !(Date.parse(backup.provedAt) <= limit)));
  if (ahead) return `${ahead.id} is in the future by this machine's clock, which is not to be trusted`;
  if (newest?.state === "FAILED") return `the newest one, ${newest.id}, FAILED`;
  if (!group.some(({ state }) => state === "PROVED")) return "none of them is proved";
  return undefined;
}

/** By the first rule that keeps it. */
function reasonsToKeep(proved: readonly Whole[], retention: Retention): ReadonlyMap<Whole, string> {
  const reasons = new Map<Whole, string>();
  const keep = (backup: Whole | undefined, because: string) => {
    if (backup && !reasons.has(backup)) reasons.set(backup, because);
  };
  const [newest] = proved;
  keep(newest, "the newest proved one");
  for (const backup of proved.slice(0, retention.last ?? 0)) keep(backup, `one of the last ${retention.last}`);
  for (const backup of proved) if (isWithin(backup, newest, retention)) keep(backup, `within ${retention.days} days of the newest proved one`);
  for (const [name, periodOf] of Object.entries(periods)) {
    const wanted = retention[name as keyof typeof periods] ?? 0;
    for (const [period, backup] of newestOfEach(proved, periodOf).slice(0, wanted)) keep(backup, `${name}: the newest of ${period}`);
  }
  return reasons;
}

function isWithin(backup: Whole, newest: Whole | undefined, { days }: Retention): boolean {
  return days !== undefined && newest !== undefined && momentOf(newest) - momentOf(backup) <= days * dayMs;
}

function newestOfEach(proved: readonly Whole[], periodOf: (moment: Date) => string): readonly (readonly [string, Whole])[] {
  const found = new Map<string, Whole>();
  for (const backup of proved) {
    const period = periodOf(new Date(momentOf(backup)));
    if (!found.has(period)) found.set(period, backup);
  }
  return [...found];
}

const periods = {
  daily: (moment: Date) => moment.toISOString().slice(0, 10),
  weekly: (moment: Date) => `the week from ${mondayOf(moment)}`,
  monthly: (moment: Date) => moment.toISOString().slice(0, 7),
  yearly: (moment: Date) => moment.toISOString().slice(0, 4),
} as const;

function mondayOf(moment: Date): string {
  const sinceMonday = (moment.getUTCDay() + 6) % 7;
  return new Date(moment.getTime() - sinceMonday * dayMs).toISOString().slice(0, 10);
}

/** One that is not proved may still be; once a later one is, it is worth no more than its place. */
function reasonOfUnproved(backup: Whole, newestProved: Whole | undefined, retention: Retention): string | undefined {
  if (backup.state === "PROVED" || newestProved === undefined) return undefined;
  if (momentOf(backup) > momentOf(newestProved)) return `${backup.state}, and newer than what is proved`;
  return isWithin(backup, newestProved, retention) ? `${backup.state}, within ${retention.days} days of the newest proved one` : undefined;
}

function reasonToRemove({ state }: Whole): string {
  return state === "PROVED" ? "no rule keeps it" : `${state}, and a later one is proved`;
}
