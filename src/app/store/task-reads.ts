// Reading tasks one at a time; lists of them are in task-lists.ts.
import { type Sql, sql } from "../../foundation/sql.ts";
import type { Task } from "../api/contract/tasks.ts";
import type { Access } from "./access.ts";
import { missing } from "./row-versions.ts";
import { taskColumns, taskOf, type TaskRow } from "./rows.ts";

export interface TaskReads {
  /** Throws RH-API-002. */
  readTask(id: number): Promise<Task>;
}

export function taskReadsIn(access: Access): TaskReads {
  return { readTask: (id) => readTask(access, id) };
}

async function readTask(access: Access, id: number): Promise<Task> {
  const [row] = await access.read((pool) => pool.all<TaskRow>(selectTask(id)));
  return row ? taskOf(row) : missing("task", id);
}

export function selectTask(id: number): Sql {
  return sql`select ${taskColumns} from tasks where id = ${id}`;
}
