// Writing tasks: one at a time, each with its event in the same transaction.
import { isProblem, Problem } from "../../foundation/problem.ts";
import { sql } from "../../foundation/sql.ts";
import type { NewTask, Task, TaskChange } from "../api/contract/tasks.ts";
import type { Access } from "./access.ts";
import { recordEvent } from "./events.ts";
import { refuseWrite, rowOf } from "./row-versions.ts";
import { taskColumns, taskOf, type TaskRow } from "./rows.ts";
import type { RowWrite, Write } from "./store.ts";
import { selectTask } from "./task-reads.ts";
import { taskInsertsIn } from "./task-inserts.ts";
import { assignmentsOf } from "./task-values.ts";
import type { TaskText } from "./task-text.ts";

export interface TaskWrites {
  /** Throws RH-API-001 on `project_id` when there is no such project. */
  createTask(task: NewTask, write: Write): Promise<TaskText>;
  /** Throws RH-API-002, RH-API-007 when the version is another, RH-API-001 as above. */
  changeTask(row: RowWrite, change: TaskChange): Promise<Task>;
  /** The task as it last was. Throws RH-API-002, RH-API-007. */
  deleteTask(row: RowWrite): Promise<Task>;
}

export function taskWritesIn(access: Access): TaskWrites {
  const insert = taskInsertsIn(access);
  return {
    createTask: (task, write) => insert(task, write).catch((thrown: unknown) => explain(thrown, task)),
    changeTask: (row, change) => changeTask(access, row, change),
    deleteTask: (row) => deleteTask(access, row),
  };
}

async function changeTask(access: Access, row: RowWrite, change: TaskChange): Promise<Task> {
  const update = access.write(row, async (session) => {
    const [changed] = await access.dialect.updateReturning<TaskRow>(session, {
      update: sql`update tasks set ${assignmentsOf(access.dialect, change)} where ${rowOf(row)}`,
      columns: taskColumns,
      reread: selectTask(row.id),
    });
    if (!changed) return refuseWrite(session, "task", row);
    const task = taskOf(changed);
    await recordEvent(session, { requestId: row.requestId, kind: "task.changed", data: task });
    return task;
  });
  return update.catch((thrown: unknown) => explain(thrown, change));
}

async function deleteTask(access: Access, row: RowWrite): Promise<Task> {
  return access.write(row, async (session) => {
    const [deleted] = await session.all<TaskRow>(sql`delete from tasks where ${rowOf(row)} returning ${taskColumns}`);
    if (!deleted) return refuseWrite(session, "task", row);
    const task = taskOf(deleted);
    await recordEvent(session, { requestId: row.requestId, kind: "task.deleted", data: task });
    return task;
  });
}

/** The only reference of a task is its project: the database found it missing, and it alone can tell for certain. */
function explain(thrown: unknown, task: NewTask | TaskChange): never {
  if (!isProblem(thrown, "RH-DATA-002")) throw thrown;
  throw new Problem("RH-API-001", `there is no project ${task.project_id}`, { field: "project_id", cause: thrown });
}
