// Reads the events, look by look: what lies above the highest id it knows, and what appears in the gaps below. Each event is
// found once, in an order that never puts an older version of a row behind a newer one (choose.ts).
import type { FastifyBaseLogger } from "fastify";
import type { Clock } from "../../platform/clock.ts";
import type { EventLog, EventRow } from "../store/event-log.ts";
import { choose } from "./choose.ts";
import { advance, type Cursor } from "./cursor.ts";
import type { LiveLimits } from "./limits.ts";
import { subtract, within } from "./ranges.ts";

export interface ReaderParts {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Pick<FastifyBaseLogger, "info" | "warn">;
  readonly limits: LiveLimits;
}

export interface Place {
  readonly cursor: Cursor;
  /** Ids that are there and wait for the next look. */
  readonly later: ReadonlySet<number>;
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
    const beginning = await log.beginning(limits.openForMs);
    const missed = beginning.gaps.length === 0 ? [] : await log.eventKeys(beginning.gaps); // what came before what was seen is there now
    const gaps = missed.reduce((left, { id }) => subtract(left, [{ first: id, last: id }]), beginning.gaps);
    this.#passed = [{ high: beginning.high, atMs: clock.monotonicMs() }];
    return { cursor: { ...beginning, gaps }, later: new Set(), isCut: false };
  }

  /** What there is behind `place`. Undefined when the newest event is not the one that it was: the database was put back to an older state. */
  async look({ cursor, later }: Place): Promise<Step | undefined> {
    const { log, limits } = this.#parts;
    const page = await log.eventsFrom(cursor.high, limits.pageRows + 1);
    if (!isHistoryOf(page, cursor)) return undefined;
    const above = page.filter(({ id }) => id > cursor.high);
    const { gaps } = above.reduce(advance, cursor);
    const filled = gaps.length === 0 ? [] : await log.eventKeys(gaps);
    const choice = choose({ above, filled, seenBefore: later, limit: limits.pageRows });
    const rows = await this.#rowsOf(choice.now, above);
    const isCut = above.length >= limits.pageRows || choice.now.length >= limits.pageRows;
    return { rows, place: { cursor: this.#giveUp(rows.reduce(advance, cursor)), later: choice.later, isCut } };
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
