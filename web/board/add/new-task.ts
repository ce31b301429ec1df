// The new task that a typed line makes in the view that is shown: what the view is about, unless the line says otherwise.
import type { NewTask, Task } from "../../../src/app/api/contract/tasks.ts";
import { momentOf, duePartsOf } from "../due.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import { conditionOf } from "../view/conditions.ts";
import type { QuickAdd } from "./quick-add.ts";

export interface PlannedTask {
  readonly task: NewTask;
  /** False when the view does not show it. */
  readonly isInView: boolean;
  /** Where it goes, for that case. */
  readonly where: string;
}

export function newTaskFor(quick: QuickAdd, view: BoardView): PlannedTask {
  const task: NewTask = { title: quick.title, ...fieldsOfView(view), ...quick.fields };
  const nothing = { id: -1, description: null, is_active: true, created_at: "", updated_at: "", completed_at: null, version: 1 };
  const asShown: Task = { ...nothing, status: "pending", priority: 0, due_date: null, project_id: null, assigned_to: null, ...task };
  const project = typeof task.project_id === "number" ? view.projectOf(task.project_id)?.name : undefined;
  return { task, isInView: conditionOf(view.address, view.now)(asShown), where: project ?? "“All tasks”" };
}

function fieldsOfView({ address, now, isProjectGone }: BoardView): Partial<NewTask> {
  const { project, due, assignee, priorities } = address;
  const [priority, ...others] = priorities;
  return {
    project_id: typeof project === "number" && !isProjectGone ? project : null,
    ...(due === "today" ? { due_date: momentOf({ day: duePartsOf(now.toISOString()).day, time: "" }) } : {}),
    ...(assignee ? { assigned_to: assignee } : {}),
    ...(priority && others.length === 0 ? { priority } : {}),
  };
}
