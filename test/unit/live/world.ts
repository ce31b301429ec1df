// A database with events, as weak as a real one may be: transactions take ids under the lock of a row and commit in any order, or
// roll back; and a query that overlaps with commits sees any of them, even a later one without an earlier one. What happens, and
// what overlaps, is decided by a sequence of numbers, so that a run can be repeated and made smaller.
import type { Clock } from "../../../src/platform/clock.ts";
import type { Beginning, EventLog, EventRow, IdRange } from "../../../src/app/store/event-log.ts";

interface Transaction {
  readonly row: number;
  readonly events: EventRow[];
}

export type Dice = (sides: number) => number;

/** Zeros when the numbers have run out: nothing more happens by itself. */
export function diceOf(numbers: readonly number[]): Dice {
  let next = 0;
  return (sides) => (numbers[next++] ?? 0) % sides;
}

export class World implements EventLog {
  readonly committed: EventRow[] = [];
  readonly #dice: Dice;
  #open: Transaction[] = [];
  #lastId = 0;
  readonly #versions = new Map<number, number>();

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** One thing that may happen: a transaction begins, writes, commits or rolls back. */
  happen(): void {
    const what = this.#dice(8);
    const transaction = this.#open[this.#dice(Math.max(1, this.#open.length))];
    if (what <= 2) this.#begin(this.#dice(3));
    else if (!transaction) return;
    else if (what <= 4) this.#write(transaction);
    else if (what <= 6) this.#end(transaction, true);
    else this.#end(transaction, false);
  }

  settle(): void {
    for (const transaction of this.#open) this.#end(transaction, true);
  }

  async eventsFrom(id: number, limit: number): Promise<readonly EventRow[]> {
    return this.#visible((row) => row.id >= id).slice(0, limit);
  }

  async eventIds(ranges: readonly IdRange[]): Promise<readonly number[]> {
    return (await this.eventsIn(ranges)).map(({ id }) => id);
  }

  async eventsIn(ranges: readonly IdRange[]): Promise<readonly EventRow[]> {
    return this.#visible(({ id }) => ranges.some(({ first, last }) => first <= id && id <= last));
  }

  async beginning(): Promise<Beginning> {
    const rows = this.#visible(() => true);
    const gaps = rows.map(({ id }, index) => ({ first: (rows[index - 1]?.id ?? 0) + 1, last: id - 1 })).filter(({ first, last }) => first <= last);
    return { high: rows.at(-1)?.id ?? 0, mark: rows.at(-1)?.mark ?? "0", gaps };
  }

  watchWrites(): () => void {
    return () => undefined;
  }

  /** What a query sees that begins now: everything committed before, and some of what commits until it ends. */
  #visible(isAsked: (row: EventRow) => boolean): readonly EventRow[] {
    const before = this.committed.length;
    for (let count = this.#dice(12); count > 0; count--) this.happen();
    const meanwhile = [...new Set(this.committed.slice(before).map(({ requestId }) => requestId))];
    const unseen = new Set(meanwhile.filter(() => this.#dice(2) === 0));
    return this.committed.filter((row) => isAsked(row) && !unseen.has(row.requestId)).sort((one, other) => one.id - other.id);
  }

  /** Nobody else has the row's lock. */
  #begin(row: number): void {
    if (!this.#open.some((transaction) => transaction.row === row)) this.#open.push({ row, events: [] });
  }

  #write({ row, events }: Transaction): void {
    const id = ++this.#lastId;
    const version = (this.#versions.get(row) ?? 0) + events.length + 1;
    const event = { id, kind: "task.changed", at: "", mark: id.toString(36), data: JSON.stringify({ id: row, version }) };
    events.push({ ...event, requestId: String(events[0]?.requestId ?? id) });
  }

  #end(transaction: Transaction, isCommitted: boolean): void {
    this.#open = this.#open.filter((one) => one !== transaction);
    if (!isCommitted) return;
    this.committed.push(...transaction.events);
    this.#versions.set(transaction.row, (this.#versions.get(transaction.row) ?? 0) + transaction.events.length);
  }
}

/** Time that passes only when it is told to. */
export const stillClock: Clock = { now: () => new Date(0), monotonicMs: () => 0, sleep: async () => undefined };
