// How the backups of the house stand, as `serve` wrote it down. Where nobody does there is nothing to tell.
import type { BackupFigures } from "../../foundation/backup-figures.ts";
import type { Clock } from "../../platform/clock.ts";
import { readIfThere } from "../../platform/files.ts";
import type { Sample } from "./exposition.ts";

export async function backupSamples(path: string | undefined, clock: Clock) {
  const { provedAt, isGood, isLate } = path === undefined ? {} : understood(await readIfThere(path).catch(() => undefined));
  const ageSeconds = provedAt === undefined ? undefined : (clock.now().getTime() - Date.parse(provedAt)) / 1_000;
  return {
    rowhouse_backup_age_seconds: one(ageSeconds),
    rowhouse_backup_last_outcome: one(isGood === undefined ? undefined : Number(isGood)),
    rowhouse_backup_late: one(isLate === undefined ? undefined : Number(isLate)),
  };
}

function understood(text: string | undefined): BackupFigures {
  try {
    return JSON.parse(text ?? "{}") as BackupFigures;
  } catch {
    return {}; // not ours, or not whole
  }
}

function one(value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ value }];
}
