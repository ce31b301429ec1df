// What others change: looked for every fifteen seconds while the page is seen, and at once when it is looked at again.
import type { Connection } from "./connection.ts";
import type { Loader } from "./loader.ts";
import { poll } from "./poll.ts";
import type { TaskStore } from "./task-store.ts";

const everyMs = 15_000;

export interface FeedParts {
  readonly store: TaskStore;
  readonly loader: Loader;
  readonly connection: Connection;
  /** Called when something may have changed beside the tasks. */
  readonly onNews: () => void;
}

/** Returns what ends it. */
export function startFeed({ store, loader, connection, onNews }: FeedParts): () => void {
  const look = async () => {
    if (document.hidden || !connection.state.get().isReady || loader.coverage.get().state === "none") return;
    await poll({ store, loader }).then(onNews, () => connection.check());
  };
  const timer = setInterval(look, everyMs);
  document.addEventListener("visibilitychange", look);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
