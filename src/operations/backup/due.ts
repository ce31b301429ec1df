// Which backups are proved again: those whose proof is older than they may be, and those that nobody could prove yet. What FAILED or
// is BROKEN is there to be looked at, and would say the same again.
import { dayMs } from "../../foundation/units.ts";
import type { ListedBackup } from "./list.ts";

export interface DueRule {
  readonly now: Date;
  /** How old a proof may become. */
  readonly everyMs: number;
}

/** Those without a proof first, then the one with the oldest. A proof in the future is no proof of today. */
export function dueProofs(backups: readonly ListedBackup[], { now, everyMs }: DueRule): readonly ListedBackup[] {
  const isDue = (backup: ListedBackup) => {
    if (backup.state !== "PROVED") return backup.state === "TAKEN";
    const ageMs = now.getTime() - Date.parse(backup.provedAt ?? "");
    return !(ageMs >= 0 && ageMs < everyMs);
  };
  const proof = ({ state, provedAt }: ListedBackup) => (state === "PROVED" ? (provedAt ?? "") : "");
  return backups.filter(isDue).toSorted((a, b) => (proof(a) < proof(b) ? -1 : 1));
}

/** `7d` or `26h` in milliseconds; undefined for what is none. */
export function ageMs(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,3})([dh])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === "d" ? dayMs : dayMs / 24);
}
