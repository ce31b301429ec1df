// Which backup is meant: by its id or an unambiguous end of it, or `latest` for the newest one that is proved.
import { Problem } from "../../foundation/problem.ts";
import type { ListedBackup } from "./list.ts";

export interface Wanted {
  /** An id, its end, or `latest`; undefined is the newest one whatever is known of it. */
  readonly name: string | undefined;
  readonly backups: readonly ListedBackup[];
  /** Where they were looked for. */
  readonly store: string;
  /** What `latest` has to be, a whole database unless given. */
  readonly kind?: string;
}

/** Throws RH-BACKUP-010 when there is none, RH-USE-001 when several are meant. */
export function findBackup({ name, backups, store, kind = "database" }: Wanted): ListedBackup {
  const isNewest = name === undefined || name === "latest";
  const candidates = isNewest ? readable(backups) : backups.filter(({ id }) => id.endsWith(name));
  if (isNewest) refuseSeveralDatabases(candidates, store);
  const found = name === "latest" ? candidates.filter(({ state, content }) => state === "PROVED" && content?.kind === kind) : candidates;
  const [first, second] = found;
  if (first === undefined) throw nothing(name, store);
  if (!isNewest && second) {
    const ids = found.map(({ id }) => id);
    throw new Problem("RH-USE-001", `"${name}" is the end of ${ids.length} backups: ${ids.slice(0, 5).join(", ")}`, { hint: "Give more of the id." });
  }
  return first;
}

/** A base backup is meant only by its id: it is beside the backups of every database of its server. */
function readable(backups: readonly ListedBackup[]): readonly ListedBackup[] {
  return backups.filter(({ state, content }) => state !== "BROKEN" && state !== "UNFINISHED" && content?.kind !== "base");
}

/** The newest of several databases would be anybody's. */
function refuseSeveralDatabases(backups: readonly ListedBackup[], store: string): void {
  const databases = new Set(backups.map(({ content, directory, id }) => `${content?.database} in ${directory.slice(0, -id.length - 1)}`));
  if (databases.size < 2) return;
  throw new Problem("RH-USE-001", `${store} holds backups of ${databases.size} databases: ${[...databases].slice(0, 4).join(", ")}`, {
    hint: "Give an id of `rowhouse backup list`, or --database NAME.",
  });
}

function nothing(name: string | undefined, store: string): Problem {
  const what = name === undefined ? "no backup" : name === "latest" ? "no proved backup" : `no backup whose id ends in "${name}"`;
  return new Problem("RH-BACKUP-010", `there is ${what} in ${store}`, {
    hint: "`rowhouse backup list` shows what there is; --store names another place.",
  });
}

/** The shortest end of each id, four characters at least, that no other id has. */
export function shortNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const shortest = (id: string) => {
    for (let length = 4; length < id.length; length++) {
      const end = id.slice(-length);
      if (ids.filter((other) => other.endsWith(end)).length === 1) return end;
    }
    return id;
  };
  return new Map(ids.map((id) => [id, shortest(id)]));
}
