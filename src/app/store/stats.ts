// Statistics: the tasks of a selection in groups. The database counts and sums, exactly; the average is made here from the exact
// sum, since the engines round theirs differently, and a bound of it is compared as sum with bound times count.
// Source: postgresql.org/docs/current/functions-aggregate.html, mariadb.com/kb/en/avg (four more digits, as div_precision_increment says)
import { Problem } from "../../foundation/problem.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import type { Status } from "../api/contract/parts.ts";
import { type Grouping, groupLimit, type Having, type Stats, type StatsGroup, type StatsQuery } from "../api/contract/stats.ts";
import type { Access } from "./access.ts";
import { type Column, columns } from "./columns.ts";
import { compared } from "./comparisons.ts";
import { whereSelected } from "./filter.ts";

export interface TaskStats {
  /** Throws RH-API-001 as lists do, for a bound of more than six decimals, and for more groups than an answer holds. */
  readStats(query: StatsQuery): Promise<Stats>;
}

interface StatsRow {
  readonly status: Status;
  readonly project_id: number | null;
  readonly project_name: string | null;
  readonly priority: number;
  readonly assigned_to: string | null;
  readonly task_count: number;
  /** Text where the engine sums integers as decimals. */
  readonly priority_sum: number | bigint | string;
  readonly priority_min: number;
  readonly priority_max: number;
}

interface Grouped {
  readonly column: Column;
  readonly name: Sql;
  readonly shown: (row: StatsRow) => Partial<StatsGroup>;
}

const grouped: Readonly<Record<Grouping, Grouped>> = {
  status: { column: columns.status, name: sql`status`, shown: (row) => ({ status: row.status }) },
  project: { column: columns.project_id, name: sql`project_id`, shown: (row) => ({ project: projectOf(row) }) },
  priority: { column: columns.priority, name: sql`priority`, shown: (row) => ({ priority: row.priority }) },
  assignee: { column: columns.assigned_to, name: sql`assigned_to`, shown: (row) => ({ assignee: row.assigned_to }) },
};

const count = sql`count(*)`;
const sum = sql`sum(${columns.priority.value})`;
const min = sql`min(${columns.priority.value})`;
const max = sql`max(${columns.priority.value})`;

export function taskStatsIn(access: Access): TaskStats {
  return { readStats: (query) => readStats(access, query) };
}

async function readStats(access: Access, query: StatsQuery): Promise<Stats> {
  const groupings = [...new Set(query.group.split(","))] as readonly Grouping[];
  const statement = selectGroups(groupings, { where: whereSelected(access.dialect, query), having: having(query.having ?? {}) });
  const rows = await access.read((pool) => pool.all<StatsRow>(statement));
  if (rows.length > groupLimit) throw new Problem("RH-API-001", `group makes more than ${groupLimit} groups`, { field: "group" });
  return { groups: rows.map((row) => groupOf(row, groupings)) };
}

function selectGroups(groupings: readonly Grouping[], kept: { readonly where: Sql; readonly having: Sql }): Sql {
  const isByProject = groupings.includes("project");
  const keys = groupings.map((grouping) => grouped[grouping]);
  const names = [...keys.map(({ column, name }) => sql`${column.value} as ${name}`), ...(isByProject ? [sql`projects.name as project_name`] : [])];
  const groups = [...keys.map(({ column }) => column.value), ...(isByProject ? [sql`projects.name`] : [])];
  const order = keys.flatMap(({ column }) => [...(column.isNullable ? [sql`${column.value} is null`] : []), column.value]);
  return sql`
    select
      ${sql.join(names, ", ")},
      ${count} as task_count,
      ${sum} as priority_sum,
      ${min} as priority_min,
      ${max} as priority_max
    from tasks
    ${isByProject ? sql`left join projects on projects.id = tasks.project_id` : sql``}
    ${kept.where}
    group by ${sql.join(groups, ", ")}
    ${kept.having}
    order by ${sql.join(order, ", ")}
    limit ${groupLimit + 1}`;
}

const measures: Readonly<Record<keyof Having, (bound: Sql) => readonly [Sql, Sql]>> = {
  count: (bound) => [count, bound],
  sum: (bound) => [sum, bound],
  avg: (bound) => [sum, sql`${bound} * ${count}`],
  min: (bound) => [min, bound],
  max: (bound) => [max, bound],
};

function having(asked: Having): Sql {
  const conditions = Object.entries(asked).flatMap(([name, bounds]) =>
    Object.entries(bounds).map(([operator, bound]) => {
      const [left, right] = measures[name as keyof Having](decimal(bound, `having.${name}.${operator}`));
      return compared(left, operator, right);
    }),
  );
  return conditions.length === 0 ? sql`` : sql`having ${sql.join(conditions, " and ")}`;
}

/** As it was written: a number has no more digits than it takes to tell it from its neighbours. */
function decimal(bound: number, place: string): Sql {
  const text = String(bound);
  if (!/^-?\d+(?:\.\d{1,6})?$/.test(text)) throw new Problem("RH-API-001", `${place} has more than six decimals`, { field: place });
  return sql`cast(${text} as decimal(20, 6))`;
}

function groupOf(row: StatsRow, groupings: readonly Grouping[]): StatsGroup {
  const [tasks, total] = [BigInt(row.task_count), BigInt(row.priority_sum)];
  const figures = { count: row.task_count, sum: Number(total), avg: average(total, tasks), min: row.priority_min, max: row.priority_max };
  return Object.assign({}, ...groupings.map((grouping) => grouped[grouping].shown(row)), figures) as StatsGroup;
}

function projectOf({ project_id, project_name }: StatsRow): StatsGroup["project"] {
  return project_id === null || project_name === null ? null : { id: project_id, name: project_name };
}

/** With six decimals, half away from zero. */
function average(total: bigint, tasks: bigint): number {
  const isNegative = total < 0n;
  const millionths = ((isNegative ? -total : total) * 2_000_000n + tasks) / (tasks * 2n);
  const digits = String(millionths).padStart(7, "0");
  const size = Number(`${digits.slice(0, -6)}.${digits.slice(-6)}`);
  return isNegative && size > 0 ? -size : size;
}
