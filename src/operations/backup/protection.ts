// How well a house is protected, for `status` and `up`: its newest proved backup, or what there is instead. From the store alone;
// a store that cannot be read is told and breaks nothing.
import type { Context } from "../../platform/context.ts";
import { diskOf } from "../../platform/disks.ts";
import type { House } from "../stack/house.ts";
import { placesOf } from "../stack/places.ts";
import { recipientInUse } from "./keys.ts";
import { kitNotes } from "./kit.ts";
import { lateSince, newestProvedAt } from "./late.ts";
import { type ListedBackup, listBackups } from "./list.ts";
import { houseStore } from "./source.ts";

export interface Protection {
  readonly store: string;
  /** `none` where no backup was ever taken, `unknown` where the store cannot be read. */
  readonly state: ListedBackup["state"] | "none" | "unknown";
  /** The newest one that is proved, else the newest of all. */
  readonly backup?: ListedBackup;
  /** A later backup, and what is the matter with it. */
  readonly newer?: ListedBackup;
  readonly because?: string;
  /** When a backup was due that is not there, two hours later. */
  readonly lateSince?: string;
  /** How long getting the house back took when that was tried last, with any backup of it. */
  readonly recovery?: NonNullable<ListedBackup["recovery"]>;
  /** The backups and the data are lost together with one disk. */
  readonly isOnSameDisk: boolean;
  /** What one should know about the keys and the recovery kit. */
  readonly keyNotes: readonly string[];
}

export async function protectionOf(context: Context, house: House): Promise<Protection> {
  const store = houseStore(context, house);
  try {
    const { database } = house.config.app;
    const backups = (await listBackups(context, store)).filter(
      ({ state, content }) => state !== "UNFINISHED" && (content?.database ?? database) === database && (content?.kind ?? "database") === "database",
    );
    const proved = backups.find(({ state }) => state === "PROVED");
    const [newest] = backups;
    const backup = proved ?? newest;
    const late = lateOf(house, backups, context.clock.now());
    const keyNotes = await kitNotes(context, { house: house.directory });
    if (!backup)
      return { store, state: "none", ...late, isOnSameDisk: false, keyNotes: (await recipientInUse(context)) === undefined ? [] : keyNotes };
    const newer = newest && newest !== backup ? { newer: newest } : {};
    const isNear = (await diskOf(store)) === (await diskOf(placesOf(context, house.directory).data));
    return { store, state: backup.state, backup, ...newer, ...late, ...lastDrill(backups), isOnSameDisk: isNear, keyNotes };
  } catch (thrown) {
    return { store, state: "unknown", because: thrown instanceof Error ? thrown.message : String(thrown), isOnSameDisk: false, keyNotes: [] };
  }
}

function lateOf({ config }: House, backups: readonly ListedBackup[], now: Date): Pick<Protection, "lateSince"> {
  const at = config.backup?.at;
  const since = at === undefined ? undefined : lateSince({ now, at, provedAt: newestProvedAt(backups) });
  return since ? { lateSince: since.toISOString() } : {};
}

function lastDrill(backups: readonly ListedBackup[]): Pick<Protection, "recovery"> {
  const drills = backups.flatMap(({ recovery }) => (recovery ? [recovery] : []));
  const newest = drills.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
  return newest ? { recovery: newest } : {};
}
