// Follows the events of the database for all listeners of this instance: one loop, which runs only while somebody listens, looks
// for what is new and sends it to all of them. Who comes with a cursor catches up first.
import { isProblem, toProblem } from "../../foundation/problem.ts";
import type { EventRow, IdRange } from "../store/event-log.ts";
import { bellOf } from "./bell.ts";
import { catchUp } from "./catch-up.ts";
import { advance, type Cursor } from "./cursor.ts";
import { changeFrame, readyFrame, resetFrame } from "./frames.ts";
import type { Listener } from "./listener.ts";
import { type Place, Reader, type ReaderParts } from "./reader.ts";

/** "now" for one that begins, "lost" for one whose cursor could not be written down. */
export type From = Cursor | "now" | "lost";

interface Arrival {
  readonly listener: Listener;
  readonly from: From;
}

export class Tail {
  readonly #parts: ReaderParts;
  readonly #reader: Reader;
  readonly #bell;
  readonly #joined = new Set<Listener>();
  #arrivals: readonly Arrival[] = [];
  #place: Place | undefined;
  #isRunning = false;
  #isAway = false;
  #readingInTurn: Promise<unknown> = Promise.resolve();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#reader = new Reader(parts);
    this.#bell = bellOf(parts.clock);
  }

  join(arrival: Arrival): void {
    this.#arrivals = [...this.#arrivals, arrival];
    this.#bell.ring();
    if (!this.#isRunning) void this.#run();
  }

  leave(listener: Listener): void {
    this.#joined.delete(listener);
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.listener !== listener);
    this.#bell.ring();
  }

  /** Somebody wrote: look soon. */
  wake(): void {
    this.#bell.ring();
  }

  async #run(): Promise<void> {
    const { clock, limits } = this.#parts;
    this.#isRunning = true;
    while (this.#joined.size + this.#arrivals.length > 0) {
      const arrivals = this.#arrivals;
      const isWell = await this.#look();
      if (isWell) this.#admit(arrivals);
      await clock.sleep(isWell ? limits.paceMs : limits.retryMs);
      if (isWell && !this.#place?.isCut) await this.#bell.wait(limits.pollMs);
    }
    this.#place = undefined;
    this.#isRunning = false;
  }

  /** False when the database could not be read; then nothing has changed, and the next look finds what this one would have. */
  async #look(): Promise<boolean> {
    try {
      this.#place = this.#place ? await this.#follow(this.#place) : await this.#reader.begin();
      if (this.#isAway) this.#parts.logger.info("live changes go on");
      this.#isAway = false;
      return true;
    } catch (thrown) {
      const { code, message } = toProblem(thrown);
      if (!this.#isAway) this.#parts.logger.warn({ code, reason: message, stack: stackOf(thrown) }, "live changes have to wait");
      this.#isAway = true;
      return false;
    }
  }

  async #follow(place: Place): Promise<Place> {
    const step = await this.#reader.look(place.cursor);
    if (!step) return this.#restart();
    let { cursor } = place;
    const frames = step.rows.map((row) => {
      cursor = advance(cursor, row);
      return changeFrame(row, cursor);
    });
    if (frames.length > 0) this.#send(Buffer.from(frames.join("")));
    return step.place;
  }

  async #restart(): Promise<Place> {
    this.#parts.logger.warn("the newest event is not the one that was there: every listener has to read everything again");
    const place = await this.#reader.begin();
    this.#send(resetFrame(place.cursor));
    return place;
  }

  #send(bytes: Buffer): void {
    for (const listener of this.#joined) listener.send(bytes);
  }

  /** Takes in those who came before the last look began. */
  #admit(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) {
      if (!this.#arrivals.includes(arrival) || !this.#place) continue; // gone meanwhile
      if (!this.#take(arrival, this.#place)) continue;
      this.#joined.add(arrival.listener);
      this.#arrivals = this.#arrivals.filter((one) => one !== arrival);
    }
  }

  /** False while this tail may not be past everything that the listener is past: another instance was faster. */
  #take({ listener, from }: Arrival, place: Place): boolean {
    if (from === "now") listener.write(readyFrame(place.cursor));
    else if (from === "lost") listener.write(resetFrame(place.cursor));
    else if (place.isCut) return false;
    else this.#catchUp(listener, { from, ahead: place.cursor });
    return true;
  }

  #catchUp(listener: Listener, cursors: { readonly from: Cursor; readonly ahead: Cursor }): void {
    const { logger, limits } = this.#parts;
    listener.keep();
    catchUp({ ...cursors, listener, limits, log: { eventsIn: (ranges) => this.#readInTurn(ranges) } }).then(
      () => listener.release(),
      (thrown: unknown) => {
        logger.warn({ code: toProblem(thrown).code }, "a listener could not catch up and comes back later");
        listener.end();
      },
    );
  }

  /** When an instance ends, all its listeners come at once: their reading must not take every connection. */
  #readInTurn(ranges: readonly IdRange[]): Promise<readonly EventRow[]> {
    const turn = this.#readingInTurn.then(() => this.#parts.log.eventsIn(ranges));
    this.#readingInTurn = turn.catch(() => undefined); // told to the listener
    return turn;
  }
}

function stackOf(thrown: unknown): string | undefined {
  return !isProblem(thrown) && thrown instanceof Error ? thrown.stack : undefined;
}
