// Lists of tasks: selected, ordered, a page at a time. A page begins behind the last row of the one before (keyset), so that what
// comes and goes meanwhile moves nothing; an offset counts rows anew each time.
import type { Queryable } from "../../drivers/driver.ts";
import { Problem } from "../../foundation/problem.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import type { TaskQuery } from "../api/contract/list.ts";
import type { Task } from "../api/contract/tasks.ts";
import { type Access, readIsLate } from "./access.ts";
import { shared } from "./batches.ts";
import { columns } from "./columns.ts";
import { cursorOf, placeOf } from "./cursor.ts";
import { within } from "./deadline.ts";
import type { Dialect } from "./dialect.ts";
import { excludesNull, selected, where } from "./filter.ts";
import { taskColumns } from "./rows.ts";
import { behind, orderBy, orderOf, type SortKey } from "./sort.ts";
import { limits } from "./store.ts";

export interface TaskLists {
  /**
   * The JSON text of a TaskList: in the order asked for, by id unless given; `next` continues where the page ended, also when rows
   * came or went meanwhile.
   * Throws RH-API-001 for a moment that is none, too many conditions, a place of another order, a place and an offset.
   */
  listTasks(query: TaskQuery): Promise<string>;
}

const pageRows = 100;

const sharing = { statements: 4, longMs: 20 } as const;

export function taskListsIn(access: Access): TaskLists {
  if (access.isPlain) return { listTasks: (query) => listTasks(access, query) };
  const together = shared<string>(sharing);
  const list = (query: TaskQuery) => together(JSON.stringify(query), () => listTasks(access, query));
  return { listTasks: (query) => within(limits.callMs, list(query), readIsLate) };
}

async function listTasks(access: Access, query: TaskQuery): Promise<string> {
  if (query.after !== undefined && query.offset !== undefined) throw new Problem("RH-API-001", "after does not go with offset", { field: "after" });
  const limit = query.limit ?? pageRows;
  const conditions = selected(access.dialect, query);
  const order = orderOf(query.sort, (field) => columns[field].isNullable && !excludesNull(query, field));
  const position = query.after === undefined ? [] : [behind(order, placeOf(access.dialect, order, query.after))];
  const page = selectPage(access.dialect, query, { conditions: [...conditions, ...position], order, rows: limit + 1 });
  const [rows, total] = await access.read((pool) =>
    Promise.all([pool.all<TextRow>(page), query.count === undefined ? undefined : count(pool, conditions)]),
  );
  const tasks = rows.slice(0, limit).map(textOf);
  const last = tasks.at(-1);
  const next = last !== undefined && rows.length > limit ? cursorOf(order, JSON.parse(last) as Task, rows[limit - 1]) : null;
  return `{"tasks":[${tasks.join(",")}],"next":${JSON.stringify(next)}${total === undefined ? "" : `,"total":${total}`}}`;
}

interface Page {
  readonly conditions: readonly Sql[];
  readonly order: readonly SortKey[];
  readonly rows: number;
}

function selectPage({ taskJson }: Dialect, { include, offset }: TaskQuery, { conditions, order, rows }: Page): Sql {
  const project = include === undefined ? sql`` : sql`, projects.id as project_id, projects.name as project_name`;
  const join = include === undefined ? sql`` : sql`left join projects on projects.id = tasks.project_id`;
  const moments = order
    .filter(({ field }) => columns[field].holds === "moment")
    .map(({ field }) => sql`, ${columns[field].value} as ${sql.id(field)}`);
  const shown = sql`${taskJson} as json${project}${sql.join(moments, " ")}`;
  const page = sql`${where(conditions)} ${orderBy(order)} limit ${rows}`;
  if (offset === undefined) return sql`select ${shown} from tasks ${join} ${page}`;
  // The rows that are passed over are not to be written as JSON first.
  return sql`select ${shown} from (select ${taskColumns} from tasks ${page} offset ${offset}) as tasks ${join} ${orderBy(order)}`;
}

/** The project's columns are there only when it is joined, and moments, as the server prints them, only when they are sorted by. */
interface TextRow extends Partial<Record<"due_date" | "created_at" | "updated_at" | "completed_at", string | null>> {
  readonly json: string;
  readonly project_id?: number | null;
  readonly project_name?: string | null;
}

function textOf({ json, project_id: id, project_name: name }: TextRow): string {
  if (id === undefined) return json;
  return `${json.slice(0, -1)},"project":${id === null ? "null" : JSON.stringify({ id, name })}}`;
}

async function count(pool: Queryable, conditions: readonly Sql[]): Promise<number> {
  const [row] = await pool.all<{ total: number }>(sql`select count(*) as total from tasks ${where(conditions)}`);
  return row?.total ?? 0;
}
