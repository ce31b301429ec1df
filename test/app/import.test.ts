// Imports: what they take and fill in, what they refuse line by line, and that nothing of a refused file is left.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import type { EngineName } from "../../src/app/store/stores.ts";
import { badLineLimit } from "../../src/app/api/contract/transfer.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";
import { empty, type Format, importInto } from "./transfer/files.ts";

describe.each(engines)("an import on %s", (engine) => {
  let database: Database;
  let application: Application;
  let admin: Session;
  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
    admin = await database.admin();
  });
  afterAll(async () => {
    await admin?.[Symbol.asyncDispose]();
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => empty(admin));

  const put = (format: Format, payload: string, query = "") => importInto(application, format, payload, query);
  const lines = async (format: Format, payload: string, query = "") => {
    const answer = await put(format, payload, query);
    const { code, lines: found, bad_lines: count, detail } = answer.json();
    expect([answer.statusCode, code, answer.headers["content-type"]]).toStrictEqual([400, "RH-API-011", "application/problem+json"]);
    expect(count).toBe(found.length);
    return { detail, found: found.map(({ line, field, reason }: Record<string, unknown>) => `${line} ${field ?? "-"}: ${reason}`) };
  };
  const content = async () => {
    const [row] = await admin.all<Record<string, number>>(sql`
      select
        (select count(*) from tasks) as tasks,
        (select count(*) from projects) as projects,
        (select count(*) from events) as events`);
    return row;
  };
  /** Rows of projects that were read one after the other; InnoDB finds what a foreign key names by its index, and nothing else. */
  const scanned: Record<EngineName, () => Promise<number>> = {
    postgres: async () => {
      const [row] = await admin.all<{ rows: number }>(sql`select seq_tup_read as rows from pg_stat_user_tables where relname = 'projects'`);
      return Number(row?.rows);
    },
    mariadb: async () => 0,
  };
  const analysed: Record<EngineName, Sql> = { postgres: sql`vacuum analyze projects`, mariadb: sql`analyze table projects` };
  const lookedThrough = scanned[engine];
  const nothing = { tasks: 0, projects: 0, events: 0 };

  test("fills in what a task leaves out, as the API does", async () => {
    const before = (await application.ask("POST", "/api/tasks", { title: "by the API" })).json().task;
    for (const [format, file] of [
      ["csv", "title,status\nby csv,\ndone,complete\n"],
      ["json", '{"tasks":[{"title":"by json"},{"title":"done","status":"complete"}]}'],
    ] as const) {
      expect((await put(format, file)).json()).toStrictEqual({ tasks: 2, projects: 0, dry_run: false });
      const { tasks } = (await application.ask("GET", `/api/tasks?sort=-id&limit=2`)).json();
      const plain = tasks.find(({ title }: { title: string }) => title.startsWith("by"));
      const { id: _id, title: _title, created_at: _at, updated_at: _now, ...rest } = before;
      expect(plain).toMatchObject(rest);
      const done = tasks.find(({ title }: { title: string }) => title === "done");
      expect([done.status, done.completed_at]).toStrictEqual(["complete", expect.any(String)]);
    }
  });

  test("makes the projects that tasks name, once, and uses those that are there", async () => {
    const { project } = (await application.ask("POST", "/api/projects", { name: "Home" })).json();
    const file = {
      tasks: [
        { title: "a", project: "Home" },
        { title: "b", project: "New" },
        { title: "c", project: "New" },
        { title: "d", project_id: project.id },
      ],
    };
    expect((await put("json", JSON.stringify({ ...file, projects: [{ name: "Empty" }, { name: "Empty" }, { name: "Home" }] }))).json()).toStrictEqual(
      { tasks: 4, projects: 2, dry_run: false },
    );
    const projects = (await application.ask("GET", "/api/projects"))
      .json()
      .projects.map(({ name, task_count }: { name: string; task_count: number }) => [name, task_count]);
    expect(Object.fromEntries(projects)).toStrictEqual({ Home: 2, New: 2, Empty: 0 });
  });

  test("with ids=keep is followed by new rows with free ids, however high the kept ones are (T18)", async () => {
    for (const id of [500, 1_999_999, 1_900_000_000]) {
      const file = {
        projects: [{ id, name: `Project ${id}` }],
        tasks: [{ id, title: "kept", project: `Project ${id}`, version: 7, created_at: "2020-01-01T00:00:00Z" }],
      };
      expect((await put("json", JSON.stringify(file), "ids=keep")).statusCode).toBe(200);
      expect((await application.ask("GET", `/api/tasks/${id}`)).json().task).toMatchObject({
        project_id: id,
        version: 7,
        created_at: "2020-01-01T00:00:00.000000Z",
      });
      const { project } = (await application.ask("POST", "/api/projects", { name: `after ${id}` })).json();
      const { task } = (await application.ask("POST", "/api/tasks", { title: "after" })).json();
      expect([project.id > id, task.id > id]).toStrictEqual([true, true]);
    }
    expect((await put("json", '{"tasks":[{"id":7,"title":"low"}]}', "ids=keep")).statusCode).toBe(200);
    expect((await application.ask("POST", "/api/tasks", { title: "after" })).json().task.id).toBeGreaterThan(1_900_000_000);
  });

  test("finds each task's project by its key, though there was hardly one when it began", async () => {
    const line = (n: number) => `task ${n},project ${n < 500 ? 0 : n % 400}`; // the first batch knows one
    await admin.all(analysed[engine]);
    const before = await lookedThrough();
    const file = ["title,project", ...Array.from({ length: 2_500 }, (_, n) => line(n))].join("\n");
    const other = await startApplication(database);
    const answer = await importInto(other, "csv", file);
    await other[Symbol.asyncDispose](); // a session tells the server's figures when it ends
    expect(answer.json()).toStrictEqual({ tasks: 2_500, projects: 400, dry_run: false });
    expect((await lookedThrough()) - before).toBeLessThan(100_000);
  });

  test("is one event with the count, and none per task", async () => {
    await put("csv", "title,project\na,P\nb,P\n");
    const events = await admin.all<{ kind: string; data: string }>(sql`select kind, data from events`);
    expect(events.map(({ kind, data }) => [kind, JSON.parse(data)])).toStrictEqual([["tasks.imported", { count: 2 }]]);
  });

  test("lists every line that is bad, with its number, its field and why, and leaves nothing", async () => {
    const csv = [
      "title,status,priority,due_date,project,assigned_to",
      "good,active,1,2026-01-01T00:00:00Z,P,ada",
      ",active,,,,",
      "x,done,,,,",
      '"two\nlines",active,1.5,,,',
      `${"y".repeat(201)},,,,,`,
      "x,,,2026-02-30T00:00:00Z,,",
      "x,,,tomorrow,,",
      "x,,,,,,",
      `x,,99999999999,,${"p".repeat(101)},`,
      "last good,,,,Q,",
    ];
    expect((await lines("csv", csv.join("\r\n"))).found).toStrictEqual([
      "3 title: title is missing",
      "4 status: status must be pending, active, complete, archived",
      "5 priority: priority must be integer",
      expect.stringMatching(/^7 title: title must NOT have more than 200 characters$/),
      expect.stringMatching(/^8 due_date: due_date /),
      expect.stringMatching(/^9 due_date: due_date /),
      "10 -: has 7 cells, not 6",
      expect.stringMatching(/^11 (priority|project): /),
    ]);
    expect(await content()).toStrictEqual(nothing);
    const json = '{"tasks": [\n  {"title": "good", "project": "P"},\n  {"title": "x", "colour": 1},\n  {"title": 7},\n  {"title": ""}, {}\n]}';
    expect((await lines("json", json)).found).toStrictEqual([
      "3 colour: colour is not a known field",
      "4 title: title must be string",
      expect.stringMatching(/^5 title: title /),
      "5 title: title is missing",
    ]);
    expect((await lines("ndjson", '{"task":{"title":"a"}}\n{"task":7}\n{"project":{"name":""}}\nx')).found).toStrictEqual([
      "2 -: the task has to be an object",
      expect.stringMatching(/^3 name: name /),
      "4 -: it is not valid JSON",
    ]);
    expect(await content()).toStrictEqual(nothing);
  });

  test("names the lines whose ids are taken, here or in the file, and those of projects that are not there", async () => {
    await put("json", '{"projects":[{"id":5,"name":"Five"}],"tasks":[{"id":7,"title":"seven"}]}', "ids=keep");
    const before = await content();
    const file = [
      '{"project":{"id":5,"name":"Another"}}',
      '{"project":{"id":5,"name":"Third"}}',
      '{"task":{"id":1,"title":"a"}}',
      '{"task":{"id":7,"title":"b"}}',
      '{"task":{"id":1,"title":"c"}}',
      '{"task":{"title":"d"}}',
      '{"task":{"id":2000000001,"title":"e"}}',
      '{"task":{"id":2,"title":"f","project_id":404}}',
    ];
    expect((await lines("ndjson", file.join("\n"), "ids=keep")).found).toStrictEqual([
      "1 id: the project 5 is another one already",
      "2 id: the project 5 is in the file twice",
      "4 id: there is a task 7 already",
      "5 id: the task 1 is in the file twice",
      "6 id: id is missing, which ids=keep takes over",
      "7 id: id is above 2000000000, which would leave none for new rows",
      "8 project_id: there is no project 404",
    ]);
    expect((await lines("ndjson", '{"task":{"id":7,"title":"new ids","project_id":404}}')).found).toStrictEqual([
      "1 project_id: there is no project 404",
    ]);
    expect(await content()).toStrictEqual(before);
  });

  test("finds ids that are taken and bad lines behind thousands of good ones, and leaves nothing of those", async () => {
    const good = Array.from({ length: 5_000 }, (_, index) => `${index + 1},task ${index + 1},P${index % 50}`);
    const file = ["id,title,project", ...good, "17,again,P", "9999,,P", ...good.slice(0, 3)].join("\n");
    expect((await lines("csv", file, "ids=keep")).found).toStrictEqual([
      "5002 id: the task 17 is in the file twice",
      "5003 title: title is missing",
      ...[1, 2, 3].map((id) => `${5_003 + id} id: the task ${id} is in the file twice`),
    ]);
    expect(await content()).toStrictEqual(nothing);
  });

  test(`stops reading behind ${badLineLimit} bad lines, and at what cannot be read on`, async () => {
    const { found, detail } = await lines("csv", `title,status\n${"x,bad\n".repeat(badLineLimit + 500)}`);
    expect([found.length, detail]).toStrictEqual([
      badLineLimit,
      `${badLineLimit} lines are bad, and nothing was imported; what follows was not read`,
    ]);
    expect((await lines("csv", 'title\na\n"b\nc\n')).found).toStrictEqual(["3 -: has a quote that is not closed"]);
    expect((await lines("json", '{"tasks":[{"title":"a"}')).found).toStrictEqual(["1 -: the document ends too early"]);
    expect((await lines("csv", "")).detail).toBe("1 line is bad, and nothing was imported; what follows was not read");
    expect(await content()).toStrictEqual(nothing);
  });

  test("that is dry tells the same and changes nothing, not even the next id", async () => {
    const { id } = (await application.ask("POST", "/api/tasks", { title: "before" })).json().task;
    const before = await content();
    const file =
      '{"tasks":[{"id":1000000,"title":"a","project":"P"},{"id":1000001,"title":"b","project":"P"},{"id":1000002,"title":"c","project":"Q"}]}';
    for (const ids of ["keep", "new"])
      expect((await put("json", file, `ids=${ids}&dry_run=true`)).json()).toStrictEqual({ tasks: 3, projects: 2, dry_run: true });
    expect((await lines("csv", `id,title\n${id},taken\n2,good\n2,twice\n`, "ids=keep&dry_run=true")).found).toStrictEqual([
      `2 id: there is a task ${id} already`,
      "4 id: the task 2 is in the file twice",
    ]);
    expect(await content()).toStrictEqual(before);
    expect((await application.ask("POST", "/api/tasks", { title: "after" })).json().task.id).toBe(id + 1);
  });

  test("takes no form, no other type, no other site's file and no key; other routes take no files", async () => {
    const send = (headers: Record<string, string>, url = "/api/tasks/import") =>
      application.inject({ method: "POST", url, headers, payload: "title\nx\n" });
    for (const type of [
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded",
      "text/plain",
      "text/csv; charset=latin1",
      "text/csvx",
      "application/json, text/csv",
    ])
      expect([type, (await send({ "content-type": type })).statusCode]).toStrictEqual([type, 415]);
    expect((await send({})).statusCode).toBe(415);
    expect((await send({ "content-type": "text/csv", "content-encoding": "gzip" })).statusCode).toBe(415);
    expect((await send({ "content-type": "text/csv", origin: "http://evil.example" })).json().code).toBe("RH-API-006");
    expect((await send({ "content-type": "text/csv", "sec-fetch-site": "cross-site" })).json().code).toBe("RH-API-006");
    expect((await send({ "content-type": "text/csv", "idempotency-key": "k" })).json()).toMatchObject({
      code: "RH-API-001",
      field: "Idempotency-Key",
    });
    for (const url of ["/api/tasks", "/api/projects", "/api/tasks/bulk"])
      expect([url, (await send({ "content-type": "text/csv" }, url)).statusCode]).not.toStrictEqual([url, 201]);
    for (const query of ["ids=old", "dry_run=1", "dry_run", "format=csv"])
      expect((await send({ "content-type": "text/csv" }, `/api/tasks/import?${query}`)).statusCode).toBe(400);
    expect(await content()).toStrictEqual(nothing);
    expect((await send({ "content-type": 'TEXT/CSV; charset="UTF-8"' })).json()).toStrictEqual({ tasks: 1, projects: 0, dry_run: false });
  });
});
