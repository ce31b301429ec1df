// Projects in the database, with the count of their tasks, zero included.
import type { Queryable } from "../../drivers/driver.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import type { NewProject, Project } from "../api/contract/projects.ts";
import type { Access } from "./access.ts";
import { recordEvent } from "./events.ts";
import { missing, refuseWrite, rowOf } from "./row-versions.ts";
import { projectOf, type ProjectRow } from "./rows.ts";
import type { RowWrite, Write } from "./store.ts";

export interface Projects {
  listProjects(): Promise<readonly Project[]>;
  /** Throws RH-API-002. */
  readProject(id: number): Promise<Project>;
  /** Throws RH-DATA-001 when the name is taken. */
  createProject(project: NewProject, write: Write): Promise<Project>;
  /** Throws RH-API-002, RH-API-007 when the version is another, RH-DATA-001. */
  changeProject(row: RowWrite, change: NewProject): Promise<Project>;
  /** Throws RH-API-002, RH-API-007, RH-DATA-002 while tasks belong to it. */
  deleteProject(row: RowWrite): Promise<void>;
}

export function projectsIn(access: Access): Projects {
  return {
    listProjects: () => listProjects(access),
    readProject: (id) => readProject(access, id),
    createProject: (project, write) => createProject(access, project, write),
    changeProject: (row, change) => changeProject(access, row, change),
    deleteProject: (row) => deleteProject(access, row),
  };
}

async function listProjects(access: Access): Promise<readonly Project[]> {
  const rows = await access.read((pool) => pool.all<ProjectRow>(selectProjects(sql``)));
  return rows.map(projectOf);
}

async function readProject(access: Access, id: number): Promise<Project> {
  return access.read((pool) => project(pool, id));
}

async function createProject(access: Access, { name }: NewProject, write: Write): Promise<Project> {
  const insert = access.write(write, async (session) => {
    const [row] = await session.all<ProjectRow>(
      sql`insert into projects (name) values (${name}) returning id, name, created_at, version, 0 as task_count`,
    );
    const created = projectOf(row as ProjectRow);
    await recordEvent(session, { requestId: write.requestId, kind: "project.created", data: created });
    return created;
  });
  return insert.catch((thrown: unknown) => explainName(thrown, name));
}

async function changeProject(access: Access, row: RowWrite, { name }: NewProject): Promise<Project> {
  const update = access.write(row, async (session) => {
    const changes = await session.run(sql`update projects set name = ${name}, version = version + 1 where ${rowOf(row)}`);
    if (changes === 0) return refuseWrite(session, "project", row);
    const changed = await project(session, row.id);
    await recordEvent(session, { requestId: row.requestId, kind: "project.changed", data: changed });
    return changed;
  });
  return update.catch((thrown: unknown) => explainName(thrown, name));
}

async function deleteProject(access: Access, row: RowWrite): Promise<void> {
  const removal = access.write(row, async (session) => {
    const [deleted] = await session.all<ProjectRow>(
      sql`delete from projects where ${rowOf(row)} returning id, name, created_at, version, 0 as task_count`,
    );
    if (!deleted) return refuseWrite(session, "project", row);
    await recordEvent(session, { requestId: row.requestId, kind: "project.deleted", data: projectOf(deleted) });
  });
  await removal.catch((thrown: unknown) => {
    if (!isProblem(thrown, "RH-DATA-002")) throw thrown;
    throw new Problem("RH-DATA-002", `project ${row.id} still has tasks`, { field: "id", cause: thrown });
  });
}

async function project(session: Queryable, id: number): Promise<Project> {
  const [row] = await session.all<ProjectRow>(selectProjects(sql`where projects.id = ${id}`));
  return row ? projectOf(row) : missing("project", id);
}

function selectProjects(where: Sql): Sql {
  return sql`
    select
      projects.id,
      projects.name,
      projects.created_at,
      projects.version,
      count(tasks.id) as task_count
    from projects
    left join tasks on tasks.project_id = projects.id
    ${where}
    group by projects.id, projects.name, projects.created_at, projects.version
    order by projects.id`;
}

function explainName(thrown: unknown, name: string): never {
  if (!isProblem(thrown, "RH-DATA-001")) throw thrown;
  throw new Problem("RH-DATA-001", `there is a project named ${JSON.stringify(name)} already`, { field: "name", cause: thrown });
}
