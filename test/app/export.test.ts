// Exports: what stands in a file, that it shows one moment, and that nobody takes half a file for a whole one. How a file comes
// in again is in transfer.test.ts.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";
import { get, listen, open, whole } from "./transfer/listening.ts";
import { addRows } from "./transfer/rows.ts";

type EngineName = (typeof engines)[number];

const atWork: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select pid from pg_stat_activity where usename = 'taskapp' and state <> 'idle'`,
  mariadb: sql`select id from information_schema.processlist where user = 'taskapp' and command <> 'Sleep'`,
};
const openTransactions: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select pid from pg_stat_activity where usename = 'taskapp' and xact_start is not null`,
  mariadb: sql`select trx_id from information_schema.innodb_trx`,
};
const columns = "id,title,description,status,priority,is_active,due_date,project,assigned_to,created_at,updated_at,completed_at,version";

describe.each(engines)("a file of few tasks on %s", (engine) => {
  let database: Database;
  let application: Application;
  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
    const add = async (path: string, body: unknown) => (await application.ask("POST", path, body)).json();
    const { project } = await add("/api/projects", { name: '=Deploy, "v2"' });
    await add("/api/projects", { name: "Empty" });
    await add("/api/tasks", { title: "Plain", priority: -5, due_date: "2026-01-31T10:30:00+01:00", project_id: project.id });
    await add("/api/tasks", { title: '=cmd|"/C calc"!A0', description: "", assigned_to: "@ada", status: "complete" });
    await add("/api/tasks", { title: "'=quoted", description: "one\r\ntwo, three\n", is_active: false });
    await add("/api/tasks", { title: " 字 😀 ", description: "\tx" });
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  const exported = async (query: string) => application.ask("GET", `/api/tasks/export?${query}`);

  test("is CSV with a header, a task a line, cells that nothing runs, and projects without tasks", async () => {
    const answer = await exported("format=csv");
    const moment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g;
    expect(answer.body.replaceAll(moment, "M").split("\r\n")).toStrictEqual([
      columns,
      `1,Plain,,pending,-5,true,M,"'=Deploy, ""v2""",,M,M,,1`,
      `2,"'=cmd|""/C calc""!A0","",complete,0,true,,,'@ada,M,M,M,1`,
      `3,''=quoted,"one`,
      `two, three\n",pending,0,false,,,,M,M,,1`,
      `4," 字 😀 ","'\tx",pending,0,true,,,,M,M,,1`,
      ",,,,,,,Empty,,,,,",
      "",
    ]);
  });

  test("is one JSON document with tasks as the API shows them, and the names of their projects", async () => {
    const { projects, tasks } = (await exported("format=json")).json();
    const shown = (await application.ask("GET", "/api/tasks")).json().tasks;
    const named = (await application.ask("GET", "/api/projects")).json().projects;
    expect(projects).toStrictEqual(named.map(({ task_count: _count, ...project }: Record<string, unknown>) => project));
    expect(tasks).toStrictEqual(
      shown.map((task: { project_id: number | null }) => ({ ...task, project: task.project_id === null ? null : '=Deploy, "v2"' })),
    );
    expect((await exported("")).json()).toStrictEqual({ projects, tasks });
  });

  test("is JSON lines with a project or a task each, projects first", async () => {
    const lines = (await exported("format=ndjson")).body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const { projects, tasks } = (await exported("format=json")).json();
    expect(lines).toStrictEqual([...projects.map((project: unknown) => ({ project })), ...tasks.map((task: unknown) => ({ task }))]);
  });

  test("has a name and a type that nobody's text is part of", async () => {
    const types = {
      csv: "text/csv; charset=utf-8; header=present",
      json: "application/json; charset=utf-8",
      ndjson: "application/x-ndjson; charset=utf-8",
    };
    for (const [format, type] of Object.entries(types)) {
      const { headers } = await exported(`format=${format}&status=pending`);
      expect(headers["content-type"]).toBe(type);
      expect(headers["content-disposition"]).toMatch(new RegExp(`^attachment; filename="tasks-\\d{4}-\\d\\d-\\d\\d\\.${format}"$`));
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  test("holds what is selected and the projects of that, and is empty in its own form when nothing is", async () => {
    const titles = async (query: string) => (await exported(query)).json().tasks.map(({ title }: { title: string }) => title);
    expect(await titles("status=complete")).toStrictEqual(['=cmd|"/C calc"!A0']);
    const { projects, tasks } = (await exported("project_id=1")).json();
    expect([projects.length, projects[0].name, tasks.length]).toStrictEqual([1, '=Deploy, "v2"', 1]);
    expect(await titles(`search=CMD&filter=${encodeURIComponent('{"assigned_to":{"starts_with":"@"}}')}`)).toStrictEqual(['=cmd|"/C calc"!A0']);
    expect(await titles(`filter=${encodeURIComponent('{"or":[{"priority":-5},{"is_active":false}]}')}`)).toStrictEqual(["Plain", "'=quoted"]);
    expect((await exported("status=archived")).json()).toStrictEqual({ projects: [], tasks: [] });
    expect((await exported("status=archived&format=csv")).body).toBe(`${columns}\r\n`);
    expect((await exported("status=archived&format=ndjson")).body).toBe("");
  });

  test("is not made of an unknown format, a filename, a repeated parameter or by another method", async () => {
    for (const query of [
      "format=xml",
      "format=",
      "format=csv&format=json",
      "filename=x%0d%0aSet-Cookie:%20a=b",
      "project_id=0",
      "filter={",
      'filter={"id":"x"}',
    ])
      expect((await exported(query)).headers["content-type"]).toBe("application/problem+json");
    const head = await application.inject({ method: "HEAD", url: "/api/tasks/export" });
    expect([head.statusCode, head.body]).toStrictEqual([200, ""]);
    expect((await application.ask("POST", "/api/tasks/export", {})).statusCode).toBe(405);
  });
});

describe.each(engines)("a file of many tasks on %s", (engine) => {
  const rows = 20_000;
  let database: Database;
  let application: Application;
  let admin: Session;
  let port: number;
  beforeAll(async () => {
    database = await startDatabase(engine);
    await using session = await database.admin();
    await addRows(session, engine, { rows, projects: 20, descriptionLength: 2_000 });
  });
  beforeEach(async () => {
    application = await startApplication(database);
    admin = await database.admin();
    port = await listen(application);
  });
  afterEach(async () => {
    await admin?.[Symbol.asyncDispose]();
    await application?.[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
  });

  // Less than the minute after which a client that stands still is dropped. Asked more often, InnoDB shows an old list.
  const untilNone = (statement: Sql) => expect.poll(async () => (await admin.all(statement)).length, { timeout: 45_000, interval: 250 }).toBe(0);
  const untilIdle = async () => {
    await untilNone(atWork[engine]);
    await untilNone(openTransactions[engine]);
  };

  test("shows one moment, whatever is written while it is sent", async () => {
    const answer = await open(port, "/api/tasks/export?format=json");
    const { project } = (await application.ask("POST", "/api/projects", { name: "Later" })).json();
    expect((await application.ask("POST", "/api/tasks", { title: "later", project_id: project.id })).statusCode).toBe(201);
    expect((await application.ask("PATCH", `/api/tasks/${rows}`, { title: "changed" }, { "if-match": `"${(rows % 9) + 1}"` })).statusCode).toBe(200);
    const { projects, tasks } = JSON.parse((await whole(answer)).body);
    expect([projects.length, tasks.length]).toStrictEqual([20, rows]);
    expect(tasks.map(({ id }: { id: number }) => id)).toStrictEqual(Array.from({ length: rows }, (_, index) => index + 1));
    expect(tasks.at(-1).title).not.toBe("changed");
    expect(JSON.parse((await get(port, "/api/tasks/export")).body).tasks.length).toBe(rows + 1);
  });

  test("four are sent at once, the fifth is told to come later, and everybody else is served", async () => {
    const answers = await Promise.all(["csv", "json", "ndjson", "csv"].map((format) => open(port, `/api/tasks/export?format=${format}`)));
    const fifth = await get(port, "/api/tasks/export?format=csv");
    expect([fifth.status, fifth.headers["retry-after"], JSON.parse(fifth.body).code]).toStrictEqual([429, "10", "RH-API-012"]);
    expect((await application.ask("POST", "/api/tasks", { title: "meanwhile" })).statusCode).toBe(201);
    expect((await application.ask("GET", "/readyz")).statusCode).toBe(200);
    for (const answer of answers) answer.destroy();
    await untilIdle();
    await expect.poll(async () => (await get(port, "/api/tasks/export?format=csv")).status, { timeout: 45_000 }).toBe(200);
  });

  test("a client that goes away ends what the server does for it", async () => {
    for (const format of ["csv", "json", "ndjson", "csv", "json"]) {
      const answer = await open(port, `/api/tasks/export?format=${format}`);
      expect((await admin.all(atWork[engine])).length).toBe(1);
      answer.destroy();
      await untilIdle();
    }
  });

  test("a client that takes nothing any more is dropped, and its place is free", async () => {
    await using hasty = await startApplication(database, { stillMs: 500 });
    const answer = await open(await listen(hasty), "/api/tasks/export?format=csv");
    await expect.poll(() => hasty.log.join(""), { timeout: 20_000 }).toContain("the client went away");
    await untilIdle();
    await expect(whole(answer)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test.each(["csv", "json", "ndjson"])("of %s is cut without its last chunk when the database goes away", async (format) => {
    const answer = await open(port, `/api/tasks/export?format=${format}`);
    await database.kill();
    await expect(whole(answer)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(answer.complete).toBe(false);
    await expect.poll(async () => (await get(port, "/api/tasks/export")).status, { timeout: 45_000 }).toBe(503);
    await database.restart();
    await expect.poll(async () => (await get(port, "/api/tasks/export?status=active")).status, { timeout: 20_000 }).toBe(200);
  });
});
