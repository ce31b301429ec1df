// What a client sends of a task, as SQL: the cells of new rows, the assignments of a change. What is not sent gets its column's
// default, or keeps its value; `completed_at` follows the status.
import { type Sql, type SqlFragment, sql } from "../../foundation/sql.ts";
import type { NewTask, TaskChange } from "../api/contract/tasks.ts";
import type { Cells, Dialect } from "./dialect.ts";

/** `tasks (columns) values (cells), (cells)…` of one task or more; a column that only some of them have is the default in the others. */
export function newRows(dialect: Dialect, tasks: readonly NewTask[]): Sql {
  const rows = tasks.map((task) => new Map(newCells(dialect, task)));
  const columns = [...new Set(rows.flatMap((cells) => [...cells.keys()]))];
  const names = columns.map((column) => sql.id(column));
  const values = rows.map((cells) => {
    return sql`(${sql.join(
      columns.map((column) => cellOf(cells, column)),
      ", ",
    )})`;
  });
  return sql`tasks (${sql.join(names, ", ")}) values ${sql.join(values, ", ")}`;
}

export interface RowChange {
  readonly id: number;
  readonly change: TaskChange;
}

/** What `set` takes for a change, which also counts the version and moves `updated_at`. */
export function assignmentsOf(dialect: Dialect, change: TaskChange): Sql {
  return assignmentsOfAll(dialect, [{ id: 0, change }]); // one change is the same in every row
}

/** The same for several rows, whose changes name the same columns; where the values differ, by the row's id. */
export function assignmentsOfAll(dialect: Dialect, changes: readonly [RowChange, ...RowChange[]]): Sql {
  const sent = changes.map(({ id, change }) => ({ id, cells: new Map(sentCells(dialect, change)) }));
  const columns = [...new Set(sent.flatMap(({ cells }) => [...cells.keys()]))];
  const assignments = [
    ...columns.map((column) => {
      const values = sent.map(({ id, cells }) => ({ id, value: cells.get(column) as SqlFragment }));
      return sql`${sql.id(column)} = ${valueByRow(column, values)}`;
    }),
    ...(columns.includes("status") ? [sql`completed_at = ${completedByRow(changes)}`] : []),
    sql`version = version + 1`,
    sql`updated_at = current_timestamp(6)`,
  ];
  return sql.join(assignments, ", ");
}

/** The column itself stands in the `else` that is never reached, so that both engines take the values for its type. */
function valueByRow(column: string, values: readonly { readonly id: number; readonly value: SqlFragment }[]): SqlFragment {
  const [first] = values;
  if (values.every(({ value }) => value === first?.value)) return first?.value as SqlFragment;
  const cases = values.map(({ id, value }) => sql`when ${id} then ${value}`);
  return sql`case id ${sql.join(cases, " ")} else ${sql.id(column)} end`;
}

function completedByRow(changes: readonly RowChange[]): Sql {
  const completed = changes.filter(({ change }) => change.status === "complete").map(({ id }) => id);
  const kept = sql`coalesce(completed_at, current_timestamp(6))`;
  if (completed.length === 0) return sql`null`;
  if (completed.length === changes.length) return kept;
  return sql`case when id in (${sql.join(completed, ", ")}) then ${kept} end`;
}

function cellOf(cells: ReadonlyMap<string, SqlFragment>, column: string): SqlFragment {
  const value = cells.get(column);
  return value === undefined ? sql`default` : value;
}

export function newCells(dialect: Dialect, task: NewTask): Cells {
  const completed: Cells = task.status === "complete" ? [["completed_at", sql`current_timestamp(6)`]] : [];
  return [...sentCells(dialect, task), ...completed];
}

/** The columns that were sent. */
function sentCells(dialect: Dialect, task: NewTask | TaskChange): Cells {
  const due = typeof task.due_date === "string" ? { due_date: dialect.bindMoment(task.due_date) } : {};
  return Object.entries({ ...task, ...due }).flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]));
}
