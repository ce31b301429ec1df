// The reader that TRAP-28 warns of: it asks for ids above the highest one it saw. It runs beside the real listeners, so that a scene
// shows what it would have missed.
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../../../src/drivers/driver.ts";
import { sql } from "../../../src/foundation/sql.ts";

export class PlainPoller {
  readonly seen = new Set<number>();
  readonly #session: Session;
  #high: number;
  #isStopped = false;
  readonly #polling: Promise<void>;

  /** Uses the session alone from now on. */
  constructor(session: Session, high: number) {
    this.#session = session;
    this.#high = high;
    this.#polling = this.#poll();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#polling;
  }

  async #poll(): Promise<void> {
    for (let isLast = false; !isLast; ) {
      isLast = this.#isStopped;
      const rows = await this.#session.all<{ id: number }>(sql`select id from events where id > ${this.#high} order by id`);
      for (const { id } of rows) this.seen.add(id);
      this.#high = rows.at(-1)?.id ?? this.#high;
      await sleep(5);
    }
  }
}
