// The task in the edit panel, and what was typed there before, when the panel is opened again.
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { Draft } from "./draft.ts";

export interface OpenedTask {
  readonly task: Task;
  readonly draft?: Draft;
}
