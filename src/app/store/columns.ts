// The columns of a task as conditions, orders and groups see them: the value that the API shows. A row that came by the
// engine's own client may hold NULL where the API has none; it counts as what is shown in its place (rows.ts).
import { type Sql, sql } from "../../foundation/sql.ts";
import type { FilterField } from "../api/contract/list.ts";

export interface Column {
  readonly value: Sql;
  readonly isNullable: boolean;
  readonly holds: "number" | "text" | "boolean" | "moment";
}

export const columns: Readonly<Record<FilterField, Column>> = {
  id: { value: sql`tasks.id`, isNullable: false, holds: "number" },
  title: { value: sql`tasks.title`, isNullable: false, holds: "text" },
  description: { value: sql`tasks.description`, isNullable: true, holds: "text" },
  status: { value: sql`tasks.status`, isNullable: false, holds: "text" },
  priority: { value: sql`coalesce(tasks.priority, 0)`, isNullable: false, holds: "number" },
  is_active: { value: sql`coalesce(tasks.is_active, true)`, isNullable: false, holds: "boolean" },
  due_date: { value: sql`tasks.due_date`, isNullable: true, holds: "moment" },
  project_id: { value: sql`tasks.project_id`, isNullable: true, holds: "number" },
  assigned_to: { value: sql`tasks.assigned_to`, isNullable: true, holds: "text" },
  created_at: { value: sql`coalesce(tasks.created_at, tasks.updated_at)`, isNullable: false, holds: "moment" },
  updated_at: { value: sql`tasks.updated_at`, isNullable: false, holds: "moment" },
  completed_at: { value: sql`tasks.completed_at`, isNullable: true, holds: "moment" },
};
