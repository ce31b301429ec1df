// Tasks as the server gives them, for tests of the board's own reckoning.
import type { Task } from "../../../src/app/api/contract/tasks.ts";

export function taskWith(fields: Partial<Task> & { readonly id: number }): Task {
  return {
    title: `task ${fields.id}`,
    description: null,
    status: "pending",
    priority: 0,
    is_active: true,
    due_date: null,
    project_id: null,
    assigned_to: null,
    created_at: "2026-11-01T00:00:00.000000Z",
    updated_at: "2026-11-01T00:00:00.000000Z",
    completed_at: null,
    version: 1,
    ...fields,
  };
}
