// Reading tasks: one, and pages of them.
import { type Sql, sql } from "../../foundation/sql.ts";
import type { TaskList, TaskQuery } from "../api/contract/list.ts";
import type { Task } from "../api/contract/tasks.ts";
import type { Access } from "./access.ts";
import { missing } from "./row-versions.ts";
import { taskColumns, taskOf, type TaskRow } from "./rows.ts";

export interface TaskReads {
  /** In the order asked for, by id unless given; `next` continues where the page ended, also when rows came or went meanwhile. */
  listTasks(query: TaskQuery): Promise<TaskList>;
  /** Throws RH-API-002. */
  readTask(id: number): Promise<Task>;
}

const pageRows = 100;

export function taskReadsIn(access: Access): TaskReads {
  return {
    listTasks: (query) => listTasks(access, query),
    readTask: (id) => readTask(access, id),
  };
}

async function listTasks(access: Access, query: TaskQuery): Promise<TaskList> {
  const limit = query.limit ?? pageRows;
  const conditions = [
    sql`id > ${Number(query.after ?? 0)}`,
    ...(query.status === undefined ? [] : [sql`status = ${query.status}`]),
    ...(query.project_id === undefined ? [] : [sql`project_id = ${query.project_id}`]),
  ];
  const statement = sql`select ${taskColumns} from tasks where ${sql.join(conditions, " and ")} order by id limit ${limit + 1}`;
  const rows = await access.read((pool) => pool.all<TaskRow>(statement));
  const tasks = rows.slice(0, limit).map(taskOf);
  return { tasks, next: rows.length > limit ? String(tasks.at(-1)?.id) : null };
}

async function readTask(access: Access, id: number): Promise<Task> {
  const [row] = await access.read((pool) => pool.all<TaskRow>(selectTask(id)));
  return row ? taskOf(row) : missing("task", id);
}

export function selectTask(id: number): Sql {
  return sql`select ${taskColumns} from tasks where id = ${id}`;
}
