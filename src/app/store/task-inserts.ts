// New tasks, each with its event in the same transaction. Those that refer to no project can neither wait for another row nor be
// refused for one, so that many at once are one statement and one commit; what fails for the content of one of them is made again
// one by one, so that it fails alone.
import { isProblem, Problem } from "../../foundation/problem.ts";
import { sql } from "../../foundation/sql.ts";
import type { NewTask } from "../api/contract/tasks.ts";
import type { Access } from "./access.ts";
import { batched } from "./batches.ts";
import type { Cells, NewRow } from "./dialect.ts";
import { recordEvent } from "./events.ts";
import { taskColumns, taskOf, type TaskRow } from "./rows.ts";
import { limits, type Write } from "./store.ts";
import { newCells, newRows } from "./task-values.ts";
import { type TaskText, textOf } from "./task-text.ts";

/** While one group is being committed the next one is written. */
const group = { items: 32, atOnce: 2, statements: 4, longMs: 20 } as const;

/** The way of a new task into the database. It throws RH-DATA-002 where there is no such project. */
export function taskInsertsIn(access: Access): (task: NewTask, write: Write) => Promise<TaskText> {
  if (access.isPlain) return (task, write) => insertAndRecord(access, task, write);
  const together = groupsIn(access);
  return (task, write) => {
    if (write.once) return insertAndRecord(access, task, write);
    const row = { cells: newCells(access.dialect, task), requestId: write.requestId, sinceMs: access.clock.monotonicMs() };
    return typeof task.project_id === "number" ? insertAlone(access, row) : together(row);
  };
}

interface Waiting extends NewRow {
  /** When it came. */
  readonly sinceMs: number;
}

/** Rows that fill the same columns go together: the others get their defaults. */
function groupsIn(access: Access): (row: Waiting) => Promise<TaskText> {
  const groups = new Map<string, (row: Waiting) => Promise<TaskText>>();
  return (row) => {
    const columns = namesOf(row.cells);
    const add = groups.get(columns) ?? batched<Waiting, TaskText>({ ...group, run: (rows) => insertTogether(access, rows) });
    groups.set(columns, add);
    return add(row);
  };
}

/** A row that waited for long while groups hung goes alone, and is refused there when it is late: it takes no time from the others. */
async function insertTogether(access: Access, rows: readonly Waiting[]): Promise<readonly (TaskText | Promise<TaskText>)[]> {
  const waitedMs = Math.max(...rows.map((row) => waitedBy(access, row)));
  if (rows.length > 1 && waitedMs > limits.acquireMs) return rows.map((row) => insertAlone(access, row));
  try {
    const made = await access.writeWhole<Made>(access.dialect.insertTasks(rows), waitedMs);
    return made.map(asNew);
  } catch (thrown) {
    if (rows.length === 1 || !isOfContent(thrown)) throw thrown;
    return rows.map((row) => insertAlone(access, row));
  }
}

async function insertAlone(access: Access, row: Waiting): Promise<TaskText> {
  const [made] = await access.writeWhole<Made>(access.dialect.insertTask(row), waitedBy(access, row));
  if (made) return asNew(made);
  throw new Problem("RH-DATA-002", "the project is not there");
}

function waitedBy({ clock }: Access, { sinceMs }: Waiting): number {
  return clock.monotonicMs() - sinceMs;
}

async function insertAndRecord(access: Access, task: NewTask, write: Write): Promise<TaskText> {
  const created = await access.write(write, async (session) => {
    const [row] = await session.all<TaskRow>(sql`insert into ${newRows(access.dialect, [task])} returning ${taskColumns}`);
    const created = taskOf(row as TaskRow);
    await recordEvent(session, { requestId: write.requestId, kind: "task.created", data: created });
    return created;
  });
  return textOf(created);
}

type Made = Pick<TaskText, "id" | "json">;

function asNew(made: Made): TaskText {
  return { ...made, version: 1 };
}

function namesOf(cells: Cells): string {
  return cells.map(([column]) => column).join();
}

/** Nothing was written, for what one of the rows holds; whatever else goes wrong goes wrong for all of them. */
function isOfContent(thrown: unknown): boolean {
  return isProblem(thrown) && /^RH-(?:DATA|SQL)-/.test(thrown.code);
}
