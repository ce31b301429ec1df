// The order of tasks, here as on the server: NULL last either way, the newest first where nothing else tells two apart. Texts are
// compared by their letters without accents and case, by keys made once a task: 10,000 titles are in order within a frame.
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { formatSort, isSameSort, newestFirst, type Sort } from "./address.ts";
import { timeOf } from "./conditions.ts";

export type Order = (one: Task, other: Task) => number;

/** What a column is sorted by: those that were completed go by when, unless another order was asked for. */
export function columnSort(sort: Sort): string {
  return isSameSort(sort, newestFirst) ? "-completed_at,-id" : listSort(sort);
}

/** The server's name of the same order. */
export function listSort(sort: Sort): string {
  return sort.field === "id" ? formatSort(sort) : `${formatSort(sort)},-id`;
}

export function columnOrder(sort: Sort, nameOf: (projectId: number) => string): Order {
  return isSameSort(sort, newestFirst) ? byCompletion : listOrder(sort, nameOf);
}

export function listOrder(sort: Sort, nameOf: (projectId: number) => string): Order {
  const direction = sort.isDescending ? -1 : 1;
  if (sort.field === "id") return (one, other) => direction * (rank(one) - rank(other));
  const keyOf = keyFor(sort.field, nameOf);
  return (one, other) => nullsLast(keyOf(one), keyOf(other), direction) || rank(other) - rank(one);
}

function byCompletion(one: Task, other: Task): number {
  return nullsLast(completionOf(one), completionOf(other), -1) || rank(other) - rank(one);
}

function completionOf({ completed_at: moment }: Task): number | null {
  return moment === null ? null : timeOf(moment);
}

/** A task that waits for its id is the newest. */
function rank({ id }: Task): number {
  return id < 0 ? Number.MAX_SAFE_INTEGER / 2 - id : id;
}

type Key = number | string | null;

function nullsLast(one: Key, other: Key, direction: 1 | -1): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return direction * (one < other ? -1 : 1);
}

const statusRanks = { pending: 0, active: 1, complete: 2, archived: 3 } as const;

function keyFor(field: Sort["field"], nameOf: (projectId: number) => string): (task: Task) => Key {
  if (field === "status") return (task) => statusRanks[task.status];
  if (field === "title") return (task) => letters(task.title);
  if (field === "assigned_to") return (task) => (task.assigned_to === null ? null : letters(task.assigned_to));
  if (field === "project_id") return (task) => (task.project_id === null ? null : letters(nameOf(task.project_id)));
  if (field === "due_date" || field === "completed_at") return (task) => (task[field] === null ? null : timeOf(task[field]));
  if (field === "created_at" || field === "updated_at") return (task) => timeOf(task[field]);
  return (task) => task[field];
}

const keys = new Map<string, string>();
const mostKeys = 50_000;

function letters(text: string): string {
  const known = keys.get(text);
  if (known !== undefined) return known;
  const key = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  if (keys.size >= mostKeys) keys.clear();
  keys.set(text, key);
  return key;
}
