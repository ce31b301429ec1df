// What the application's /metrics tell of the house's backups: the application may not look into the store, so `serve` looks and
// writes it down where the application reads.
import type { BackupFigures } from "../foundation/backup-figures.ts";
import { lateSince, newestProvedAt } from "../operations/backup/late.ts";
import type { ListedBackup } from "../operations/backup/list.ts";
import type { House } from "../operations/stack/house.ts";
import { placesOf } from "../operations/stack/places.ts";
import { backupFiguresFile } from "../operations/stack/tiers.ts";
import type { Context } from "../platform/context.ts";
import { readIfThere, writeFileAtomic } from "../platform/files.ts";

export interface SeenBackups {
  /** Of the house's database, the newest first. */
  readonly backups: readonly ListedBackup[];
  /** Of the last take by this `serve`; undefined before the first one. */
  readonly isGood: boolean | undefined;
}

/** Written when it is another one than before. */
export async function noteFigures(context: Context, house: House, { backups, isGood }: SeenBackups): Promise<void> {
  const provedAt = newestProvedAt(backups);
  const at = house.config.backup?.at;
  const newest = backups[0] && backups[0].state === "PROVED";
  const figures: BackupFigures = {
    provedAt: provedAt?.toISOString(),
    isGood: isGood ?? newest,
    isLate: at === undefined ? undefined : lateSince({ now: context.clock.now(), at, provedAt }) !== undefined,
  };
  const path = backupFiguresFile(placesOf(context, house.directory));
  const text = `${JSON.stringify(figures)}\n`;
  if ((await readIfThere(path)) !== text) await writeFileAtomic(path, text, { mode: 0o644 });
}
