// Whether a backup is late: by the time at which a house wants one each day, or by an age that somebody gives. Only what is proved
// counts, by the moment that it shows.
import type { ListedBackup } from "./list.ts";
import { lastDue } from "./schedule.ts";
import { serverOf } from "./store.ts";

/** What taking and proving may last before it is called late. */
const graceMs = 2 * 3_600_000;

/** The moment at which a backup was due that is not there two hours later; undefined when all is well. */
export function lateSince({ now, at, provedAt }: { readonly now: Date; readonly at: string; readonly provedAt: Date | undefined }): Date | undefined {
  const due = lastDue({ now: new Date(now.getTime() - graceMs), at });
  return provedAt !== undefined && provedAt >= due ? undefined : due;
}

/** Of the newest proved backup of a whole database or server, the newest of all first; a part protects nobody. */
export function newestProvedAt(backups: readonly ListedBackup[]): Date | undefined {
  const proved = backups.find((backup) => backup.state === "PROVED" && isWhole(backup));
  return proved?.content && new Date(proved.content.at);
}

function isWhole({ content }: ListedBackup): boolean {
  return ["database", "all", "base"].includes(content?.kind ?? "");
}

export interface LateDatabase {
  readonly database: string;
  /** Undefined where none is proved. */
  readonly provedAt?: string;
}

/** Databases whose newest proved backup, of each alone or of all together, is older than that; the newest backup comes first in the list. */
export function lateDatabases(
  backups: readonly ListedBackup[],
  { now, afterMs }: { readonly now: Date; readonly afterMs: number },
): readonly LateDatabase[] {
  const names = [...new Set(backups.filter(isWhole).map((backup) => `${backup.content?.database} of ${serverOf(backup)}`))];
  return names.flatMap((database) => {
    const own = backups.filter((backup) => protects(backup).includes(database));
    const provedAt = newestProvedAt(own);
    const ageMs = provedAt === undefined ? Number.POSITIVE_INFINITY : now.getTime() - provedAt.getTime();
    return ageMs <= afterMs ? [] : [{ database, ...(provedAt ? { provedAt: provedAt.toISOString() } : {}) }];
  });
}

/** What a backup is of, and each database that came along. */
function protects(backup: ListedBackup): readonly string[] {
  const { database, databases = [] } = backup.content ?? {};
  return [...(database === undefined ? [] : [database]), ...databases].map((name) => `${name} of ${serverOf(backup)}`);
}
