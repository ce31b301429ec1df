// Reads the events, look by look, each of them once. A look is two statements: first what lies above the highest id that is known,
// then, in every gap below what was found, what appeared there. In this order no change can come behind a newer one of the same
// row, even where a snapshot is not one moment (InnoDB copies the list of active transactions without a latch, so that one may be
// missing while a later one is there): a row's older change was committed before the newer one took its id, and so before the
// second statement began. Source: MariaDB, storage/innobase/include/trx0sys.h, snapshot_ids
import type { FastifyBaseLogger } from "fastify";
import type { Clock } from "../../platform/clock.ts";
import type { EventLog, EventRow } from "../store/event-log.ts";
import { advance, type Cursor } from "./cursor.ts";
import type { LiveLimits } from "./limits.ts";
import { within } from "./ranges.ts";

export interface ReaderParts {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Pick<FastifyBaseLogger, "info" | "warn">;
  readonly limits: LiveLimits;
}

export interface Place {
  /** Past everything that there was when the look began, unless it is cut. */
  readonly cursor: Cursor;
  /** There is more to read at once. */
  readonly isCut: boolean;
}

export interface Step {
  readonly place: Place;
  /** What was found, in the order in which it is to be delivered. */
  readonly rows: readonly EventRow[];
}

export class Reader {
  readonly #parts: ReaderParts;
  /** Where the cursor was when, while that is of use. */
  #passed: readonly { readonly high: number; readonly atMs: number }[] = [];

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Now: everything before is known, and what may still be committed below is a gap. */
  async begin(): Promise<Place> {
    const { log, clock, limits } = this.#parts;
    const cursor = await log.beginning(limits.openForMs);
    this.#passed = [{ high: cursor.high, atMs: clock.monotonicMs() }];
    return { cursor, isCut: false };
  }

  /** What there is behind `cursor`. Undefined when the newest event is not the one that it was: the database was put back to an older state. */
  async look(cursor: Cursor): Promise<Step | undefined> {
    const { log, limits } = this.#parts;
    const page = await log.eventsFrom(cursor.high, limits.pageRows + 1);
    if (!isHistoryOf(page, cursor)) return undefined;
    const above = page.filter(({ id }) => id > cursor.high);
    const { gaps } = above.reduce(advance, cursor);
    const filled = gaps.length === 0 ? [] : await log.eventIds(gaps);
    const ids = [...above.map(({ id }) => id), ...filled].sort((one, other) => one - other).slice(0, limits.pageRows);
    const rows = await this.#rowsOf(ids, above);
    const isCut = ids.length === limits.pageRows;
    const next = rows.reduce(advance, cursor);
    return { rows, place: { cursor: isCut ? next : this.#giveUp(next), isCut } }; // behind a cut there may be gaps that are filled
  }

  async #rowsOf(ids: readonly number[], known: readonly EventRow[]): Promise<readonly EventRow[]> {
    const knownById = new Map(known.map((row) => [row.id, row]));
    const unknown = ids.filter((id) => !knownById.has(id)).map((id) => ({ first: id, last: id }));
    const read = unknown.length === 0 ? [] : await this.#parts.log.eventsIn(unknown);
    const chosen = ids.map((id) => knownById.get(id)).filter((row) => row !== undefined);
    return [...read, ...chosen].sort((one, other) => one.id - other.id);
  }

  /** Leaves out gaps that nobody can fill any more, since they were there so long ago: their transactions were rolled back. */
  #giveUp(cursor: Cursor): Cursor {
    const { clock, limits, logger } = this.#parts;
    const nowMs = clock.monotonicMs();
    const settled = this.#passed.findLast(({ atMs }) => nowMs - atMs > limits.openForMs)?.high ?? 0;
    const young = this.#passed.filter(({ atMs }) => nowMs - atMs <= limits.openForMs);
    const isDue = nowMs - (young.at(-1)?.atMs ?? 0) > limits.openForMs / 10;
    this.#passed = isDue ? [...young, { high: cursor.high, atMs: nowMs }] : young;
    const open = within(cursor.gaps, { first: settled + 1, last: cursor.high });
    if (open.length > limits.gaps) logger.warn({ gaps: open.length }, "too many ids are missing among the events: the oldest are given up");
    return { ...cursor, gaps: open.slice(-limits.gaps) };
  }
}

function isHistoryOf(page: readonly EventRow[], { high, mark }: Cursor): boolean {
  return high === 0 || (page[0]?.id === high && page[0].mark === mark);
}
