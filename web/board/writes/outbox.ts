// Writes on their way to the server, in the order in which they were made, one after the other. Each lies over the tasks from
// the start and until the server's yes; a no takes it away again and is told. While the server is away they wait, in memory and
// in sight; a page that is closed meanwhile asks first.
import { ApiProblem } from "../../kit/api.ts";
import { type Cell, cell } from "../../kit/cell.ts";
import type { Connection } from "../data/connection.ts";
import type { Overlay, TaskStore } from "../data/task-store.ts";
import { addressed, type Refusal, Refused } from "./addressing.ts";
import { type Operation, overlayOf } from "./operations.ts";
import { type Letter, letterFor, post, type Sent } from "./send.ts";

export interface Write {
  readonly operations: readonly Operation[];
  readonly onSent?: (sent: Sent) => void;
  readonly onRefused: (refusal: Refusal) => void;
}

/** A write that lies over the tasks. */
export interface Held {
  readonly send: () => void;
  /** As if it had never been; returns whether it was in time. */
  readonly cancel: () => boolean;
}

export interface OutboxState {
  /** Writes that the server has not confirmed. */
  readonly count: number;
  /** Ids of the tasks that they touch. */
  readonly ids: ReadonlySet<number>;
  /** True while they wait for the server to come back. */
  readonly isHeldUp: boolean;
}

interface Entry {
  readonly write: Write;
  readonly overlay: Overlay;
  letter?: Letter | undefined;
  failures: number;
}

export interface OutboxParts {
  readonly store: TaskStore;
  readonly connection: Connection;
  /** Called with each confirmed write, before its own `onSent`. */
  readonly onSent: (sent: Sent) => void;
  /** Reads rows of the server anew, after it said that ours are old. */
  readonly refresh: (ids: readonly number[]) => Promise<void>;
}

/** How long a call that found a server away that says it is ready is put off, each time. */
const pausesMs = [250, 1_000, 3_000];
const mostVersionsTried = 3;
/** Answers that say: not this row, or not this version of it. */
const overtaken: readonly number[] = [404, 409, 412];

export class Outbox {
  readonly state: Cell<OutboxState> = cell<OutboxState>({ count: 0, ids: new Set(), isHeldUp: false });
  readonly #parts: OutboxParts;
  readonly #queue: Entry[] = [];
  #isSending = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    parts.connection.state.subscribe(() => this.#tell());
  }

  /** Whether an add is on its way whose answer is not here: its event must not be shown beside it. */
  get isAdding(): boolean {
    return this.#queue[0]?.letter?.operations.some(({ op }) => op === "create") ?? false;
  }

  push(write: Write): Held {
    const held = this.hold(write);
    held.send();
    return held;
  }

  hold(write: Write): Held {
    const entry: Entry = { write, overlay: overlayOf(write.operations), failures: 0 };
    const { store } = this.#parts;
    let state: "held" | "queued" | "cancelled" = "held";
    store.cover(entry.overlay);
    return {
      send: () => {
        if (state !== "held") return;
        state = "queued";
        this.#queue.push(entry);
        this.#tell();
        void this.#pump();
      },
      cancel: () => {
        if (state === "cancelled" || entry.letter || (state === "queued" && !this.#queue.includes(entry))) return false;
        state = "cancelled";
        this.#remove(entry);
        return true;
      },
    };
  }

  async #pump(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (let entry = this.#queue[0]; entry; entry = this.#queue[0]) {
        await this.#parts.connection.whenReady();
        if (this.#queue[0] === entry) await this.#attempt(entry);
      }
    } finally {
      this.#isSending = false;
    }
  }

  async #attempt(entry: Entry): Promise<void> {
    try {
      this.#confirm(entry, await this.#deliver(entry));
    } catch (thrown) {
      if (thrown instanceof Refused) return this.#refuse(entry, thrown.refusal);
      if (!(thrown instanceof ApiProblem)) throw thrown;
      if (!thrown.isAway || !(await this.#mayTryAgain(entry))) this.#refuse(entry, { problem: thrown });
    }
  }

  /** Sends the letter that is there, or one for the newest versions; writes a new one when it is overtaken. */
  async #deliver(entry: Entry): Promise<Sent> {
    const { operations } = entry.write;
    const ids = operations.flatMap((operation) => (operation.op === "create" ? [] : [this.#parts.store.idOf(operation.id)]));
    for (let version = 1; ; version += 1) {
      entry.letter ??= letterFor(addressed(operations, this.#parts.store));
      try {
        return await post(entry.letter);
      } catch (cause) {
        const isOvertaken = cause instanceof ApiProblem && overtaken.includes(cause.status) && ids.length > 0;
        if (!isOvertaken || version === mostVersionsTried) throw cause;
        await this.#parts.refresh(ids);
        entry.letter = undefined;
      }
    }
  }

  /** A server that is away is waited for without end, one that only seems so a few times. */
  async #mayTryAgain(entry: Entry): Promise<boolean> {
    const { isReady } = await this.#parts.connection.check();
    if (!isReady) return true;
    const pauseMs = pausesMs[entry.failures];
    entry.failures += 1;
    this.#tell();
    if (pauseMs === undefined) return false;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return true;
  }

  #confirm(entry: Entry, sent: Sent): void {
    const { store } = this.#parts;
    store.together(() => {
      for (const [temporaryId, id] of sent.givenIds) store.give(temporaryId, id);
      store.put(sent.tasks);
      store.drop(sent.deletedIds);
      this.#remove(entry);
    });
    this.#parts.onSent(sent);
    entry.write.onSent?.(sent);
  }

  #refuse(entry: Entry, refusal: Refusal): void {
    this.#remove(entry);
    entry.write.onRefused(refusal);
  }

  #remove(entry: Entry): void {
    const place = this.#queue.indexOf(entry);
    if (place >= 0) this.#queue.splice(place, 1);
    this.#parts.store.uncover(entry.overlay);
    this.#tell();
  }

  #tell(): void {
    const [head] = this.#queue;
    const isHeldUp = head !== undefined && (head.failures > 0 || !this.#parts.connection.state.get().isReady);
    const operations = this.#queue.flatMap(({ write }) => write.operations);
    const ids = new Set(operations.map((operation) => (operation.op === "create" ? operation.temporaryId : operation.id)));
    this.state.set({ count: this.#queue.length, ids, isHeldUp });
  }
}
