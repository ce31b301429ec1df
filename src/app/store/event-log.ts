// Reading the events: what came after an id, what filled gaps, and where a reader that begins now has to begin. Each function is
// one look at the table or, for the beginning, a few; src/app/live/ makes from them that nothing is missed.
import { type Sql, sql } from "../../foundation/sql.ts";
import { microsecondsOf, momentOf } from "../moments.ts";
import type { Access } from "./access.ts";

export interface IdRange {
  readonly first: number;
  readonly last: number;
}

export interface EventRow {
  readonly id: number;
  readonly kind: string;
  readonly at: string;
  /** `at` as a short word; an event that took another one's id has another. */
  readonly mark: string;
  readonly requestId: string;
  /** JSON, as it was recorded. */
  readonly data: string;
}

export interface Beginning {
  readonly high: number;
  readonly mark: string;
  /** Ids below it that may still be committed. */
  readonly gaps: readonly IdRange[];
}

export interface EventLog {
  /** Events from `id` on, itself included, in the order of their ids. */
  eventsFrom(id: number, limit: number): Promise<readonly EventRow[]>;
  /** Which of these ids there are, in no order. */
  eventIds(ranges: readonly IdRange[]): Promise<readonly number[]>;
  /** Events with these ids, in their order. */
  eventsIn(ranges: readonly IdRange[]): Promise<readonly EventRow[]>;
  /** The newest event, and what is missing among those that are younger than `openForMs` or among the last thousand. */
  beginning(openForMs: number): Promise<Beginning>;
  /** Calls `onWrite` after each write of this process; what it returns ends that. */
  watchWrites(onWrite: () => void): () => void;
}

export function eventLogIn(access: Access): EventLog {
  return {
    eventsFrom: (id, limit) => rows(access, sql`where id >= ${id} order by id limit ${limit}`),
    eventIds: (ranges) => eventIds(access, ranges),
    eventsIn: (ranges) => rows(access, sql`where ${anyOf(ranges)} order by id`),
    beginning: (openForMs) => beginning(access, openForMs),
    watchWrites: (onWrite) => access.watchWrites(onWrite),
  };
}

interface Row {
  readonly id: number;
  readonly at: string;
  readonly request_id: string | null;
  readonly kind: string;
  readonly data: string | null;
}

async function rows(access: Access, where: Sql): Promise<readonly EventRow[]> {
  const found = await access.read((pool) => pool.all<Row>(sql`select id, at, request_id, kind, data from events ${where}`));
  return found.map((row) => {
    const at = momentOf(row.at);
    const { id, kind } = row;
    return { id, kind, at, mark: markOf(at), requestId: row.request_id ?? "", data: row.data ?? "null" };
  });
}

async function eventIds(access: Access, ranges: readonly IdRange[]): Promise<readonly number[]> {
  const found = await access.read((pool) => pool.all<{ id: number }>(sql`select id from events where ${anyOf(ranges)}`));
  return found.map(({ id }) => id);
}

function anyOf(ranges: readonly IdRange[]): Sql {
  const conditions = ranges.map(({ first, last }) => (first === last ? sql`id = ${first}` : sql`id between ${first} and ${last}`));
  return sql`(${sql.join(conditions, " or ")})`;
}

const stepsBack = 1_000;
const gapsAtOnce = 1_000;

async function beginning(access: Access, openForMs: number): Promise<Beginning> {
  const lowest = await settledBelow(access, openForMs);
  const edges = await access.read((pool) => pool.all<Edge>(selectEdges(lowest)));
  const newest = edges.find(({ next }) => next === null);
  if (!newest) return { high: 0, mark: markOf("1970-01-01T00:00:00.000000Z"), gaps: [] };
  const gaps = edges
    .filter(({ id, previous }) => id - (previous ?? lowest) > 1)
    .map(({ id, previous }) => ({ first: (previous ?? lowest) + 1, last: id - 1 }));
  return { high: newest.id, mark: markOf(momentOf(newest.at)), gaps: gaps.reverse() };
}

interface Edge {
  readonly id: number;
  readonly at: string;
  readonly previous: number | null;
  readonly next: number | null;
}

/** The newest event, and the upper edge of each gap, the newest first. */
function selectEdges(lowest: number): Sql {
  return sql`
    select id, at, previous, next
    from (
      select
        id,
        at,
        lag(id) over (order by id) as previous,
        lead(id) over (order by id) as next
      from events
      where id >= ${lowest}
    ) as neighbours
    where id - coalesce(previous, ${lowest}) > 1 or next is null
    order by id desc
    limit ${gapsAtOnce}`;
}

/**
 * An event below which no transaction is open any more, 0 when there is none: it is older than one can be. An import's event
 * proves nothing, since its moment is the import's beginning.
 */
async function settledBelow(access: Access, openForMs: number): Promise<number> {
  const before = async (id: Sql) => {
    const statement = sql`
      select id, at, current_timestamp(6) as now
      from events
      where id <= ${id} and kind <> ${"tasks.imported"}
      order by id desc
      limit 1`;
    const [row] = await access.read((pool) => pool.all<{ id: number; at: string; now: string }>(statement));
    return row;
  };
  const newest = sql`(select max(id) from events)`;
  for (let back = stepsBack; ; back *= 4) {
    const row = await before(sql`${newest} - ${back}`);
    if (!row) return 0;
    if (microsecondsOf(momentOf(row.now)) - microsecondsOf(momentOf(row.at)) > openForMs * 1_000) return row.id;
  }
}

function markOf(at: string): string {
  return microsecondsOf(at).toString(36);
}
