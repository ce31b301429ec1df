// A task as the JSON text that answers hold. It is made by the database where that saves making it here, so that a row goes to the
// client without being taken apart and put together again.
import type { Task } from "../api/contract/tasks.ts";

export interface TaskText {
  readonly id: number;
  readonly version: number;
  readonly json: string;
}

export function textOf(task: Task): TaskText {
  return { id: task.id, version: task.version, json: JSON.stringify(task) };
}
