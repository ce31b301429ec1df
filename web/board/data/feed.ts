// What others change: events as they happen, and while none come a look every fifteen seconds. Events come in bursts, so those of
// one moment are taken together; and they wait while an added task has no answer yet, because its own event would be shown beside it.
import type { Change } from "../../../src/app/api/contract/events.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { type Cell, cell } from "../../kit/cell.ts";
import { followChanges } from "../../kit/live.ts";
import type { Connection } from "./connection.ts";
import type { Loader } from "./loader.ts";
import { poll } from "./poll.ts";
import type { TaskStore } from "./task-store.ts";

export interface FeedParts {
  readonly store: TaskStore;
  readonly loader: Loader;
  readonly connection: Connection;
  /** Whether an added task has no answer yet. */
  readonly isAdding: () => boolean;
  /** Called when something changed that is counted or named by the server. */
  readonly onNews: (what: "tasks" | "projects") => void;
}

export interface Feed {
  readonly isLive: Cell<boolean>;
  /** Begins; returns what ends it. */
  readonly start: () => () => void;
}

const burstMs = 50;
const pollMs = 15_000;
/** So long the first reading waits for the events, so that everything has to be read once only. */
const patienceMs = 500;

export function feedFor(parts: FeedParts): Feed {
  const isLive = cell(false);
  return { isLive, start: () => start(parts, isLive) };
}

function start(parts: FeedParts, isLive: Cell<boolean>): () => void {
  const { loader, connection } = parts;
  const burst = burstOf(parts);
  const first = setTimeout(() => void loader.load(), patienceMs);
  const stopFollowing = followChanges({
    onStart: () => {
      clearTimeout(first);
      void loader.load();
    },
    onChange: burst.add,
    onConnection: (isConnected) => {
      isLive.set(isConnected);
      if (!isConnected) void connection.check();
    },
  });
  const timer = setInterval(() => isLive.get() || void look(parts), pollMs);
  return () => {
    clearTimeout(first);
    clearInterval(timer);
    stopFollowing();
    burst.stop();
  };
}

async function look({ store, loader, connection, onNews }: FeedParts): Promise<void> {
  if (document.hidden || !connection.state.get().isReady || loader.coverage.get().state === "none") return;
  try {
    await poll({ store, loader });
    onNews("projects");
  } catch {
    await connection.check();
  }
}

function burstOf(parts: FeedParts) {
  let changes: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (parts.isAdding()) timer = setTimeout(flush, burstMs);
    else take(parts, changes.splice(0));
  };
  return {
    add: (change: Change) => {
      changes.push(change);
      timer ??= setTimeout(flush, burstMs);
    },
    stop: () => {
      clearTimeout(timer);
      changes = [];
    },
  };
}

function take({ store, loader, onNews }: FeedParts, changes: readonly Change[]): void {
  store.together(() => {
    for (const { kind, task } of changes) if (task) apply(store, kind, task);
  });
  const hasProjects = changes.some(({ kind }) => kind.startsWith("project.") || kind === "tasks.imported");
  onNews(hasProjects ? "projects" : "tasks");
  if (changes.some(({ kind }) => kind === "tasks.imported")) void loader.load();
}

function apply(store: TaskStore, kind: Change["kind"], task: Task): void {
  if (kind === "task.deleted") store.drop([task.id]);
  else store.put([task]);
}
