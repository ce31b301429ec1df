// Reading tasks one at a time; lists of them are in task-lists.ts.
import type { Queryable } from "../../drivers/driver.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import { type Access, readIsLate } from "./access.ts";
import { batched } from "./batches.ts";
import { within } from "./deadline.ts";
import type { Dialect } from "./dialect.ts";
import { missing } from "./row-versions.ts";
import { taskColumns, taskOf, type TaskRow } from "./rows.ts";
import { limits } from "./store.ts";
import { type TaskText, textOf } from "./task-text.ts";

export interface TaskReads {
  /** Throws RH-API-002. */
  readTask(id: number): Promise<TaskText>;
}

const batch = { items: 64, atOnce: 1, statements: 4, longMs: 20 } as const;

export function taskReadsIn(access: Access): TaskReads {
  const read = access.isPlain
    ? (id: number) => readAlone(access, id)
    : batched({ ...batch, run: (ids: readonly number[]) => readTogether(access, ids) });
  return { readTask: async (id) => (await within(limits.callMs, read(id), readIsLate)) ?? missing("task", id) };
}

async function readAlone(access: Access, id: number): Promise<TaskText | undefined> {
  const [row] = await access.read((pool) => pool.all<TaskRow>(selectTask(id)));
  return row && textOf(taskOf(row));
}

async function readTogether({ dialect, read }: Access, ids: readonly number[]): Promise<readonly (TaskText | undefined)[]> {
  const rows = await read((pool) => selectTexts(pool, dialect, [...new Set(ids)]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

function selectTexts(pool: Queryable, { taskJson, isOneOf }: Dialect, ids: readonly number[]): Promise<TaskText[]> {
  return pool.all<TaskText>(sql`select tasks.id, tasks.version, ${taskJson} as json from tasks where tasks.id ${isOneOf(ids)}`);
}

export function selectTask(id: number): Sql {
  return sql`select ${taskColumns} from tasks where id = ${id}`;
}
