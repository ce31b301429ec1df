// Tasks and projects over HTTP: the same answers on both engines, and what the database itself refuses when asked directly.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FormatRegistry, TypeRegistry } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { AboutSchema, ProblemSchema } from "../../src/app/api/contract/about.ts";
import { TaskListSchema } from "../../src/app/api/contract/list.ts";
import { ProjectAnswerSchema, ProjectListSchema } from "../../src/app/api/contract/projects.ts";
import { TaskAnswerSchema } from "../../src/app/api/contract/tasks.ts";
import type { Project } from "../../src/app/api/contract/projects.ts";
import type { NewTask, Task } from "../../src/app/api/contract/tasks.ts";
import { parseMoment } from "../../src/app/moments.ts";
import type { Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { anyVersion, type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as unknown as string;

interface EventRow {
  readonly kind: string;
  readonly entity_id: number;
  readonly request_id: string;
  /** Parsed already where the engine has a JSON type of its own. */
  readonly data: string | object;
}

describe.each(engines)("tasks and projects on %s", (engine) => {
  let database: Database;
  let application: Application;
  const ask: Application["ask"] = (...request) => application.ask(...request);
  const add = async (task: NewTask): Promise<Task> => (await ask("POST", "/api/tasks", task)).json().task;
  const addProject = async (name: string): Promise<Project> => (await ask("POST", "/api/projects", { name })).json().project;
  const directly = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    await using session = await database.admin();
    return await work(session);
  };
  const eventsOf = async (kind: string, id: number) => {
    const rows = await directly((session) =>
      session.all<EventRow>(
        sql`select kind, entity_id, request_id, data from events where kind like ${`${kind}.%`} and entity_id = ${id} order by id`,
      ),
    );
    return rows.map(({ data, ...row }) => ({ ...row, data: typeof data === "string" ? JSON.parse(data) : data }));
  };

  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test("the chapter's request gets 201 and the task, with every default filled by the database", async () => {
    const answer = await ask("POST", "/api/tasks", { title: "Deploy v2" });
    expect(answer.statusCode).toBe(201);
    const { task } = answer.json();
    expect(task).toStrictEqual({
      id: expect.any(Number),
      title: "Deploy v2",
      description: null,
      status: "pending",
      priority: 0,
      is_active: true,
      due_date: null,
      project_id: null,
      assigned_to: null,
      created_at: moment,
      updated_at: moment,
      completed_at: null,
      version: 1,
    });
    expect(answer.headers["location"]).toBe(`/api/tasks/${task.id}`);
    expect(answer.headers["etag"]).toBe('"1"');
    expect((await ask("GET", `/api/tasks/${task.id}`)).json()).toStrictEqual({ task });
  });

  test("the answers are what the contract says", async () => {
    const project = await addProject("by contract");
    const task = await add({ title: "by contract", project_id: project.id, due_date: "2026-01-31T09:30:00Z", status: "complete" });
    const answers = [
      [TaskAnswerSchema, `/api/tasks/${task.id}`],
      [TaskListSchema, "/api/tasks?limit=1"],
      [ProjectAnswerSchema, `/api/projects/${project.id}`],
      [ProjectListSchema, "/api/projects"],
      [AboutSchema, "/api/about"],
      [ProblemSchema, "/api/tasks/2147483647"],
    ] as const;
    TypeRegistry.Set<{ enum: readonly unknown[] }>("Unsafe", (schema, value) => schema.enum.includes(value));
    FormatRegistry.Set("date-time", (text) => parseMoment(text) === text);
    for (const [schema, url] of answers) {
      const answer = (await ask("GET", url)).json();
      expect([url, ...Value.Errors(schema, answer)]).toStrictEqual([url]);
      expect([url, Value.Check(schema, { ...answer, ...Object.fromEntries(Object.keys(answer).map((name) => [name, 1])) })]).toStrictEqual([
        url,
        false,
      ]);
    }
  });

  test("a task with every field is read back as it was sent, its due date in UTC", async () => {
    const project = await addProject("every field");
    const sent = {
      title: "Ä task",
      description: "line\nline",
      status: "active",
      priority: -2_147_483_648,
      is_active: false,
      assigned_to: "Zoë",
    } as const;
    const task = await add({ ...sent, due_date: "2026-01-31T01:30:00.25+02:00", project_id: project.id });
    expect(task).toMatchObject({ ...sent, due_date: "2026-01-30T23:30:00.250000Z", project_id: project.id });
    expect((await ask("GET", `/api/tasks/${task.id}`)).json().task).toStrictEqual(task);
  });

  test.each(["1000-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", "2026-03-29T01:30:00.000001Z", "2038-01-19T03:14:08.000000Z"])(
    "the due date %s is kept to the microsecond",
    async (due) => {
      const task = await add({ title: "due", due_date: due });
      expect((await ask("GET", `/api/tasks/${task.id}`)).json().task.due_date).toBe(due);
    },
  );

  test("a change touches only what it names, counts the version and moves updated_at", async () => {
    const before = await add({ title: "before", description: "kept", priority: 3 });
    const answer = await ask("PATCH", `/api/tasks/${before.id}`, { title: "after", due_date: "2026-02-01T00:00:00Z" }, anyVersion);
    expect(answer.statusCode).toBe(200);
    const { task } = answer.json();
    expect(task).toStrictEqual({ ...before, title: "after", due_date: "2026-02-01T00:00:00.000000Z", updated_at: moment, version: 2 });
    expect(task.updated_at > before.updated_at).toBe(true);
    expect(answer.headers["etag"]).toBe('"2"');
    expect((await ask("GET", `/api/tasks/${before.id}`)).json().task).toStrictEqual(task);
  });

  test("completed_at is set when a task becomes complete, kept while it is, and cleared when it leaves", async () => {
    const { id } = await add({ title: "to be completed" });
    const change = async (status: string) => (await ask("PATCH", `/api/tasks/${id}`, { status }, anyVersion)).json().task;
    const completed = await change("complete");
    expect(completed.completed_at).toStrictEqual(moment);
    expect((await change("complete")).completed_at).toBe(completed.completed_at);
    expect((await change("active")).completed_at).toBeNull();
    expect((await add({ title: "complete at once", status: "complete" })).completed_at).toStrictEqual(moment);
  });

  test("50 changes at once lose none", async () => {
    const { id } = await add({ title: "counted" });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => ask("PATCH", `/api/tasks/${id}`, { priority: index }, anyVersion)));
    expect(answers.map((answer) => answer.statusCode)).toStrictEqual(answers.map(() => 200));
    expect((await ask("GET", `/api/tasks/${id}`)).json().task.version).toBe(51);
    expect(await eventsOf("task", id)).toHaveLength(51);
  });

  test("a task that is not there is 404 for reading, changing and removing", async () => {
    for (const method of ["GET", "PATCH", "DELETE"] as const) {
      const answer = await ask(
        method,
        "/api/tasks/2147483647",
        method === "PATCH" ? { title: "x" } : undefined,
        method === "PATCH" ? anyVersion : {},
      );
      expect([answer.statusCode, answer.json().code]).toStrictEqual([404, "RH-API-002"]);
    }
  });

  test("every write has its event in order, under the request's id, with the row as it then was", async () => {
    const headers = { "x-request-id": "abcdef0123456789abcdef0123456789" };
    const created = (await ask("POST", "/api/tasks", { title: "followed" }, headers)).json().task;
    const changed = (await ask("PATCH", `/api/tasks/${created.id}`, { title: "é" }, { ...headers, ...anyVersion })).json().task;
    expect((await ask("DELETE", `/api/tasks/${created.id}`, undefined, headers)).statusCode).toBe(204);
    const row = { entity_id: created.id, request_id: headers["x-request-id"] };
    expect(await eventsOf("task", created.id)).toStrictEqual([
      { ...row, kind: "task.created", data: created },
      { ...row, kind: "task.changed", data: changed },
      { ...row, kind: "task.deleted", data: changed },
    ]);
  });

  test("a task of an unknown project is refused by name, and neither row nor event is left", async () => {
    const count = () =>
      directly((session) => session.all<{ total: number }>(sql`select (select count(*) from tasks) + (select count(*) from events) as total`));
    const { id } = await add({ title: "moved" });
    const before = await count();
    for (const answer of [
      await ask("POST", "/api/tasks", { title: "orphan", project_id: 2_000_000_000 }),
      await ask("PATCH", `/api/tasks/${id}`, { project_id: 2_000_000_000 }, anyVersion),
    ]) {
      expect([answer.statusCode, answer.json().code, answer.json().field]).toStrictEqual([400, "RH-API-001", "project_id"]);
    }
    expect(await count()).toStrictEqual(before);
  });

  test.each<readonly [string, Sql, string]>([
    ["a task without a title", sql`insert into tasks (title) values (null)`, "RH-DATA-004"],
    ["a status of its own", sql`insert into tasks (title, status) values ('x', 'done')`, "RH-DATA-003"],
    ["a title of 201 characters", sql`insert into tasks (title) values (${"x".repeat(201)})`, "RH-DATA-005"],
    ["a word for a number", sql`insert into tasks (title, priority) values ('x', ${"many"})`, "RH-DATA-005"],
    ["a 31st of February", sql`insert into tasks (title, due_date) values ('x', '2026-02-31 00:00:00')`, "RH-DATA-005"],
    ["a task of no project", sql`insert into tasks (title, project_id) values ('x', 2000000000)`, "RH-DATA-002"],
    ["an id that is there", sql`insert into write_probe (id) values (1)`, "RH-DATA-001"],
    ["an id that is NULL", sql`insert into write_probe (id) values (null)`, "RH-DATA-004"],
  ])("the database itself refuses %s", async (_what, statement, code) => {
    await expect(directly((session) => session.run(statement))).rejects.toMatchObject({ code });
  });

  test("a row that came by the engine's own client, NULL where the API has none, is shown with the defaults", async () => {
    await directly((session) => session.run(sql`insert into tasks (title, priority, is_active, created_at) values ('by hand', null, null, null)`));
    const { tasks } = (await ask("GET", "/api/tasks?limit=500")).json();
    expect(tasks.find((task: Task) => task.title === "by hand")).toMatchObject({ priority: 0, is_active: true, created_at: moment });
  });

  test("a waiting request is found in the server's own tables by its id", async () => {
    const requestId = "0123456789abcdef0123456789abcdef";
    const { id } = await add({ title: "held" });
    await using holder = await database.admin();
    await holder.begin();
    await holder.all(sql`select id from tasks where id = ${id} for update`);
    const waiting = ask("PATCH", `/api/tasks/${id}`, { title: "got through" }, { ...anyVersion, "x-request-id": requestId });
    await expect.poll(() => directly((session) => session.all(sessionsNamed[engine](requestId)))).toHaveLength(1);
    await holder.rollback();
    expect((await waiting).statusCode).toBe(200);
  });
});

const sessionsNamed: Readonly<Record<(typeof engines)[number], (requestId: string) => Sql>> = {
  postgres: (requestId) => sql`select pid from pg_stat_activity where application_name = ${`rowhouse-app ${requestId}`}`,
  mariadb: (requestId) => sql`
    select thread_id from performance_schema.user_variables_by_thread
    where variable_name = 'request_id' and cast(variable_value as char) = ${requestId}`,
};
