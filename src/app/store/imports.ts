// What an import asks of the database: one transaction on a connection that ordinary requests do not use, rows in batches of one
// statement each, and the reads that tell beforehand what the database would refuse. Abandoned, or dry from the start, it only
// reads. While it is open the projects that its tasks belong to can be neither renamed nor removed by others.
import type { Pool, Session } from "../../drivers/driver.ts";
import { commit } from "../../drivers/transaction.ts";
import { sql } from "../../foundation/sql.ts";
import type { ImportedProject, ImportedTask } from "../api/contract/transfer.ts";
import type { Access } from "./access.ts";
import type { Dialect, GivenColumns } from "./dialect.ts";
import { recordEvent } from "./events.ts";
import { transferLimits } from "./store.ts";

export interface Imports {
  openImport(options: { readonly requestId: string; readonly keepsIds: boolean; readonly isDry: boolean }): Promise<Import>;
}

/** Leaves nothing behind when it is disposed before it was committed. */
export interface Import extends AsyncDisposable {
  /** Those that tasks have. */
  takenTaskIds(ids: readonly number[]): Promise<readonly number[]>;
  projectsNamed(names: readonly string[]): Promise<readonly ProjectName[]>;
  projectsWithIds(ids: readonly number[]): Promise<readonly ProjectName[]>;
  /** How many were made: whoever has the name already is left as it is. Throws RH-DATA-001 for an id that is taken. */
  addProjects(projects: readonly ImportedProject[]): Promise<number>;
  /** Throws RH-DATA-001 for an id that is taken, RH-DATA-002 for a project that is not there. */
  addTasks(tasks: readonly TaskToAdd[]): Promise<void>;
  /** Takes back what was added; from then on nothing may be. */
  abandon(): Promise<void>;
  /** Throws RH-CONN-004 when nobody knows. */
  commit(taskCount: number): Promise<void>;
}

export interface ProjectName {
  readonly id: number;
  readonly name: string;
}

export type TaskToAdd = Omit<ImportedTask, "project">;

export function importsIn({ dialect, admit }: Access, transfers: Pool): Imports {
  return {
    openImport: async ({ requestId, keepsIds, isDry }) => {
      await admit();
      const session = await transfers.session();
      try {
        if (!isDry) {
          await session.begin();
          await dialect.findByKeys(session);
        }
        await dialect.nameRequest(session, requestId);
      } catch (thrown) {
        await session[Symbol.asyncDispose]();
        throw thrown;
      }
      return importOver({ session, dialect, requestId, keepsIds });
    },
  };
}

interface Parts {
  readonly session: Session;
  readonly dialect: Dialect;
  readonly requestId: string;
  readonly keepsIds: boolean;
}

