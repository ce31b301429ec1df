// A write is a list of operations that happen together or not at all. Each knows what was there before, which makes it
// possible to lay it over the tasks at once, to take it back later, and to see whether somebody else changed the same fields.
import type { NewTask, Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import { currentMoment } from "../../kit/clock.ts";
import type { Overlay, TaskStore } from "../data/task-store.ts";

export type Operation =
  | { readonly op: "create"; readonly temporaryId: number; readonly task: NewTask }
  | { readonly op: "update"; readonly id: number; readonly change: TaskChange; readonly before: TaskChange }
  | { readonly op: "delete"; readonly id: number; readonly before: Task };

export type FieldName = keyof TaskChange;

/** A field that somebody else changed since the operation was meant, and what stands there now. */
export interface Conflict {
  readonly task: Task;
  readonly fields: readonly FieldName[];
}

/** The fields of `change` as they are in `task`. */
export function beforeOf(task: Task, change: TaskChange): TaskChange {
  return Object.fromEntries(fieldsOf(change).map((name) => [name, task[name]])) as TaskChange;
}

export function updateOf(task: Task, change: TaskChange): Operation {
  return { op: "update", id: task.id, change, before: beforeOf(task, change) };
}

export function overlayOf(operations: readonly Operation[]): Overlay {
  const added: Task[] = [];
  const changed = new Map<number, Partial<Task>>();
  const hidden = new Set<number>();
  for (const operation of operations) {
    if (operation.op === "create") added.push(temporaryTask(operation.task, operation.temporaryId));
    else if (operation.op === "update") changed.set(operation.id, shownChange(operation.change));
    else hidden.add(operation.id);
  }
  return { added, changed, hidden };
}

/** What takes `operations` back, the last one first. Created tasks are looked up by the ids they were given. */
export function inverseOf(operations: readonly Operation[], store: TaskStore, nextId: () => number): readonly Operation[] {
  return operations.toReversed().flatMap((operation): readonly Operation[] => {
    if (operation.op === "update") return [{ ...operation, change: operation.before, before: operation.change }];
    if (operation.op === "delete") return [{ op: "create", temporaryId: nextId(), task: newTaskOf(operation.before) }];
    const task = store.shown().get(operation.temporaryId);
    return task ? [{ op: "delete", id: task.id, before: task }] : [];
  });
}

/**
 * Undefined when the operation can be made on the task as it is known now: what others changed in other fields is kept.
 * The fields that it would write over otherwise.
 */
export function conflictOf(operation: Operation, known: Task): Conflict | undefined {
  if (operation.op === "create") return undefined;
  const fields = operation.op === "delete" ? differing(operation.before, known) : overwritten(operation.change, operation.before, known);
  return fields.length > 0 ? { task: known, fields } : undefined;
}

/** The same operation, meant for the task as it is now: what somebody else wrote is written over. */
export function insist(operation: Operation, known: Task): Operation {
  if (operation.op === "update") return { ...operation, before: beforeOf(known, operation.change) };
  return operation.op === "delete" ? { ...operation, before: known } : operation;
}

const writable = ["title", "description", "status", "priority", "due_date", "project_id", "assigned_to"] as const;

function differing(one: Task, other: Task): readonly FieldName[] {
  return writable.filter((name) => !isSame(name, one[name], other[name]));
}

function overwritten(change: TaskChange, before: TaskChange, known: Task): readonly FieldName[] {
  return fieldsOf(change).filter((name) => !isSame(name, known[name], before[name]) && !isSame(name, known[name], change[name]));
}

function fieldsOf(change: TaskChange): readonly FieldName[] {
  return Object.keys(change) as FieldName[];
}

// The server writes a moment with six digits, the page with three.
function isSame(name: FieldName, one: unknown, other: unknown): boolean {
  if (one === other) return true;
  return name === "due_date" && typeof one === "string" && typeof other === "string" && Date.parse(one) === Date.parse(other);
}

function shownChange(change: TaskChange): Partial<Task> {
  const now = currentMoment().toISOString();
  if (change.status === undefined) return { ...change, updated_at: now };
  return { ...change, updated_at: now, completed_at: change.status === "complete" ? now : null };
}

function temporaryTask(task: NewTask, id: number): Task {
  const now = currentMoment().toISOString();
  const nothing = { description: null, due_date: null, project_id: null, assigned_to: null, completed_at: null };
  return { ...nothing, status: "pending", priority: 0, is_active: true, created_at: now, updated_at: now, version: 1, ...task, id };
}

function newTaskOf({ title, description, status, priority, is_active, due_date, project_id, assigned_to }: Task): NewTask {
  return { title, description, status, priority, is_active, due_date, project_id, assigned_to };
}
