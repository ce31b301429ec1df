// Which of the rows that became visible are delivered now, so that no listener sees an older version after a newer one. On one
// server a snapshot is one moment. On another it is not: a transaction may be in it while one that committed earlier is not yet
// (InnoDB copies the list of active transactions without a latch). So a row is delivered only when every gap was looked at again
// after the row was seen; whatever happened before it is visible by then. Pure. Source: MariaDB, storage/innobase/include/trx0sys.h
import type { EventKey } from "../store/event-log.ts";

export interface Sight {
  /** Rows above the cursor, seen before the gaps were looked at. */
  readonly above: readonly EventKey[];
  /** Rows that were found in the gaps. */
  readonly filled: readonly EventKey[];
  /** Ids that were found in the gaps the last time already. */
  readonly seenBefore: ReadonlySet<number>;
  readonly limit: number;
}

export interface Choice {
  /** Ids, ascending. */
  readonly now: readonly number[];
  /** Ids that are there and wait for the next look. */
  readonly later: ReadonlySet<number>;
}

export function choose({ above, filled, seenBefore, limit }: Sight): Choice {
  const sure = [...above, ...filled.filter(({ id }) => seenBefore.has(id))];
  const newest = newestOf(sure);
  const earlier = filled.filter((key) => !seenBefore.has(key.id) && (newest.get(rowOf(key)) ?? 0) > key.id);
  const now = [...sure, ...earlier]
    .map(({ id }) => id)
    .sort((one, other) => one - other)
    .slice(0, limit);
  const chosen = new Set(now);
  return { now, later: new Set(filled.map(({ id }) => id).filter((id) => !chosen.has(id))) };
}

/** Per row the id of its newest event, and of all of them, since an import comes before every change of what it brought. */
function newestOf(keys: readonly EventKey[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const key of keys) for (const row of [rowOf(key), anyRow]) newest.set(row, Math.max(newest.get(row) ?? 0, key.id));
  return newest;
}

const anyRow = "tasks 0";

function rowOf({ kind, entityId }: EventKey): string {
  return `${kind.split(".", 1)[0]} ${entityId}`;
}
