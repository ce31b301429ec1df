// The heart of live changes, without servers: whatever order transactions commit in, whatever a snapshot shows of them, and
// however often listeners are cut off and go on elsewhere, each is told every change once and never an older one behind a newer.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catchUp } from "../../../src/app/live/catch-up.ts";
import { advance, type Cursor, formatCursor, parseCursor } from "../../../src/app/live/cursor.ts";
import { changeFrame } from "../../../src/app/live/frames.ts";
import { liveLimits } from "../../../src/app/live/limits.ts";
import { type Place, Reader } from "../../../src/app/live/reader.ts";
import type { EventRow } from "../../../src/app/store/event-log.ts";
import { type Dice, diceOf, stillClock, World } from "./world.ts";

const numbers = fc.array(fc.nat(0x7fff_ffff), { minLength: 50, maxLength: 1_500 });

describe("delivery", () => {
  test("tells every listener each change once, those of one row in their order, across cuts and instances", async () => {
    await fc.assert(
      fc.asyncProperty(numbers, async (drawn) => {
        expect(await faultsOf(drawn, reading)).toStrictEqual([]);
      }),
      { numRuns: 1_000, seed: 28 },
    );
  }, 300_000);

  test("would be found out if it read above the highest id only", async () => {
    const naive: Reading = async (world, place) => {
      const rows = (await world.eventsFrom(place.cursor.high + 1, 250)) as EventRow[];
      const last = rows.at(-1);
      return { rows, place: { ...place, cursor: last ? { high: last.id, mark: last.mark, gaps: [] } : place.cursor } };
    };
    const { failed } = await fc.check(
      fc.asyncProperty(numbers, async (drawn) => (await faultsOf(drawn, naive)).length === 0),
      { numRuns: 1_000, seed: 28, endOnFailure: true },
    );
    expect(failed).toBe(true);
  });

  test("would be found out if it delivered whatever one look at the gaps shows", async () => {
    const hasty: Reading = async (world, place) => {
      const above = (await world.eventsFrom(place.cursor.high + 1, 250)) as EventRow[];
      const inGaps = place.cursor.gaps.length === 0 ? [] : ((await world.eventsIn(place.cursor.gaps)) as EventRow[]);
      const rows = [...inGaps, ...above];
      return { rows, place: { ...place, cursor: rows.reduce(advance, place.cursor) } };
    };
    const { failed } = await fc.check(
      fc.asyncProperty(numbers, async (drawn) => (await faultsOf(drawn, hasty)).length === 0),
      { numRuns: 1_000, seed: 28, endOnFailure: true },
    );
    expect(failed).toBe(true);
  }, 300_000);
});

type Reading = (world: World, place: Place, reader: Reader) => Promise<{ readonly place: Place; readonly rows: readonly EventRow[] }>;

const reading: Reading = async (_world, place, reader) => {
  const step = await reader.look(place.cursor);
  if (!step) throw new Error("the reader thinks that the database was put back");
  return step;
};

/** Two instances and three listeners live through what the numbers say; returns what should not have been. */
async function faultsOf(drawn: readonly number[], read: Reading): Promise<readonly string[]> {
  const dice = diceOf(drawn);
  const world = new World(dice);
  const logger = { info: () => undefined, warn: () => undefined };
  const limits = { ...liveLimits, pageRows: 1 + dice(5) };
  const instances = [1, 2].map(() => new Instance(world, new Reader({ log: world, clock: stillClock, logger, limits }), read));
  for (const instance of instances) await instance.begin();
  const listeners = [0, 1, 0].map((index) => new Listener(instances[index] as Instance));
  for (let turn = 0; turn < 60; turn++) {
    if (turn === 40) world.settle();
    else if (turn < 40) world.happen();
    const instance = instances[dice(2)] as Instance;
    const cutOff = dice(3) === 0 ? listeners[dice(3)] : undefined;
    await instance.look(listeners, cutOff, dice);
    if (cutOff) await cutOff.comeBack(instances[dice(2)] as Instance, listeners);
  }
  for (let turn = 0; turn < 60; turn++) for (const instance of instances) await instance.look(listeners, undefined, dice);
  return listeners.flatMap((listener) => listener.faults(world));
}

