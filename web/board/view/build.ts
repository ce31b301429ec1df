// From the tasks that are here to what an address shows: one group for each column, or one for the list. Where not everything
// is here yet, a group ends where the server's pages end, so that no gap hides inside it.
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { statusOrder } from "../statuses.ts";
import type { Address } from "./address.ts";
import { type Condition, conditionOf } from "./conditions.ts";
import { columnOrder, columnSort, listOrder, listSort, type Order } from "./order.ts";

/** What a group asks the server for, and how it looks for the same here. */
export interface GroupPlan {
  readonly key: Status | "list";
  readonly statuses: readonly Status[];
  readonly sort: string;
  readonly order: Order;
}

export interface Group extends GroupPlan {
  readonly tasks: readonly Task[];
  /** As the server counts, where not everything is here. Undefined while it is not known. */
  readonly total: number | undefined;
  /** Whether `tasks` is all of it. */
  readonly isWhole: boolean;
}

/** Where the server's pages of a group end. */
export interface Extent {
  readonly total: number | undefined;
  /** The last task of the last page, undefined when the pages are all of it. */
  readonly last: Task | undefined;
}

/** In the list the archived tasks are left out until they are asked for; in the columns theirs is folded. */
export function plansOf(address: Address, nameOf: (projectId: number) => string): readonly GroupPlan[] {
  const { layout, sort } = address;
  const chosen = address.statuses.length > 0 ? address.statuses : statusOrder;
  if (layout === "list") {
    const statuses = address.statuses.length > 0 ? chosen : chosen.filter((status) => status !== "archived");
    return [{ key: "list", statuses, sort: listSort(sort), order: listOrder(sort, nameOf) }];
  }
  return chosen.map((status) => ({ key: status, statuses: [status], sort: columnSort(sort), order: columnOrder(sort, nameOf) }));
}

/**
 * `extentOf` is asked only where not all tasks are here. Undefined stands for a group of which nothing was read yet, `loaded` for
 * one that cannot be read now: what is here of it is better than nothing.
 */
export function buildGroups(parts: {
  readonly all: readonly Task[];
  readonly address: Address;
  readonly plans: readonly GroupPlan[];
  readonly now: Date;
  readonly extentOf: "whole" | ((key: GroupPlan["key"]) => Extent | "loaded" | undefined);
}): readonly Group[] {
  const { all, address, plans, now, extentOf } = parts;
  const condition = conditionOf(address, now);
  const matching = all.filter(condition);
  return plans.map((plan) => {
    const tasks = matching.filter(({ status }) => plan.statuses.includes(status)).sort(plan.order);
    if (extentOf === "whole") return { ...plan, tasks, total: tasks.length, isWhole: true };
    return cut({ ...plan, tasks, total: undefined, isWhole: false }, extentOf(plan.key));
  });
}

function cut(group: Group, extent: Extent | "loaded" | undefined): Group {
  if (extent === "loaded") return group;
  if (!extent) return { ...group, tasks: group.tasks.filter(({ id }) => id < 0) };
  const { last, total } = extent;
  if (!last) return { ...group, total: group.tasks.length, isWhole: true };
  const tasks = group.tasks.filter((task) => task.id < 0 || group.order(task, last) <= 0);
  return { ...group, tasks, total: total === undefined ? undefined : Math.max(total, tasks.length) };
}

/** Archived tasks are out of sight until they are asked for, and are not counted beside the places. */
export interface Counts {
  readonly all: number;
  readonly byProject: ReadonlyMap<number, number>;
  /** Open tasks only: what is left to do. */
  readonly overdue: number;
  readonly today: number;
  readonly week: number;
}

export function countAll(all: readonly Task[], conditions: Readonly<Record<"overdue" | "today" | "week", Condition>>): Counts {
  const byProject = new Map<number, number>();
  const due = { overdue: 0, today: 0, week: 0 };
  const shown = all.filter(({ status }) => status !== "archived");
  for (const task of shown) {
    if (task.project_id !== null) byProject.set(task.project_id, (byProject.get(task.project_id) ?? 0) + 1);
    if (task.due_date === null) continue;
    for (const view of ["overdue", "today", "week"] as const) if (conditions[view](task)) due[view] += 1;
  }
  return { all: shown.length, byProject, ...due };
}
