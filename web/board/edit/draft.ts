// What the edit panel holds while somebody types: texts, and how they become the smallest change that says what was meant.
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { NewTask, Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import { duePartsOf, momentOf } from "../due.ts";

export interface Draft {
  readonly title: string;
  readonly description: string;
  readonly status: Status;
  readonly priority: number;
  readonly dueDay: string;
  readonly dueTime: string;
  readonly projectId: string;
  readonly assignedTo: string;
}

export type Faults = Readonly<Partial<Record<keyof TaskChange, string>>>;

const titleLimit = 200;
const assigneeLimit = 100;

export function draftOf(task: Task): Draft {
  const { day, time } = duePartsOf(task.due_date);
  return {
    title: task.title,
    description: task.description ?? "",
    status: task.status,
    priority: task.priority,
    dueDay: day,
    dueTime: time,
    projectId: String(task.project_id ?? ""),
    assignedTo: task.assigned_to ?? "",
  };
}

/** The fields that differ from the task as it was when the panel opened; empty when nothing was changed. */
export function changeOf(task: Task, draft: Draft): TaskChange {
  const before = draftOf(task);
  const change: TaskChange = {};
  if (draft.title !== before.title) change.title = draft.title.trim();
  if (draft.description !== before.description) change.description = draft.description === "" ? null : draft.description;
  if (draft.status !== before.status) change.status = draft.status;
  if (draft.priority !== before.priority) change.priority = draft.priority;
  if (draft.dueDay !== before.dueDay || draft.dueTime !== before.dueTime) change.due_date = momentOf({ day: draft.dueDay, time: draft.dueTime });
  if (draft.projectId !== before.projectId) change.project_id = draft.projectId === "" ? null : Number(draft.projectId);
  if (draft.assignedTo !== before.assignedTo) change.assigned_to = draft.assignedTo.trim() || null;
  return change;
}

/** A task with everything that stands in the draft. */
export function newTaskOf(draft: Draft): NewTask {
  return {
    title: draft.title.trim(),
    description: draft.description === "" ? null : draft.description,
    status: draft.status,
    priority: draft.priority,
    due_date: momentOf({ day: draft.dueDay, time: draft.dueTime }),
    project_id: draft.projectId === "" ? null : Number(draft.projectId),
    assigned_to: draft.assignedTo.trim() || null,
  };
}

/** What was typed over `before`, typed over the task as it is now instead. */
export function draftOver(current: Task, { draft, before }: { readonly draft: Draft; readonly before: Task }): Draft {
  const untouched = draftOf(before);
  const typed = Object.entries(draft).filter(([name, value]) => value !== untouched[name as keyof Draft]);
  return { ...draftOf(current), ...Object.fromEntries(typed) };
}

/** What can be told without asking the server; the server checks everything again. */
export function faultsOf(draft: Draft): Faults {
  const faults: Partial<Record<keyof TaskChange, string>> = {};
  const titleFault = titleFaultOf(draft.title);
  if (titleFault) faults.title = titleFault;
  if (draft.dueDay === "" && draft.dueTime !== "") faults.due_date = "A time needs a day.";
  if ([...draft.assignedTo].length > assigneeLimit) faults.assigned_to = `At most ${assigneeLimit} characters.`;
  return faults;
}

export function titleFaultOf(title: string): string | undefined {
  const length = [...title.trim()].length;
  if (length === 0) return "A task needs a title.";
  if (length > titleLimit) return `A title has at most ${titleLimit} characters; this one has ${length}.`;
  return undefined;
}