class Instance {
  place: Place = { cursor: { high: 0, mark: "0", gaps: [] }, isCut: false };
  readonly world: World;
  readonly #reader: Reader;
  readonly #read: Reading;

  constructor(world: World, reader: Reader, read: Reading) {
    this.world = world;
    this.#reader = reader;
    this.#read = read;
  }

  async begin(): Promise<void> {
    this.place = await this.#reader.begin();
  }

  /** Tells what it finds to its listeners; `cutOff` gets only some of it. */
  async look(listeners: readonly Listener[], cutOff: Listener | undefined, dice: Dice): Promise<void> {
    const { place, rows } = await this.#read(this.world, this.place, this.#reader);
    for (const listener of listeners.filter(({ at }) => at === this))
      listener.take(rows.slice(0, listener === cutOff ? dice(rows.length + 1) : undefined));
    this.place = place;
  }
}

class Listener {
  at: Instance;
  readonly #first: Cursor;
  #cursor: Cursor;
  readonly #told: { readonly id: number; readonly row: number; readonly version: number }[] = [];

  constructor(at: Instance) {
    this.at = at;
    this.#first = at.place.cursor;
    this.#cursor = at.place.cursor;
  }

  take(rows: readonly EventRow[]): void {
    for (const row of rows) {
      this.#cursor = advance(this.#cursor, row);
      this.#note(changeFrame(row, this.#cursor));
    }
  }

  /** With nothing but the text of the id that came last. */
  async comeBack(to: Instance, listeners: readonly Listener[]): Promise<void> {
    const from = parseCursor(formatCursor(this.#cursor));
    if (!from || from === "lost") throw new Error(`cannot come back from ${formatCursor(this.#cursor)}`);
    const others = listeners.filter((listener) => listener !== this);
    do await to.look(others, undefined, () => 0);
    while (to.place.isCut);
    const ahead = to.place.cursor;
    const write = (bytes: Buffer) => {
      for (const frame of bytes
        .toString()
        .split("\n\n")
        .filter((text) => text.includes("data: ")))
        this.#note(frame);
    };
    const listener = { write, drained: async () => undefined, isGone: () => false };
    await catchUp({ log: to.world, listener, from, ahead, limits: liveLimits });
    this.at = to;
    this.#cursor = ahead;
  }

  #note(frame: string): void {
    const [, id = "", event, data = ""] = /id: (\S+)\nevent: (\S+)\ndata: (.*)/.exec(frame) ?? [];
    if (event === "reset") throw new Error("a listener was told to read everything again");
    const cursor = parseCursor(id);
    if (!cursor || cursor === "lost") throw new Error(`not an id: ${id}`);
    this.#cursor = cursor;
    const { request_id, task } = JSON.parse(data) as { request_id: string; task: { id: number; version: number } };
    this.#told.push({ id: Number(request_id), row: task.id, version: task.version });
  }

  faults(world: World): readonly string[] {
    const wanted = world.committed.filter(({ id }) => id > this.#first.high || this.#first.gaps.some(({ first, last }) => first <= id && id <= last));
    const key = (row: number, version: number) => `row ${row} version ${version}`;
    const told = this.#told.map(({ row, version }) => key(row, version));
    const expected = wanted.map(({ data }) => JSON.parse(data) as { id: number; version: number }).map(({ id, version }) => key(id, version));
    return [
      ...expected.filter((one) => !told.includes(one)).map((one) => `${one} was missed`),
      ...told.filter((one, index) => told.indexOf(one) !== index).map((one) => `${one} came twice`),
      ...told.filter((one) => !expected.includes(one)).map((one) => `${one} came and should not`),
      ...this.#told
        .filter(({ row, version }, index) => this.#told.slice(0, index).some((one) => one.row === row && one.version > version))
        .map(({ row, version }) => `${key(row, version)} came behind a newer one`),
    ];
  }
}
