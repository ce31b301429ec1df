// `Rowhouse-Trace: 1` over HTTP: the answer tells the statements behind it, those of this request alone and with what was bound,
// and nothing of it without the header.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FormatRegistry } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type Trace, TraceSchema } from "../../src/app/api/contract/parts.ts";
import type { NewTask, Task } from "../../src/app/api/contract/tasks.ts";
import { dialects } from "../../src/app/store/stores.ts";
import { sql } from "../../src/foundation/sql.ts";
import { anyVersion, type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const traced = { "rowhouse-trace": "1" };

describe.each(engines)("a traced request on %s", (engine) => {
  let database: Database;
  let application: Application;
  const ask: Application["ask"] = (...request) => application.ask(...request);
  const add = async (task: NewTask): Promise<{ readonly task: Task; readonly trace: Trace }> =>
    (await ask("POST", "/api/tasks", task, traced)).json();
  const statementIn = (trace: Trace, start: string) => trace.statements.find(({ sql: text }) => text.startsWith(start));

  beforeAll(async () => {
    FormatRegistry.Set("date-time", () => true);
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test("that adds a task shows the transaction from begin to commit, the bound title and the row", async () => {
    const answer = await ask("POST", "/api/tasks", { title: "Deploy v2" }, traced);
    expect(answer.statusCode).toBe(201);
    const { task, trace } = answer.json<{ task: Task; trace: Trace }>();
    expect([...Value.Errors(TraceSchema, trace)]).toEqual([]);
    expect(trace).toMatchObject({ request_id: answer.headers["x-request-id"], instance: "test", engine: dialects[engine].title });
    expect(trace.statements[0]?.sql).toBe("begin");
    expect(trace.statements.at(-1)?.sql).toBe("commit");
    expect(statementIn(trace, "insert into tasks")).toMatchObject({ values: ["Deploy v2"], rows: 1 });
    expect(statementIn(trace, "insert into tasks")?.sql).not.toContain("Deploy");
    expect(statementIn(trace, "insert into events")?.values.slice(0, 3)).toEqual([trace.request_id, "task.created", task.id]);
  });

  test("counts the statements' time inside the application's", async () => {
    const { trace } = await add({ title: "timed" });
    const statementsMs = trace.statements.reduce((sum, { ms }) => sum + ms, 0);
    expect(statementsMs).toBeGreaterThan(0);
    expect(trace.app_ms).toBeGreaterThanOrEqual(statementsMs);
  });

  test("that reads, changes and removes shows its statements too; a removal then answers with what was removed", async () => {
    const { task } = await add({ title: "short life" });
    const path = `/api/tasks/${task.id}`;
    const read = (await ask("GET", path, undefined, traced)).json<{ trace: Trace }>();
    expect(read.trace.statements).toHaveLength(1);
    expect(read.trace.statements[0]).toMatchObject({ values: [task.id], rows: 1 });
    const changed = (await ask("PATCH", path, { title: "shorter" }, { ...traced, ...anyVersion })).json<{ task: Task; trace: Trace }>();
    expect(statementIn(changed.trace, "update tasks set")?.values).toContain("shorter");
    const removed = await ask("DELETE", path, undefined, traced);
    expect(removed.statusCode).toBe(200);
    expect(removed.json()).toMatchObject({ task: changed.task });
    expect(statementIn(removed.json<{ trace: Trace }>().trace, "delete from tasks")).toMatchObject({ rows: 1 });
    expect((await ask("GET", path)).statusCode).toBe(404);
  });

  test("shows long and hostile values as text, cut at 200 characters", async () => {
    const title = "'); drop table tasks; --<script>alert(1)</script>";
    const { trace } = await add({ title, description: "\u{1F3E0}".repeat(300), assigned_to: null });
    const values = statementIn(trace, "insert into tasks")?.values;
    expect(values).toContain(title);
    expect(values).toContain(`${"\u{1F3E0}".repeat(200)}…`);
    expect(values).toContain(null);
  });

  test("sees its own statements only, whatever else runs", async () => {
    const titles = Array.from({ length: 12 }, (_, index) => `at once ${index}`);
    const untraced = titles.map((title) => ask("POST", "/api/tasks", { title: `untraced ${title}` }));
    const answers = await Promise.all(titles.map((title) => add({ title })));
    await Promise.all(untraced);
    const seen = answers.map(({ trace }) => trace.statements.flatMap(({ values }) => values.filter((value) => String(value).includes("at once"))));
    expect(seen.map((values) => values[0])).toEqual(titles);
    expect(seen.flat().filter((value) => String(value).includes("untraced"))).toEqual([]);
    expect(new Set(answers.map(({ trace }) => trace.statements.length)).size).toBe(1);
  });

  test("that comes a second time with its key shows that nothing was inserted again", async () => {
    const headers = { ...traced, "idempotency-key": `traced-${engine}` };
    const first = (await ask("POST", "/api/tasks", { title: "once" }, headers)).json<{ task: Task; trace: Trace }>();
    const again = await ask("POST", "/api/tasks", { title: "once" }, headers);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    const { task, trace } = again.json<{ task: Task; trace: Trace }>();
    expect(task).toEqual(first.task);
    expect(trace.request_id).not.toBe(first.trace.request_id);
    expect(statementIn(first.trace, "insert into tasks")).toBeDefined();
    expect(statementIn(trace, "insert into tasks")).toBeUndefined();
    expect(trace.statements.length).toBeGreaterThan(1);
  });

  test("that fails is answered with its problem and no trace", async () => {
    const refused = await ask("POST", "/api/tasks", { title: "homeless", project_id: 2_147_483_647 }, traced);
    expect(refused.statusCode).toBe(400);
    expect(refused.json()).toMatchObject({ code: "RH-API-001", field: "project_id" });
    expect(refused.json()).not.toHaveProperty("trace");
  });

  test("without the header there is no trace, and a removal has no body", async () => {
    const made = await ask("POST", "/api/tasks", { title: "quiet" });
    expect(made.json()).not.toHaveProperty("trace");
    const path = `/api/tasks/${made.json<{ task: Task }>().task.id}`;
    expect((await ask("GET", path)).json()).not.toHaveProperty("trace");
    const removed = await ask("DELETE", path);
    expect([removed.statusCode, removed.body]).toEqual([204, ""]);
  });

  test.each(["0", "true", "1, 1", "", " 1 2", "1;drop"])("with the value %j is refused before anything is written", async (value) => {
    const headers = { "rowhouse-trace": value };
    const refusals = await Promise.all([
      ask("POST", "/api/tasks", { title: "never there" }, headers),
      ask("GET", "/api/tasks/1", undefined, headers),
      ask("PATCH", "/api/tasks/1", { title: "never there" }, { ...headers, ...anyVersion }),
      ask("DELETE", "/api/tasks/1", undefined, headers),
    ]);
    expect(refusals.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400, 400]);
    for (const refusal of refusals) expect(refusal.json()).toMatchObject({ code: "RH-API-001", field: "Rowhouse-Trace" });
    await using session = await database.admin();
    expect(await session.all(sql`select id from tasks where title = 'never there'`)).toEqual([]);
  });
});
