// Reads every task in the background, newest first, a thousand a page, so that searching and filtering need no server. Beyond
// 20,000 it stops and says so. What a whole reading did not mention is gone from the server and from here.
import { ApiProblem } from "../../kit/api.ts";
import { type Cell, cell } from "../../kit/cell.ts";
import { readPage } from "../task-api.ts";
import type { Connection } from "./connection.ts";
import type { TaskStore } from "./task-store.ts";

/** Which tasks are here: every one with an id of at least `from`, and no more are coming when it is `part`. */
export type Coverage = { readonly state: "none" | "filling" | "whole" | "part"; readonly from: number };

const pageRows = 1_000;
const mostRows = 20_000;
/** Below it, loading again is worth it. */
const fewRows = 15_000;
const patienceMs = 2_000;
const nothing: Coverage = { state: "none", from: Number.MAX_SAFE_INTEGER };

export interface Loader {
  readonly coverage: Cell<Coverage>;
  /** Why the last reading failed, when it is not that the server is away. */
  readonly problem: Cell<ApiProblem | null>;
  /** Reads everything anew. What is here meanwhile stays in sight. */
  readonly load: () => Promise<void>;
  /** Reads on when so much was deleted that more could be here. */
  readonly fill: () => void;
}

export function loaderFor({ store, connection }: { readonly store: TaskStore; readonly connection: Connection }): Loader {
  const coverage = cell(nothing);
  const problem = cell<ApiProblem | null>(null);
  let running: AbortController | undefined;
  const load = async () => {
    running?.abort();
    const stop = new AbortController();
    running = stop;
    for (let isDone = false; !isDone; ) {
      try {
        await readAll({ store, coverage, signal: stop.signal });
        problem.set(null);
        isDone = true;
      } catch (cause) {
        if (stop.signal.aborted) return;
        if (!(cause instanceof ApiProblem)) throw cause;
        isDone = !(await isWorthAnother(cause, connection));
        if (isDone) problem.set(cause);
      }
    }
  };
  const fill = () => {
    if (coverage.get().state === "part" && store.size < fewRows) void load();
  };
  return { coverage, problem, load, fill };
}

async function readAll(parts: { readonly store: TaskStore; readonly coverage: Cell<Coverage>; readonly signal: AbortSignal }): Promise<void> {
  const { store, coverage, signal } = parts;
  const sweep = store.beginSweep();
  const isFirst = coverage.get().state !== "whole" && coverage.get().state !== "part";
  let from = Number.MAX_SAFE_INTEGER;
  let rows = 0;
  let after: string | null | undefined;
  while (after !== null && rows < mostRows) {
    const page = await readPage({ sort: "-id", limit: pageRows, ...(after === undefined ? {} : { after }) }, signal);
    rows += page.tasks.length;
    after = page.next;
    from = after === null ? 1 : (page.tasks.at(-1)?.id ?? 1);
    store.together(() => {
      store.put(page.tasks);
      if (isFirst) coverage.set({ state: "filling", from });
    });
  }
  sweep.end(from);
  coverage.set({ state: after === null ? "whole" : "part", from });
}

/** A server that is away is waited for, a busy one is given a moment; any other problem is told. */
async function isWorthAnother(problem: ApiProblem, connection: Connection): Promise<boolean> {
  if (!problem.isAway) return false;
  const { isReady } = await connection.check();
  if (isReady) await new Promise((resolve) => setTimeout(resolve, patienceMs));
  else await connection.whenReady();
  return true;
}
