// Some rows read anew, because the server said that they are not as we know them. What it does not have is gone.
import { readPage } from "../task-api.ts";
import type { TaskStore } from "./task-store.ts";

const idsInFilter = 100;

export async function refreshTasks(store: TaskStore, ids: readonly number[]): Promise<void> {
  for (let start = 0; start < ids.length; start += idsInFilter) {
    const some = ids.slice(start, start + idsInFilter).filter((id) => id > 0);
    if (some.length === 0) continue;
    const { tasks } = await readPage({ sort: "id", limit: idsInFilter, filter: { id: { in: some } } });
    const found = new Set(tasks.map(({ id }) => id));
    store.together(() => {
      store.put(tasks);
      store.drop(some.filter((id) => !found.has(id)));
    });
  }
}
