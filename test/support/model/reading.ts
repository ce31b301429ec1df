// What the model answers to a list or to statistics: filters by SQL's rules of NULL, text compared by code point, sums as whole
// numbers. It shares no code with the store.
import type { Selection, TaskFilter } from "../../../src/app/api/contract/list.ts";
import type { Having, StatsGroup } from "../../../src/app/api/contract/stats.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { canonical, type World } from "./world.ts";

type Value = string | number | boolean | null;

export function isSelected(task: Task, { status, project_id, search, filter }: Selection): boolean {
  if (status !== undefined && !status.split(",").includes(task.status)) return false;
  if (project_id !== undefined && task.project_id !== project_id) return false;
  if (search !== undefined && ![task.title, task.description].some((text) => text?.toLowerCase().includes(search.toLowerCase()))) return false;
  return filter === undefined || holds(task, filter);
}

export function holds(task: Task, filter: TaskFilter): boolean {
  return Object.entries(filter).every(([name, asked]) => {
    if (name === "and") return (asked as TaskFilter[]).every((inner) => holds(task, inner));
    if (name === "or") return (asked as TaskFilter[]).some((inner) => holds(task, inner));
    const value = task[name as keyof Task] as Value;
    if (typeof asked !== "object" || asked === null) return isTrue(value, "eq", asked as Value, name);
    return Object.entries(asked).every(([operator, operand]) => isTrue(value, operator, operand as Value | readonly Value[], name));
  });
}

/** False also where SQL says NULL. */
function isTrue(value: Value, operator: string, operand: Value | readonly Value[], name: string): boolean {
  if (operator === "in") return (operand as readonly Value[]).some((one) => isTrue(value, "eq", one, name));
  if (operand === null) return (value === null) === (operator === "eq");
  if (value === null) return false;
  const other = name.endsWith("_at") || name === "due_date" ? (canonical(String(operand)) as string) : (operand as Exclude<Value, null>);
  if (operator === "contains") return String(value).includes(String(other));
  if (operator === "starts_with") return String(value).startsWith(String(other));
  if (operator === "ends_with") return String(value).endsWith(String(other));
  const order = orderOf(value, other);
  return { eq: order === 0, ne: order !== 0, gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[operator] ?? false;
}

function orderOf(one: Exclude<Value, null>, other: Exclude<Value, null>): number {
  return typeof one === "string" ? Buffer.compare(Buffer.from(one), Buffer.from(String(other))) : Number(one) - Number(other);
}

export function groupsOf(
  world: World,
  tasks: readonly Task[],
  { group, having = {} }: { readonly group: string; readonly having?: Having },
): readonly StatsGroup[] {
  const names = [...new Set(group.split(","))];
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    const key = JSON.stringify(names.map((name) => keyOf(task, name)));
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  const ordered = [...groups].map(([key, members]) => ({ key: JSON.parse(key) as readonly Value[], members }));
  ordered.sort((one, other) => orderOfKeys(one.key, other.key));
  return ordered
    .filter(({ members }) => isKept(members, having))
    .map(({ key, members }) => ({ ...shownKey(world, names, key), ...figures(priorities(members)) }));
}

function keyOf(task: Task, name: string): Value {
  return { status: task.status, project: task.project_id, priority: task.priority, assignee: task.assigned_to }[name] ?? null;
}

function orderOfKeys(one: readonly Value[], other: readonly Value[]): number {
  for (const [index, value] of one.entries()) {
    const beside = other[index] as Value;
    if (value === beside) continue;
    if (value === null || beside === null) return value === null ? 1 : -1;
    return orderOf(value, beside);
  }
  return 0;
}

function shownKey(world: World, names: readonly string[], key: readonly Value[]): Partial<StatsGroup> {
  const shown = names.map((name, index) => {
    const value = key[index] as Value;
    if (name !== "project") return [name, value];
    return [name, value === null ? null : { id: value, name: world.projects.get(Number(value))?.name }];
  });
  return Object.fromEntries(shown) as Partial<StatsGroup>;
}

function priorities(tasks: readonly Task[]): readonly number[] {
  return tasks.map(({ priority }) => priority);
}

/** By long division, half away from zero. */
export function figures(values: readonly number[]): Omit<StatsGroup, "status" | "project" | "priority" | "assignee"> {
  const sum = values.reduce((total, one) => total + one, 0);
  const rest = Math.abs(sum) % values.length;
  const whole = (Math.abs(sum) - rest) / values.length;
  const millionths = Math.floor((rest * 1_000_000) / values.length + 0.5);
  const size = Number(`${whole + Math.floor(millionths / 1_000_000)}.${String(millionths % 1_000_000).padStart(6, "0")}`);
  return { count: values.length, sum, avg: sum < 0 && size > 0 ? -size : size, min: Math.min(...values), max: Math.max(...values) };
}

function isKept(tasks: readonly Task[], having: Having): boolean {
  const { count, sum, min, max } = figures(priorities(tasks));
  return Object.entries(having).every(([name, bounds]) =>
    Object.entries(bounds).every(([operator, bound]) => {
      const millionths = BigInt(Math.round(bound * 1_000_000));
      const value = BigInt({ count, sum, avg: sum, min, max }[name] ?? 0) * 1_000_000n;
      const limit = name === "avg" ? millionths * BigInt(count) : millionths;
      return { eq: value === limit, gt: value > limit, gte: value >= limit, lt: value < limit, lte: value <= limit }[operator];
    }),
  );
}
