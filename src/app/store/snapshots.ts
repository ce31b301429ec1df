// Everything that is selected, as it is at one moment: projects and tasks, read in batches from one transaction on a connection
// that ordinary requests do not use. Memory is that of a batch, whatever there is.
import type { Pool, Session } from "../../drivers/driver.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import type { Selection } from "../api/contract/list.ts";
import type { TransferredProject, TransferredTask } from "../api/contract/transfer.ts";
import type { Access } from "./access.ts";
import { selected, where } from "./filter.ts";
import { projectOf, type ProjectRow, taskColumns, taskOf, type TaskRow } from "./rows.ts";

export interface Snapshots {
  /** Throws as every read does; `signal` ends what the server does for it. */
  openSnapshot(selection: Selection, how: { readonly requestId: string; readonly signal: AbortSignal }): Promise<Snapshot>;
}

/** One stream at a time. */
export interface Snapshot extends AsyncDisposable {
  /** By id. */
  tasks(): AsyncIterable<readonly TransferredTask[]>;
  /** By id: those of the selected tasks, and all where nothing is selected. */
  projects(): AsyncIterable<readonly TransferredProject[]>;
  /** By id: those of `projects()` that no task belongs to. */
  emptyProjects(): AsyncIterable<readonly TransferredProject[]>;
}

/** A description has up to 64 KB. */
const batchRows = 250;

export function snapshotsIn(access: Access, transfers: Pool): Snapshots {
  return {
    openSnapshot: async (selection, { requestId, signal }) => {
      const conditions = selected(access.dialect, selection);
      await access.admit();
      const session = await transfers.session();
      try {
        await session.begin("snapshot");
        await access.dialect.nameRequest(session, requestId);
      } catch (thrown) {
        await session[Symbol.asyncDispose]();
        throw thrown;
      }
      return snapshotOf(session, conditions, signal);
    },
  };
}

function snapshotOf(session: Session, conditions: readonly Sql[], signal: AbortSignal): Snapshot {
  const projects = (condition: Sql) => read(session, { statement: selectProjects(condition), of: exportedProject, signal });
  const ofTasks = (conditions: readonly Sql[]) => sql`exists (select 1 from tasks ${where([...conditions, sql`tasks.project_id = projects.id`])})`;
  const isAll = conditions.length === 0;
  return {
    tasks: () => read(session, { statement: selectTasks(conditions), of: exportedTask, signal }),
    projects: () => projects(isAll ? sql`` : sql`where ${ofTasks(conditions)}`),
    emptyProjects: () => projects(isAll ? sql`where not ${ofTasks([])}` : sql`where 1 = 0`),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

interface Reading<Row, Shown> {
  readonly statement: Sql;
  readonly of: (row: Row) => Shown;
  readonly signal: AbortSignal;
}

async function* read<Row, Shown>(session: Session, { statement, of, signal }: Reading<Row, Shown>): AsyncGenerator<readonly Shown[]> {
  for await (const rows of session.stream<Row>(statement, { batchRows, signal })) yield rows.map(of);
}

type ExportRow = TaskRow & { readonly project: string | null };

/** The name by a subquery, not by a join: both engines then read along the primary key and sort nothing. */
function selectTasks(conditions: readonly Sql[]): Sql {
  return sql`
    select
      ${taskColumns},
      (select projects.name from projects where projects.id = tasks.project_id) as project
    from tasks
    ${where(conditions)}
    order by tasks.id`;
}

function exportedTask(row: ExportRow): TransferredTask {
  return { ...taskOf(row), project: row.project };
}

function selectProjects(condition: Sql): Sql {
  return sql`
    select
      projects.id,
      projects.name,
      projects.created_at,
      projects.version
    from projects
    ${condition}
    order by projects.id`;
}

function exportedProject(row: ProjectRow): TransferredProject {
  const { task_count: _ofTheMoment, ...project } = projectOf(row);
  return project;
}
