// Changes as they happen, from /api/events. The browser's EventSource comes back by itself after a cut connection and says where
// it was; what it does not do is here: coming back after an answer that is no stream (the server is away or full), and letting go
// while nobody looks, since a browser has only six connections to one server and every tab takes one.
// Source: html.spec.whatwg.org, 9.2 Server-sent events
import type { Change, EventKind } from "../../src/app/api/contract/events.ts";

export interface Follower {
  /**
   * Everything has to be read now: at the beginning, and when more was missed than can be told. From then on nothing is missed. A
   * change that comes while it is being read may be older than what is read; versions tell.
   */
  readonly onStart: () => void;
  /** Each change once, those of one row in their order. */
  readonly onChange: (change: Change) => void;
  /** Whether changes are coming; while they are not, none is lost. Not called while the page is hidden. */
  readonly onConnection: (isConnected: boolean) => void;
}

const kinds: Readonly<Record<EventKind, true>> = {
  "task.created": true,
  "task.changed": true,
  "task.deleted": true,
  "project.created": true,
  "project.changed": true,
  "project.deleted": true,
  "tasks.imported": true,
};

/** Longer than a glance at another tab. */
const hiddenMs = 10_000;
const longestWaitMs = 15_000;
/** So often an id is refused before it is dropped: then the server does not know it any more, and everything is read anew. */
const refusals = 3;

/** Follows until the function that it returns is called. */
export function followChanges(follower: Follower): () => void {
  const line = new Line(follower);
  const onVisibility = () => (document.hidden ? line.closeIn(hiddenMs) : line.open());
  const onLeave = () => line.closeIn(0); // a page with a connection could not be kept for the way back
  const onReturn = () => line.open();
  const onNetwork = () => line.renew(); // the old connection may be one that nobody answers on any more
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("pagehide", onLeave);
  window.addEventListener("pageshow", onReturn);
  window.addEventListener("online", onNetwork);
  line.open();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    window.removeEventListener("pagehide", onLeave);
    window.removeEventListener("pageshow", onReturn);
    window.removeEventListener("online", onNetwork);
    line.close();
  };
}

class Line {
  readonly #follower: Follower;
  #source: EventSource | undefined;
  #lastId = "";
  #failures = 0;
  #timer: number | undefined;

  constructor(follower: Follower) {
    this.#follower = follower;
  }

  /** At once, unless it is open. */
  open(): void {
    window.clearTimeout(this.#timer);
    if (this.#source && this.#source.readyState !== EventSource.CLOSED) return;
    if (this.#failures >= refusals) this.#lastId = "";
    const source = new EventSource(`/api/events${this.#lastId ? `?after=${encodeURIComponent(this.#lastId)}` : ""}`);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#failures = 0;
      this.#follower.onConnection(true);
    });
    source.addEventListener("error", () => this.#onError(source));
    for (const name of ["ready", "reset"]) source.addEventListener(name, (event) => this.#take(event, () => this.#follower.onStart()));
    for (const kind of Object.keys(kinds))
      source.addEventListener(kind, (event) => this.#take(event, () => this.#follower.onChange(JSON.parse(event.data))));
  }

  renew(): void {
    if (!this.#source) return; // closed while nobody looks
    this.close();
    this.open();
  }

  closeIn(ms: number): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.close(), ms);
  }

  close(): void {
    window.clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #take(event: MessageEvent<string>, tell: () => void): void {
    this.#lastId = event.lastEventId;
    tell();
  }

  #onError(source: EventSource): void {
    this.#follower.onConnection(false);
    if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
    this.#failures++;
    const waitMs = Math.min(longestWaitMs, 500 * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.open(), waitMs);
  }
}
