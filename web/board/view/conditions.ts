// Which tasks an address means: asked of a task that is here, and told to the server in the form of its filters. Both are made
// from the same parts, so that searching what is loaded and searching the database find the same.
import type { TaskFilter } from "../../../src/app/api/contract/list.ts";
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { Address, DueView } from "./address.ts";
import { endOfWeek, startOfDay } from "./days.ts";

export type Condition = (task: Task) => boolean;

const open: readonly Status[] = ["pending", "active"];

export function isOpen({ status }: Pick<Task, "status">): boolean {
  return open.includes(status);
}

/** True for the tasks that `address` means, whatever its order and layout. */
export function conditionOf(address: Address, now: Date): Condition {
  const { project, statuses, priorities, assignee, due, search } = address;
  const conditions: Condition[] = [];
  if (project !== undefined) conditions.push((task) => task.project_id === (project === "none" ? null : project));
  if (statuses.length > 0) conditions.push((task) => statuses.includes(task.status));
  if (priorities.length > 0) conditions.push((task) => priorities.includes(shownPriority(task)));
  if (assignee !== undefined) conditions.push((task) => task.assigned_to === (assignee === "" ? null : assignee));
  if (due) conditions.push(dueCondition(due, now));
  if (search.trim() !== "") conditions.push(searchCondition(search));
  return (task) => conditions.every((condition) => condition(task));
}

/** The same for the server; the text to search goes beside it. */
export function filterOf(address: Address, now: Date): { readonly filter: TaskFilter | undefined; readonly search: string | undefined } {
  const { project, statuses, priorities, assignee, due } = address;
  const id = idIn(address.search);
  const parts: TaskFilter[] = [
    project === undefined ? {} : { project_id: project === "none" ? null : project },
    statuses.length === 0 ? {} : { status: { in: [...statuses] } },
    priorities.length === 0 ? {} : { or: priorities.map(priorityFilter) },
    assignee === undefined ? {} : { assigned_to: assignee === "" ? null : assignee },
    due ? dueFilter(due, now) : {},
    id === undefined ? {} : { id },
  ].filter((part) => Object.keys(part).length > 0);
  const search = address.search.trim();
  return { filter: parts.length > 1 ? { and: parts } : parts[0], search: id === undefined && search !== "" ? search : undefined };
}

/** A priority as its bars show it: 3 and more are three bars, 0 and less are none. */
export function shownPriority({ priority }: Pick<Task, "priority">): number {
  return Math.max(0, Math.min(3, priority));
}

export function dueCondition(due: DueView, now: Date): Condition {
  if (due === "none") return (task) => task.due_date === null;
  if (due === "overdue") return (task) => isOverdue(task, now);
  const [from, until] = daysOf(due, now).map((moment) => moment.getTime()) as [number, number];
  return ({ due_date: moment }) => {
    if (moment === null) return false;
    const time = timeOf(moment);
    return from <= time && time < until;
  };
}

export function isOverdue(task: Task, now: Date): boolean {
  return task.due_date !== null && isOpen(task) && timeOf(task.due_date) < now.getTime();
}

function dueFilter(due: DueView, now: Date): TaskFilter {
  if (due === "none") return { due_date: null };
  if (due === "overdue") return { due_date: { lt: now.toISOString() }, status: { in: [...open] } };
  const [from, until] = daysOf(due, now).map((moment) => moment.toISOString()) as [string, string];
  return { due_date: { gte: from, lt: until } };
}

function daysOf(due: "today" | "week", now: Date): readonly [Date, Date] {
  return [startOfDay(now), due === "today" ? startOfDay(now, 1) : endOfWeek(now)];
}

function priorityFilter(priority: number): TaskFilter {
  if (priority === 3) return { priority: { gte: 3 } };
  return { priority: priority === 0 ? { lte: 0 } : priority };
}

function searchCondition(search: string): Condition {
  const id = idIn(search);
  if (id !== undefined) return (task) => task.id === id;
  const text = search.trim().toLowerCase();
  return ({ title, description }) => title.toLowerCase().includes(text) || (description?.toLowerCase().includes(text) ?? false);
}

/** `#12` means one task. */
function idIn(search: string): number | undefined {
  const [, digits] = /^\s*#([1-9]\d{0,8})\s*$/.exec(search) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

// A moment's text is parsed once: the same tasks are asked again and again.
const times = new Map<string, number>();
const mostTimes = 50_000;

export function timeOf(moment: string): number {
  const known = times.get(moment);
  if (known !== undefined) return known;
  const time = Date.parse(moment);
  if (times.size >= mostTimes) times.clear();
  times.set(moment, time);
  return time;
}
