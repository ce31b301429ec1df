// Looking for changes where no events come: the tasks that changed last, as far back as something new is among them, and the
// number of all, which tells that something was deleted. For the time without live updates only.
import { readPage } from "../task-api.ts";
import type { Loader } from "./loader.ts";
import type { TaskStore } from "./task-store.ts";

const pageRows = 100;
const mostPages = 10;

export async function poll({ store, loader }: { readonly store: TaskStore; readonly loader: Loader }): Promise<void> {
  const wasWhole = loader.coverage.get().state === "whole";
  let after: string | null | undefined;
  let total: number | undefined;
  for (let pages = 0; after !== null && pages < mostPages; pages += 1) {
    const page = await readPage({ sort: "-updated_at,-id", limit: pageRows, ...(after === undefined ? { count: "exact" } : { after }) });
    total ??= page.total;
    const hasNews = page.tasks.some((task) => store.known(task.id)?.version !== task.version);
    store.put(page.tasks);
    after = hasNews ? page.next : null;
  }
  if (wasWhole && total !== undefined && total !== store.size) await loader.load();
}
