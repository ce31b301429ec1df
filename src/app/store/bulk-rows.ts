// A bulk write under way: the rows that it holds with their versions, the projects that are there, the events that are still to be
// recorded, and its limits: how long it takes and how much it carries. Statements take some hundred rows at a time.
import type { Session } from "../../drivers/driver.ts";
import { Problem } from "../../foundation/problem.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import type { BulkOperation } from "../api/contract/bulk.ts";
import type { NewTask, Task, TaskChange } from "../api/contract/tasks.ts";
import type { Access } from "./access.ts";
import type { Dialect } from "./dialect.ts";
import { type Event, recordEvents } from "./events.ts";
import { taskColumns, taskOf, type TaskRow } from "./rows.ts";
import { limits } from "./store.ts";
import { assignmentsOfAll, newRows, type RowChange } from "./task-values.ts";

const rowsAtOnce = 500;
/** Fewer, since each row's value is looked for among those of all the others. */
const changesAtOnce = 200;
/** Of all rows that are written, as JSON: they are in the events, and most of them in the answer. */
const limitBytes = 8 * 1_048_576;

export interface Parts {
  readonly session: Session;
  readonly access: Access;
  readonly requestId: string;
  /** When the call began, which may be an attempt before this one. */
  readonly startMs: number;
}

type Named = { readonly id: number; readonly version?: number };

/** Locks the rows that are named, and looks which of the projects that are named are there. */
export async function openWork(parts: Parts, operations: readonly BulkOperation[]): Promise<Work> {
  const work = new Work(parts);
  await work.lock(operations.flatMap((operation) => ("id" in operation ? [operation.id] : [])));
  await work.findProjects(operations.flatMap(projectOf));
  return work;
}

function projectOf(operation: BulkOperation): readonly number[] {
  const task = "task" in operation ? operation.task : "change" in operation ? operation.change : {};
  return typeof task.project_id === "number" ? [task.project_id] : [];
}

export class Work {
  readonly dialect: Dialect;
  readonly #parts: Parts;
  /** Of the rows that this transaction holds, as they are now. */
  readonly #versions = new Map<number, number>();
  readonly #projects = new Set<number>();
  readonly #events: Event[] = [];
  #bytes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.dialect = parts.access.dialect;
  }

  /** Rows of a statement, if there is still time for one. */
  all<Row>(statement: Sql): Promise<readonly Row[]> {
    this.#checkTime();
    return this.#parts.session.all<Row>(statement);
  }

  async lock(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const rows = await this.all<{ id: number; version: number }>(sql`select id, version from tasks where ${among(ids)} order by id for update`);
    for (const { id, version } of rows) this.#versions.set(id, version);
  }

  async findProjects(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const rows = await this.all<{ id: number }>(sql`select id from projects where ${among(ids)}`);
    for (const { id } of rows) this.#projects.add(id);
  }

  checkProject({ project_id: id }: NewTask | TaskChange, place: string): void {
    if (typeof id !== "number" || this.#projects.has(id)) return;
    throw new Problem("RH-API-001", `there is no project ${id}`, { field: `${place}.project_id` });
  }

  checkVersion({ id, version }: Named, place: string): void {
    const current = this.#versions.get(id);
    if (current === undefined) throw new Problem("RH-API-002", `there is no task ${id}`, { field: `${place}.id` });
    if (version === undefined || version === current) return;
    throw new Problem("RH-API-007", `task ${id} has version ${current}, not ${version}`, { field: `${place}.version` });
  }

  async insert(tasks: readonly NewTask[]): Promise<readonly Task[]> {
    const rows: Task[] = [];
    for (const some of slices(tasks)) {
      const inserted = await this.all<TaskRow>(sql`insert into ${newRows(this.dialect, some)} returning ${taskColumns}`);
      rows.push(...inserted.map(taskOf));
    }
    for (const task of rows) this.#note("task.created", task);
    return rows;
  }

  /** Changes that name the same columns of different rows, which are locked; in their order. */
  async update(changes: readonly RowChange[]): Promise<readonly Task[]> {
    const tasks: Task[] = [];
    for (const some of slices(changes, changesAtOnce)) {
      this.#checkTime();
      const where = among(some.map(({ id }) => id));
      const rows = await this.dialect.updateReturning<TaskRow>(this.#parts.session, {
        update: sql`update tasks set ${assignmentsOfAll(this.dialect, some)} where ${where}`,
        columns: taskColumns,
        reread: sql`select ${taskColumns} from tasks where ${where}`,
      });
      tasks.push(...inOrder(some, rows));
    }
    for (const task of tasks) this.#note("task.changed", task);
    return tasks;
  }

  /** Rows that are locked; as they last were, in the order of `ids`. */
  async remove(ids: readonly number[]): Promise<readonly Task[]> {
    const tasks: Task[] = [];
    for (const some of slices(ids)) {
      const rows = await this.all<TaskRow>(sql`delete from tasks where ${among(some)} returning ${taskColumns}`);
      tasks.push(
        ...inOrder(
          some.map((id) => ({ id })),
          rows,
        ),
      );
    }
    for (const task of tasks) this.#note("task.deleted", task);
    return tasks;
  }

  async recordAll(): Promise<void> {
    for (const some of slices(this.#events)) {
      this.#checkTime();
      await recordEvents(this.#parts.session, some);
    }
  }

  #note(kind: "task.created" | "task.changed" | "task.deleted", task: Task): void {
    if (kind === "task.deleted") this.#versions.delete(task.id);
    else this.#versions.set(task.id, task.version);
    this.#events.push({ requestId: this.#parts.requestId, kind, data: task });
    this.#bytes += Buffer.byteLength(JSON.stringify(task));
    if (this.#bytes <= limitBytes) return;
    throw new Problem("RH-API-001", "the rows of these operations have more than 8 MB; take fewer at once", { field: "operations" });
  }

  #checkTime(): void {
    if (this.#parts.access.clock.monotonicMs() - this.#parts.startMs <= limits.bulkMs) return;
    throw new Problem("RH-TIME-001", `the operations did not end within ${limits.bulkMs} ms, and none of them was made`);
  }
}

/** `id in (…)`, each once. */
function among(ids: readonly number[]): Sql {
  return sql`id in (${sql.join([...new Set(ids)], ", ")})`;
}

function inOrder(wanted: readonly { readonly id: number }[], rows: readonly TaskRow[]): readonly Task[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return wanted.map(({ id }) => taskOf(byId.get(id) as TaskRow));
}

function* slices<T>(all: readonly T[], most = rowsAtOnce): Generator<readonly [T, ...T[]]> {
  for (let first = 0; first < all.length; first += most) yield all.slice(first, first + most) as [T, ...T[]];
}
