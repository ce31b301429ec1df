// Whether the statistics are shown: it stands in the address (`?view=stats`), so that it can be kept, sent and gone back to.
import { useCallback, useSyncExternalStore } from "react";

export interface StatsView {
  readonly isShown: boolean;
  readonly toggle: () => void;
  /** Goes to the tasks that a query means. */
  readonly choose: (query: string) => void;
}

export function useStatsView(): StatsView {
  const isShown = useSyncExternalStore(listen, read);
  const toggle = useCallback(() => {
    const query = new URLSearchParams(location.search);
    if (read()) query.delete("view");
    else query.set("view", "stats");
    go(query.toString());
  }, []);
  return { isShown, toggle, choose: go };
}

function go(query: string): void {
  history.pushState(null, "", query === "" ? location.pathname : `?${query}`);
  dispatchEvent(new PopStateEvent("popstate"));
}

function listen(onChange: () => void): () => void {
  addEventListener("popstate", onChange);
  return () => removeEventListener("popstate", onChange);
}

function read(): boolean {
  return new URLSearchParams(location.search).get("view") === "stats";
}
