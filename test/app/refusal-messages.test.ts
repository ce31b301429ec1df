// What a refusal says of a request that was meant well: which parameter, what would do instead, and first of all whether the address
// has the method at all.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

describe.each(engines)("the API on %s refuses", (engine) => {
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

  test.each([
    ["PUT", undefined],
    ["PUT", "text/plain"],
    ["PROPFIND", undefined],
    ["POST", undefined],
  ])("%s of %s, with 405 whatever the body is, where it has no meaning, and with 404 where nothing is", async (method, type) => {
    for (const [url, status] of [
      [method === "POST" ? "/api/tasks/7" : "/api/tasks", 405],
      ["/api/nothing", 404],
    ] as const) {
      const body = type === undefined ? {} : { headers: { "content-type": type }, payload: "x" };
      const answer = await application.inject({ method: method as "PUT", url, ...body });
      expect([answer.statusCode, answer.json().code]).toStrictEqual([status, status === 405 ? "RH-API-003" : "RH-API-002"]);
      expect(answer.headers["allow"]).toBe(status === 404 ? undefined : method === "POST" ? "DELETE, GET, HEAD, PATCH" : "GET, HEAD, POST");
    }
  });

  test.each([
    ["status=active&status=pending", "status", "status is given 2 times, and may be once; join several by commas, as in status=active,pending"],
    ["limit=1&limit=2&limit=3", "limit", "limit is given 3 times, and may be once"],
    ["search=%ff", "search", "search is not percent-encoded UTF-8"],
    ["limit=5&search=a%c3", "search", "search is not percent-encoded UTF-8"],
    ["search=100%", "search", "search is not percent-encoded UTF-8"],
    ["%ff=1", "query", "query is not percent-encoded UTF-8"],
  ])("the query %s, and says why", async (query, field, detail) => {
    const answer = await application.inject({ method: "GET", url: `/api/tasks?${query}` });
    expect(answer.json()).toMatchObject({ status: 400, code: "RH-API-001", field, detail });
  });

  test.each([
    ["/api/tasks", { title: "   " }, "title must be a text with more than spaces in it"],
    ["/api/projects", { name: "\t" }, "name must be a text with more than spaces in it"],
    ["/api/tasks", { title: "due", due_date: "tomorrow" }, "due_date must be a moment as in 2026-01-31T09:30:00Z"],
    ["/api/tasks", { title: "due", due_date: "2026-01-31" }, "due_date must be a moment as in 2026-01-31T09:30:00Z"],
  ])("at %s %o, and says what would do", async (url, body, detail) => {
    expect((await application.ask("POST", url, body)).json()).toMatchObject({ status: 400, detail });
  });
});
