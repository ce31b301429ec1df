// The selected tasks that are in sight, in the order in which they stand. What a filter hides is not acted upon.
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { BoardView } from "../hooks/use-board-view.ts";

export function selectedTasks({ groups }: Pick<BoardView, "groups">, ids: ReadonlySet<number>): readonly Task[] {
  if (ids.size === 0) return [];
  return groups.flatMap(({ tasks }) => tasks.filter(({ id }) => ids.has(id)));
}
