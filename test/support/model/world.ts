// The service as a model in memory: what rows there are and what a write makes of them. It shares no code with the store. What only
// the database can know (an id, the time of a write) stands as a mark until an answer tells it.
import type { NewTask, Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";

export interface ModelProject {
  readonly id: number;
  readonly name: string;
  readonly version: number;
}

/** An answer that was given under a key, and the request that it belongs to. */
export interface Kept {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly text: string;
}

export interface World {
  /** In the order of their ids. */
  readonly tasks: Map<number, Task>;
  readonly projects: Map<number, ModelProject>;
  readonly goneTasks: number[];
  readonly goneProjects: number[];
  readonly kept: Kept[];
  /** How many events of each kind there have to be. */
  readonly events: Map<string, number>;
  nextKey: number;
}

export const unknownMoment = "2999-01-01T00:00:00.000000Z";
/** Ids that the database has yet to give are above it, in the order in which they will be. */
export const unknownIds = 3_000_000_000;
export const missingId = 2_000_000_000;

export function emptyWorld(): World {
  return { tasks: new Map(), projects: new Map(), goneTasks: [], goneProjects: [], kept: [], events: new Map(), nextKey: 1 };
}

/** Another world with the same tasks, to try in. */
export function copyOf(world: World): World {
  return { ...world, tasks: new Map(world.tasks), goneTasks: [...world.goneTasks], events: new Map(world.events) };
}

export function countEvent(world: World, kind: string): void {
  world.events.set(kind, (world.events.get(kind) ?? 0) + 1);
}

export function createdTask(id: number, sent: NewTask): Task {
  return {
    id,
    title: sent.title,
    description: sent.description ?? null,
    status: sent.status ?? "pending",
    priority: sent.priority ?? 0,
    is_active: sent.is_active ?? true,
    due_date: canonical(sent.due_date ?? null),
    project_id: sent.project_id ?? null,
    assigned_to: sent.assigned_to ?? null,
    created_at: unknownMoment,
    updated_at: unknownMoment,
    completed_at: sent.status === "complete" ? unknownMoment : null,
    version: 1,
  };
}

export function changedTask(before: Task, change: TaskChange): Task {
  const stays = before.status === "complete" && before.completed_at !== null;
  const completed = change.status === "complete" ? (stays ? before.completed_at : unknownMoment) : null;
  return {
    ...before,
    ...change,
    ...(change.due_date === undefined ? {} : { due_date: canonical(change.due_date) }),
    completed_at: change.status === undefined ? before.completed_at : completed,
    updated_at: unknownMoment,
    version: before.version + 1,
  };
}

/** In UTC with six digits. */
export function canonical(moment: string | null): string | null {
  if (moment === null) return null;
  const digits = /\.(\d+)/.exec(moment)?.[1] ?? "";
  return `${new Date(moment).toISOString().slice(0, 19)}.${digits.padEnd(6, "0")}Z`;
}

/** `expected` with its marks replaced by what is shown, where that is possible; then the two are to be equal. */
export function learnt(expected: Task, shown: Task): Task {
  const told = (field: "created_at" | "updated_at" | "completed_at") =>
    expected[field] === unknownMoment && isMoment(shown[field]) ? { [field]: shown[field] } : {};
  const id = expected.id > unknownIds && Number.isInteger(shown.id) ? { id: shown.id } : {};
  return { ...expected, ...id, ...told("created_at"), ...told("updated_at"), ...told("completed_at") };
}

/** No row is changed before it is made, nor completed before that or after its last change. */
export function isInOrder({ created_at, updated_at, completed_at }: Task): boolean {
  return created_at <= updated_at && (completed_at === null || (created_at <= completed_at && completed_at <= updated_at));
}

function isMoment(text: string | null): boolean {
  return text !== null && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text) && text < unknownMoment;
}
