// The tasks that are in sight, and those of them that are selected, in the order in which they stand. What a filter hides or what is
// folded is not acted upon.
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { BoardView } from "../hooks/use-board-view.ts";

type InSight = Pick<BoardView, "groups" | "folded">;

export function tasksInSight({ groups, folded }: InSight): readonly Task[] {
  return groups.filter((group) => group !== folded).flatMap(({ tasks }) => tasks);
}

export function selectedTasks(view: InSight, ids: ReadonlySet<number>): readonly Task[] {
  return ids.size === 0 ? [] : tasksInSight(view).filter(({ id }) => ids.has(id));
}
