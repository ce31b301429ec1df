// Lists of tasks: selected, ordered, a page at a time. A page begins behind the last row of the one before (keyset), so that what
// comes and goes meanwhile moves nothing; an offset counts rows anew each time.
import type { Queryable } from "../../drivers/driver.ts";
import { Problem } from "../../foundation/problem.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import type { TaskList, TaskQuery } from "../api/contract/list.ts";
import type { Access } from "./access.ts";
import { columns } from "./columns.ts";
import { cursorOf, placeOf } from "./cursor.ts";
import { excludesNull, selected, where } from "./filter.ts";
import { taskColumns, taskOf, type TaskRow } from "./rows.ts";
import { behind, orderBy, orderOf, type SortKey } from "./sort.ts";

export interface TaskLists {
  /**
   * In the order asked for, by id unless given; `next` continues where the page ended, also when rows came or went meanwhile.
   * Throws RH-API-001 for a moment that is none, too many conditions, a place of another order, a place and an offset.
   */
  listTasks(query: TaskQuery): Promise<TaskList>;
}

const pageRows = 100;

export function taskListsIn(access: Access): TaskLists {
  return { listTasks: (query) => listTasks(access, query) };
}

async function listTasks(access: Access, query: TaskQuery): Promise<TaskList> {
  if (query.after !== undefined && query.offset !== undefined) throw new Problem("RH-API-001", "after does not go with offset", { field: "after" });
  const limit = query.limit ?? pageRows;
  const conditions = selected(access.dialect, query);
  const order = orderOf(query.sort, (field) => columns[field].isNullable && !excludesNull(query, field));
  const position = query.after === undefined ? [] : [behind(order, placeOf(access.dialect, order, query.after))];
  const page = selectPage(query, { conditions: [...conditions, ...position], order, rows: limit + 1 });
  const [rows, total] = await access.read((pool) =>
    Promise.all([pool.all<TaskRow & Joined>(page), query.count === undefined ? undefined : count(pool, conditions)]),
  );
  const tasks = rows.slice(0, limit).map((row) => ({ ...taskOf(row), ...joinedOf(row) }));
  const last = tasks.at(-1);
  const next = last !== undefined && rows.length > limit ? cursorOf(order, last) : null;
  return { tasks, next, ...(total === undefined ? {} : { total }) };
}

interface Page {
  readonly conditions: readonly Sql[];
  readonly order: readonly SortKey[];
  readonly rows: number;
}

function selectPage({ include, offset }: TaskQuery, { conditions, order, rows }: Page): Sql {
  const project = include === undefined ? sql`` : sql`, projects.name as project_name`;
  const join = include === undefined ? sql`` : sql`left join projects on projects.id = tasks.project_id`;
  const skip = offset === undefined ? sql`` : sql`offset ${offset}`;
  return sql`select ${taskColumns}${project} from tasks ${join} ${where(conditions)} ${orderBy(order)} limit ${rows} ${skip}`;
}

/** Asked for only when the projects are joined. */
interface Joined {
  readonly project_name?: string | null;
}

function joinedOf({ project_id, project_name }: TaskRow & Joined): Pick<TaskList["tasks"][number], "project"> {
  if (project_name === undefined) return {};
  return { project: project_id === null || project_name === null ? null : { id: project_id, name: project_name } };
}

async function count(pool: Queryable, conditions: readonly Sql[]): Promise<number> {
  const [row] = await pool.all<{ total: number }>(sql`select count(*) as total from tasks ${where(conditions)}`);
  return row?.total ?? 0;
}
