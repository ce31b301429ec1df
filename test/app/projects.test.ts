// Projects over HTTP: counts, names, versions, the same on both engines.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Project } from "../../src/app/api/contract/projects.ts";
import type { NewTask, Task } from "../../src/app/api/contract/tasks.ts";
import { sql } from "../../src/foundation/sql.ts";
import { anyVersion, type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as unknown as string;

describe.each(engines)("projects on %s", (engine) => {
  let database: Database;
  let application: Application;
  const ask: Application["ask"] = (...request) => application.ask(...request);
  const add = async (task: NewTask): Promise<Task> => (await ask("POST", "/api/tasks", task)).json().task;
  const addProject = async (name: string): Promise<Project> => (await ask("POST", "/api/projects", { name })).json().project;
  const kindsOf = async (id: number): Promise<readonly string[]> => {
    await using session = await database.admin();
    const rows = await session.all<{ kind: string }>(sql`select kind from events where kind like ${"project.%"} and entity_id = ${id} order by id`);
    return rows.map(({ kind }) => kind);
  };

  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test("projects are added, listed with their counts, renamed and removed", async () => {
    const empty = await addProject("empty");
    const used = await addProject("used");
    await add({ title: "one", project_id: used.id });
    await add({ title: "two", project_id: used.id });
    const listed: Project[] = (await ask("GET", "/api/projects")).json().projects;
    expect(listed).toContainEqual({ ...empty, created_at: moment, task_count: 0 });
    expect(listed).toContainEqual({ ...used, task_count: 2 });
    expect((await ask("PATCH", `/api/projects/${used.id}`, { name: "renamed" }, anyVersion)).json().project).toStrictEqual({
      ...used,
      name: "renamed",
      version: 2,
      task_count: 2,
    });
    expect((await ask("GET", `/api/projects/${used.id}`)).json().project.name).toBe("renamed");
    expect((await ask("DELETE", `/api/projects/${empty.id}`)).statusCode).toBe(204);
    expect((await ask("GET", `/api/projects/${empty.id}`)).statusCode).toBe(404);
    expect(await kindsOf(empty.id)).toStrictEqual(["project.created", "project.deleted"]);
  });

  test("a project in use stays, with its tasks", async () => {
    const project = await addProject("in use");
    const task = await add({ title: "holds it", project_id: project.id });
    const answer = await ask("DELETE", `/api/projects/${project.id}`);
    expect([answer.statusCode, answer.json().code, answer.json().field]).toStrictEqual([409, "RH-DATA-002", "id"]);
    expect((await ask("GET", `/api/tasks/${task.id}`)).json().task.project_id).toBe(project.id);
    expect(await kindsOf(project.id)).toStrictEqual(["project.created"]);
  });

  test("a taken project name is refused, one that differs in case, accent or a trailing space is not", async () => {
    await addProject("Name");
    const taken = await ask("POST", "/api/projects", { name: "Name" });
    expect([taken.statusCode, taken.json().code, taken.json().field]).toStrictEqual([409, "RH-DATA-001", "name"]);
    for (const name of ["name", "Namé", "Name "]) expect((await ask("POST", "/api/projects", { name })).statusCode).toBe(201);
    const { id } = await addProject("other");
    expect((await ask("PATCH", `/api/projects/${id}`, { name: "Name" }, anyVersion)).statusCode).toBe(409);
  });
});