function importOver(parts: Parts): Import {
  const { session, dialect } = parts;
  return {
    takenTaskIds: async (ids) => {
      const given = dialect.givenRows(JSON.stringify(ids.map((id) => ({ id }))), { id: "integer" });
      const rows = await session.all<{ id: number }>(sql`select tasks.id from ${given} inner join tasks on tasks.id = given.id`);
      return rows.map(({ id }) => id);
    },
    projectsNamed: (names) => session.all(sql`select id, name from projects where name in (${sql.join(names, ", ")})`),
    projectsWithIds: (ids) => session.all(sql`select id, name from projects where id in (${sql.join(ids, ", ")})`),
    addProjects: (projects) => addProjects(parts, projects),
    addTasks: (tasks) => addTasks(parts, tasks),
    abandon: () => session.rollback(),
    commit: (taskCount) => recordAndCommit(parts, taskCount),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** While the event's id is taken and not yet there, no pause may be as long as those that a slow sender is allowed. */
async function recordAndCommit({ session, dialect, requestId }: Parts, taskCount: number): Promise<void> {
  const { lastStepMs, wholeMs, batchMs } = transferLimits;
  await dialect.limitTransaction(session, { idleMs: lastStepMs, statementMs: lastStepMs });
  try {
    await recordEvent(session, { requestId, kind: "tasks.imported", data: { count: taskCount } });
    await commit(session);
  } finally {
    await dialect.limitTransaction(session, { idleMs: wholeMs, statementMs: batchMs }).catch(() => undefined); // then it is lent no more
  }
}

/** By name, so that two imports wait for each other in the same order. */
async function addProjects({ session, dialect, keepsIds }: Parts, projects: readonly ImportedProject[]): Promise<number> {
  const inOrder = [...projects].sort((one, other) => (one.name < other.name ? -1 : 1));
  let added = 0;
  const kept = keepsIds ? inOrder.filter(({ id }) => id !== undefined) : [];
  if (kept.length > 0) {
    await dialect.advanceIds(session, "projects", newestOf(kept));
    const rows = kept.map(({ id, name, created_at, version = 1 }) => {
      const created = created_at === undefined ? sql`current_timestamp(6)` : dialect.bindMoment(created_at);
      return sql`(${id ?? null}, ${name}, ${created}, ${version})`;
    });
    added += await session.run(sql`insert into projects (id, name, created_at, version) values ${sql.join(rows, ", ")}`);
  }
  const named = inOrder.filter((project) => !kept.includes(project)).map(({ name }) => sql`(${name})`);
  if (named.length > 0) added += await session.run(dialect.insertUnlessThere(sql`projects (name) values ${sql.join(named, ", ")}`));
  return added;
}

const columns = {
  title: "text",
  description: "text",
  status: "text",
  priority: "integer",
  is_active: "boolean",
  due_date: "moment",
  project_id: "integer",
  assigned_to: "text",
  completed_at: "moment",
  /** Completed by the import itself. */
  completes: "boolean",
} as const satisfies GivenColumns;
const keptColumns = { id: "integer", version: "integer", created_at: "moment", updated_at: "moment" } as const satisfies GivenColumns;
const moments = ["due_date", "completed_at", "created_at", "updated_at"] as const;

async function addTasks({ session, dialect, keepsIds }: Parts, tasks: readonly TaskToAdd[]): Promise<void> {
  const list = JSON.stringify(tasks.map((task) => givenTask(dialect, task, keepsIds)));
  const names = sql`title, description, status, priority, is_active, due_date, project_id, assigned_to, completed_at`;
  const values = sql`
    given.title,
    given.description,
    coalesce(given.status, 'pending'),
    coalesce(given.priority, 0),
    coalesce(given.is_active, true),
    given.due_date,
    given.project_id,
    given.assigned_to,
    case when given.completes then current_timestamp(6) else given.completed_at end`;
  if (!keepsIds) {
    await session.run(sql`insert into tasks (${names}) select ${values} from ${dialect.givenRows(list, columns)}`);
    return;
  }
  await dialect.advanceIds(session, "tasks", newestOf(tasks)); // before, so that nobody draws an id of theirs and waits for this transaction
  await session.run(sql`
    insert into tasks (${names}, id, version, created_at, updated_at)
    select ${values},
      given.id,
      coalesce(given.version, 1),
      coalesce(given.created_at, current_timestamp(6)),
      coalesce(given.updated_at, current_timestamp(6))
    from ${dialect.givenRows(list, { ...columns, ...keptColumns })}`);
}

function newestOf(rows: readonly { readonly id?: number }[]): number {
  return rows.reduce((newest, { id = 0 }) => Math.max(newest, id), 0);
}

/** Without what is NULL or left to a default, and without what a new task does not take over. */
function givenTask(dialect: Dialect, task: TaskToAdd, keepsIds: boolean): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(keepsIds ? { ...columns, ...keptColumns } : columns) as (keyof TaskToAdd)[])
    if (task[name] !== undefined && task[name] !== null) given[name] = task[name];
  if (!keepsIds) delete given["completed_at"];
  if (task.status === "complete" && (!keepsIds || task.completed_at === undefined)) given["completes"] = true;
  for (const name of moments) if (typeof given[name] === "string") given[name] = dialect.bindMoment(given[name]);
  return given;
}
