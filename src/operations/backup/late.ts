// Whether a backup is late: by the time at which a house wants one each day, or by an age that somebody gives. Only what is proved
// counts, by the moment that it shows.
import { basename, dirname } from "node:path";
import type { ListedBackup } from "./list.ts";
import { lastDue } from "./schedule.ts";

/** What taking and proving may last before it is called late. */
const graceMs = 2 * 3_600_000;

/** The moment at which a backup was due that is not there two hours later; undefined when all is well. */
export function lateSince({ now, at, provedAt }: { readonly now: Date; readonly at: string; readonly provedAt: Date | undefined }): Date | undefined {
  const due = lastDue({ now: new Date(now.getTime() - graceMs), at });
  return provedAt !== undefined && provedAt >= due ? undefined : due;
}

/** Of the newest proved backup of a whole database, the newest of all first. */
export function newestProvedAt(backups: readonly ListedBackup[]): Date | undefined {
  const proved = backups.find(({ state, content }) => state === "PROVED" && ["database", "all"].includes(content?.kind ?? ""));
  return proved?.content && new Date(proved.content.at);
}

export interface LateDatabase {
  readonly database: string;
  /** Undefined where none is proved. */
  readonly provedAt?: string;
}

/** Databases whose newest proved backup is older than that; the newest backup comes first in the list. */
export function lateDatabases(
  backups: readonly ListedBackup[],
  { now, afterMs }: { readonly now: Date; readonly afterMs: number },
): readonly LateDatabase[] {
  const nameOf = ({ content, directory }: ListedBackup) => content && !content.databases && `${content.database} of ${basename(dirname(directory))}`;
  const names = [...new Set(backups.flatMap((backup) => nameOf(backup) || []))]; // of what cannot be read nobody knows it
  return names.flatMap((database) => {
    const own = backups.filter((backup) => nameOf(backup) === database);
    const provedAt = newestProvedAt(own);
    const ageMs = provedAt === undefined ? Number.POSITIVE_INFINITY : now.getTime() - provedAt.getTime();
    return ageMs <= afterMs ? [] : [{ database, ...(provedAt ? { provedAt: provedAt.toISOString() } : {}) }];
  });
}
