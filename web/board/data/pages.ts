// The first pages of what is shown, straight from the server, for as long as not every task is here: in the first second, and
// for good where there are more tasks than the board loads. They come with the server's own count.
import type { TaskFilter } from "../../../src/app/api/contract/list.ts";
import { ApiProblem } from "../../kit/api.ts";
import { type Cell, cell } from "../../kit/cell.ts";
import { readPage } from "../task-api.ts";
import type { Extent } from "../view/build.ts";
import type { Connection } from "./connection.ts";
import type { TaskStore } from "./task-store.ts";

export interface PageRequest {
  readonly key: string;
  readonly filter: TaskFilter | undefined;
  readonly search: string | undefined;
  readonly sort: string;
}

interface PageState extends Extent {
  readonly request: PageRequest;
  readonly next: string | null;
}

const firstRows = 100;
const moreRows = 500;

export class Pages {
  readonly extents: Cell<ReadonlyMap<string, Extent>> = cell<ReadonlyMap<string, Extent>>(new Map());
  readonly problem: Cell<ApiProblem | null> = cell<ApiProblem | null>(null);
  readonly #store: TaskStore;
  readonly #connection: Connection;
  readonly #states = new Map<string, PageState>();
  readonly #reading = new Map<string, AbortController>();
  #wanted = "";

  constructor(parts: { readonly store: TaskStore; readonly connection: Connection }) {
    this.#store = parts.store;
    this.#connection = parts.connection;
  }

  /** From now on these groups are shown; what is read of others is given up. */
  show(requests: readonly PageRequest[]): void {
    const wanted = JSON.stringify(requests);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    const same = (key: string, request: PageRequest | undefined) =>
      JSON.stringify(request) === JSON.stringify(requests.find((one) => one.key === key));
    for (const [key, { request }] of this.#states) if (!same(key, request)) this.#states.delete(key);
    for (const stop of this.#reading.values()) stop.abort();
    this.#reading.clear();
    this.#tell();
    this.problem.set(null);
    for (const request of requests) if (!this.#states.has(request.key)) void this.#read(request, undefined);
  }

  /** The next page of a group, when there is one and none is on its way. */
  more(key: string): void {
    const state = this.#states.get(key);
    if (state?.next && !this.#reading.has(key)) void this.#read(state.request, state);
  }

  /** Everything that is shown is read again, because the server was away or others changed something. */
  again(): void {
    const requests = JSON.parse(this.#wanted === "" ? "[]" : this.#wanted) as readonly PageRequest[];
    for (const request of requests) if (!this.#reading.has(request.key)) void this.#read(request, undefined);
  }

  /** Others changed something: the rows come as events, the counts are the server's. */
  async recount(): Promise<void> {
    try {
      await Promise.all([...this.#states.values()].map((state) => this.#recountOne(state)));
      this.#tell();
    } catch (cause) {
      this.#note(cause);
    }
  }

  async #recountOne(state: PageState): Promise<void> {
    const { key, ...query } = state.request;
    const { total } = await readPage({ ...query, limit: 1, count: "exact" });
    const now = this.#states.get(key);
    if (now?.request === state.request) this.#states.set(key, { ...now, total });
  }

  async #read(request: PageRequest, before: PageState | undefined): Promise<void> {
    const stop = new AbortController();
    this.#reading.set(request.key, stop);
    try {
      const { key: _key, ...query } = request;
      const after = before?.next ? { after: before.next, limit: moreRows } : { limit: firstRows, count: "exact" as const };
      const page = await readPage({ ...query, ...after }, stop.signal);
      const state: PageState = {
        request,
        total: page.total ?? before?.total,
        next: page.next,
        last: page.next === null ? undefined : page.tasks.at(-1),
      };
      this.#store.together(() => {
        this.#store.put(page.tasks);
        this.#states.set(request.key, state);
        this.#tell();
      });
    } catch (cause) {
      if (!stop.signal.aborted) this.#note(cause);
    } finally {
      if (this.#reading.get(request.key) === stop) this.#reading.delete(request.key);
    }
  }

  #note(cause: unknown): void {
    if (!(cause instanceof ApiProblem)) throw cause;
    if (cause.isAway) void this.#connection.check().then(({ isReady }) => isReady && this.problem.set(cause));
    else this.problem.set(cause);
  }

  #tell(): void {
    this.extents.set(new Map(this.#states));
  }
}
