// Rows as both engines return them, and what the API makes of them. The chapter's columns admit NULL where the API does not
// (a row may have come by psql): such a NULL is shown as the column's default.
import { sql } from "../../foundation/sql.ts";
import type { Status } from "../api/contract/parts.ts";
import type { Project } from "../api/contract/projects.ts";
import type { Task } from "../api/contract/tasks.ts";
import { momentOf } from "../moments.ts";

export interface TaskRow {
  readonly id: number;
  readonly title: string;
  readonly description: string | null;
  readonly status: Status;
  readonly priority: number | null;
  /** A number where the engine has no boolean of its own. */
  readonly is_active: boolean | number | null;
  readonly due_date: string | null;
  readonly created_at: string | null;
  readonly project_id: number | null;
  readonly assigned_to: string | null;
  readonly updated_at: string;
  readonly completed_at: string | null;
  readonly version: number;
}

export const taskColumns = sql`
  tasks.id,
  tasks.title,
  tasks.description,
  tasks.status,
  tasks.priority,
  tasks.is_active,
  tasks.due_date,
  tasks.created_at,
  tasks.project_id,
  tasks.assigned_to,
  tasks.updated_at,
  tasks.completed_at,
  tasks.version`;

export function taskOf(row: TaskRow): Task {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    status: row.status,
    priority: row.priority ?? 0,
    is_active: row.is_active === null || Boolean(row.is_active),
    due_date: momentOrNull(row.due_date),
    project_id: row.project_id,
    assigned_to: row.assigned_to,
    created_at: momentOf(row.created_at ?? row.updated_at),
    updated_at: momentOf(row.updated_at),
    completed_at: momentOrNull(row.completed_at),
    version: row.version,
  };
}

export interface ProjectRow {
  readonly id: number;
  readonly name: string;
  readonly created_at: string | null;
  readonly version: number;
  readonly task_count: number;
}

export function projectOf(row: ProjectRow): Project {
  return {
    id: row.id,
    name: row.name,
    created_at: momentOf(row.created_at ?? "1970-01-01 00:00:00"),
    version: row.version,
    task_count: row.task_count,
  };
}

function momentOrNull(text: string | null): string | null {
  return text === null ? null : momentOf(text);
}
