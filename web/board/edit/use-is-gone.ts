// Whether somebody deleted the task that is open, as soon as the page knows. A task that was added here and has no number yet is
// not known to the server, and not gone.
import { useSyncExternalStore } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { useSession } from "../session.ts";

export function useIsGone(task: Task): boolean {
  const { store } = useSession();
  return useSyncExternalStore(store.subscribe, () => store.idOf(task.id) > 0 && store.known(task.id) === undefined);
}
