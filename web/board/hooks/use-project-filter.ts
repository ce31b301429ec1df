// Which project is shown: it stands in the address (`?project=3`), so that it can be kept, sent and gone back to.
import { useCallback, useSyncExternalStore } from "react";

export function useProjectFilter(): [number | null, (projectId: number | null) => void] {
  const projectId = useSyncExternalStore(listen, read);
  const choose = useCallback((chosen: number | null) => {
    if (chosen === read()) return;
    history.pushState(null, "", chosen === null ? location.pathname : `?project=${chosen}`);
    dispatchEvent(new PopStateEvent("popstate"));
  }, []);
  return [projectId, choose];
}

function listen(onChange: () => void): () => void {
  addEventListener("popstate", onChange);
  return () => removeEventListener("popstate", onChange);
}

function read(): number | null {
  const text = new URLSearchParams(location.search).get("project") ?? "";
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}
