// What the API refuses: other sites (SEC-6), fields that are not a client's to set (SEC-4), methods and addresses that are not
// there; what its refusals say (SEC-18) and what its log keeps of them (SEC-23).
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove } from "../../src/platform/files.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const json = { "content-type": "application/json" };

describe.each(engines)("the API on %s refuses", (engine) => {
  let database: Database;
  let application: Application;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp("/tmp/rowhouse-static-");
    await mkdir(join(directory, "assets"));
    await mkdir(join(directory, "reference"));
    await writeFile(join(directory, "reference", "index.html"), "<!doctype html><title>HTTP API</title>");
    await writeFile(join(directory, "index.html"), "<!doctype html><title>Board</title>");
    await writeFile(join(directory, "assets", "main-1a2b.js"), "export {};");
    await writeFile(join(directory, "notes.private"), "not served");
    database = await startDatabase(engine);
    application = await startApplication(database, { allowedHosts: ["board.example"], staticDirectory: directory });
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
    await remove(directory);
  });

  const post = (headers: Readonly<Record<string, string>>, payload = '{"title":"from elsewhere"}') =>
    application.inject({ method: "POST", url: "/api/tasks", headers: { ...json, ...headers }, payload });
  const addressOf = () => (application.app.server.address() as AddressInfo).port;
  const taskCount = async () => (await application.ask("GET", "/api/tasks?limit=500")).json().tasks.length;

  test.each([
    ["another host", { host: "evil.example" }],
    ["a host that only starts like ours", { host: "localhost.evil.example:8080" }],
    ["a host that only ends like ours", { host: "evil-localhost" }],
    ["two hosts in one", { host: "localhost, evil.example" }],
    ["another origin", { origin: "http://evil.example" }],
    ["our host with another port as origin", { host: "localhost:8080", origin: "http://localhost:3000" }],
    ["our host with another scheme as origin", { host: "localhost:8080", origin: "https://localhost:8080" }],
    ["the origin null", { origin: "null" }],
    ["a cross-site request", { "sec-fetch-site": "cross-site" }],
    ["a request of the same site with another port", { "sec-fetch-site": "same-site" }],
    ["a cross-site navigation that writes", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
  ])("%s with 403, and writes nothing", async (_what, headers) => {
    const before = await taskCount();
    const answer = await post(headers);
    expect([answer.statusCode, answer.json().code]).toStrictEqual([403, "RH-API-006"]);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect(await taskCount()).toBe(before);
  });

  test.each([
    ["localhost", {}],
    ["localhost with a port", { host: "localhost:8080", origin: "http://localhost:8080" }],
    ["127.0.0.1", { host: "127.0.0.1:8080", origin: "http://127.0.0.1:8080", "sec-fetch-site": "same-origin" }],
    ["[::1]", { host: "[::1]:8080", origin: "http://[::1]:8080" }],
    ["a name that was allowed", { host: "board.example", origin: "http://board.example" }],
    ["a name that was allowed, behind a proxy with TLS", { host: "Board.example", origin: "https://board.example", "x-forwarded-proto": "https" }],
  ])("not: %s", async (_what, headers) => {
    expect((await post(headers)).statusCode).toBe(201);
  });

  test.each([
    ["a form", "application/x-www-form-urlencoded"],
    ["a form with files", "multipart/form-data; boundary=x"],
    ["plain text that holds JSON", "text/plain"],
    ["another charset", "application/json; charset=latin1"],
    ["two types", "application/json, text/plain"],
    ["a type that starts like JSON", "application/jsonx"],
    ["a patch type", "application/merge-patch+json"],
  ])("%s with 415", async (_what, type) => {
    for (const method of ["POST", "PATCH"] as const) {
      const url = method === "POST" ? "/api/tasks" : "/api/tasks/1";
      const answer = await application.inject({ method, url, headers: { "content-type": type }, payload: '{"title":"x"}' });
      expect([answer.statusCode, answer.json().code]).toStrictEqual([415, "RH-API-005"]);
    }
  });

  test("a body without a type, and a compressed one, with 415", async () => {
    const untyped = await application.app.inject({ method: "POST", url: "/api/tasks", headers: { host: "localhost" } });
    expect(untyped.statusCode).toBe(415);
    expect((await post({ "content-encoding": "gzip" })).statusCode).toBe(415);
    expect((await post({ "content-type": "application/json; charset=UTF-8" })).statusCode).toBe(201);
  });

  test.each(["PUT", "OPTIONS", "TRACE", "DELETE", "PATCH"])("%s where it has no meaning with 405 and the methods that have", async (method) => {
    const answer = await application.inject({
      method: method as "PUT",
      url: "/api/tasks",
      ...(method === "PUT" || method === "PATCH" ? { headers: json, payload: "{}" } : {}),
    });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers["allow"]).toBe("GET, HEAD, POST");
  });

  test("POST on one task, on a health address and on the board with 405", async () => {
    const allowed = { "/api/tasks/7": "DELETE, GET, HEAD, PATCH", "/readyz": "GET, HEAD", "/": "GET, HEAD", "/api/echo": undefined };
    for (const [url, allow] of Object.entries(allowed)) {
      const answer = await application.inject({ method: "POST", url, headers: json, payload: "{}" });
      expect([url, answer.statusCode, answer.headers["allow"]]).toStrictEqual([url, allow === undefined ? 200 : 405, allow]);
    }
  });

  test.each(["/api", "/api/", "/api/nothing", "/api/tasks/1/delete", "//api/tasks", "/API/tasks", "/metrics/other", "/.env", "/assets/"])(
    "the address %s with 404",
    async (url) => {
      const answer = await application.inject({ method: "GET", url });
      expect([answer.statusCode, answer.headers["content-type"]]).toStrictEqual([404, "application/problem+json"]);
    },
  );

  test.each([
    "/notes.private",
    "/../notes.private",
    "/assets/../notes.private",
    "/assets/%2e%2e/notes.private",
    "/..%2fnotes.private",
    "/assets/%00",
    "/%",
    "//etc/passwd",
  ])("the file %s", async (url) => {
    const answer = await application.inject({ method: "GET", url });
    expect([400, 404]).toContain(answer.statusCode);
    expect(answer.body).not.toContain("not served");
  });

  test("not the board's files, which keep a strict policy and are cached as long as their names last", async () => {
    const visit = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    const page = await application.inject({ method: "GET", url: "/", headers: visit });
    expect([page.statusCode, page.headers["cache-control"]]).toStrictEqual([200, "no-cache"]);
    expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
    expect(page.headers["content-security-policy"]).not.toContain("unsafe");
    for (const url of ["/reference", "/reference/"]) {
      const reference = await application.inject({ method: "GET", url });
      expect([url, reference.statusCode, reference.headers["content-type"]]).toStrictEqual([url, 200, "text/html; charset=utf-8"]);
      expect(reference.headers["content-security-policy"]).toContain("default-src 'self'");
    }
    const script = await application.inject({ method: "GET", url: "/assets/main-1a2b.js" });
    expect(script.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(script.headers["cache-control"]).toContain("immutable");
    const embedded = await application.inject({
      method: "GET",
      url: "/assets/main-1a2b.js",
      headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
    });
    expect(embedded.statusCode).toBe(403);
  });

  test.each([
    "?limit=0",
    "?limit=1001",
    "?limit=1000000000",
    "?limit=1e2",
    "?limit=0x10",
    "?limit=%2010",
    "?limit=1.0",
    "?limit=",
    "?limit=1&limit=2",
    "?after=-1",
    "?sort=colour",
    "?status=done",
  ])("the query %s with 400 and its name", async (query) => {
    const answer = await application.ask("GET", `/api/tasks${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().field).toBe(/\w+/.exec(query)?.[0]);
  });

  test.each(["abc", "0", "-1", "1.5", "1e3", "2147483648", "99999999999", "%31%00", "1%20", "0x1", "null"])(
    "the id %s with 400 and its name",
    async (id) => {
      for (const url of [`/api/tasks/${id}`, `/api/projects/${id}`]) {
        const answer = await application.ask("GET", url);
        expect([answer.statusCode, answer.json().field]).toStrictEqual([400, "id"]);
      }
    },
  );

  test.each(["id", "created_at", "updated_at", "completed_at", "version", "owner_id", "role", "__proto__", "constructor"])(
    "the field %s in a new task and in a change, and leaves the row (SEC-4)",
    async (name) => {
      const { task } = (await application.ask("POST", "/api/tasks", { title: "as it was" })).json();
      const payload = `{"title":"changed",${JSON.stringify(name)}:{"prototype":{"is_active":false}}}`;
      for (const [method, url] of [
        ["POST", "/api/tasks"],
        ["PATCH", `/api/tasks/${task.id}`],
      ] as const) {
        const answer = await application.inject({ method, url, headers: json, payload });
        expect([answer.statusCode, answer.json().field]).toStrictEqual([400, name]);
      }
      expect((await application.ask("GET", `/api/tasks/${task.id}`)).json().task).toStrictEqual(task);
      expect(Object.hasOwn(Object.prototype, "is_active")).toBe(false);
    },
  );

  test("a change of nothing", async () => {
    expect((await application.ask("PATCH", "/api/tasks/1", {})).statusCode).toBe(400);
  });

  test("in problem documents with the request's id and nothing of the inside (SEC-18)", async () => {
    const answers = [
      await application.ask("GET", "/api/tasks/999999999"),
      await application.ask("GET", "/api/nothing"),
      await application.ask("POST", "/api/tasks", { title: 1 }),
      await application.ask("POST", "/api/tasks", { title: "x", project_id: 999_999_999 }),
      await application.inject({ method: "GET", url: "/%zz" }),
      await application.inject({ method: "TRACE" as "GET", url: "/api/tasks" }),
      await post({ origin: "null" }),
    ];
    for (const answer of answers) {
      const problem = answer.json();
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      expect(
        Object.keys(problem).filter((name) => !["type", "title", "status", "detail", "code", "field", "request_id"].includes(name)),
      ).toStrictEqual([]);
      expect(problem).toMatchObject({ status: answer.statusCode, request_id: answer.headers["x-request-id"], title: expect.any(String) });
      expect(answer.body).not.toMatch(/select|insert|constraint|node_modules|\.ts|\.js|at \w+ \(|fastify|postgres|mariadb|127\.0\.0\.1/i);
      expect(answer.headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store", "referrer-policy": "no-referrer" });
      expect(answer.headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(answer.headers["server"]).toBeUndefined();
      expect(answer.headers["x-powered-by"]).toBeUndefined();
    }
  });

  test("a request id that could forge a line, and keeps one that cannot", async () => {
    const given = async (id: string) => (await application.ask("GET", "/livez", undefined, { "x-request-id": id })).headers["x-request-id"];
    expect(await given("0123456789abcdef0123456789abcdef")).toBe("0123456789abcdef0123456789abcdef");
    for (const id of ["short", "x".repeat(32), "a".repeat(65), '0123456789","level":"fatal', "0123456789\u001b[31m"]) {
      expect(await given(id)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test("to let anything of a request break its log: one JSON line each, without bodies (SEC-23)", async () => {
    const from = application.log.length;
    const title = 'x\r\n{"level":"fatal"}\u001b[31m\u009b2J\u2028';
    await application.ask("POST", "/api/tasks", { title }, { "user-agent": "agent \u001b[31m", "x-request-id": "0123456789abcdef" });
    await application.inject({ method: "GET", url: "/api/%0d%0a%1b[31m?secret=canary" });
    await application.inject({ method: "GET", url: "/api/\u009b31m" });
    const lines = application.log.slice(from);
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toMatch(/^[\x20-\x7e]+\n$/);
      expect(line).not.toMatch(/fatal|canary|agent/);
      expect(JSON.parse(line)).toMatchObject({
        level: "info",
        request_id: expect.any(String),
        method: expect.any(String),
        status: expect.any(Number),
        ms: expect.any(Number),
      });
    }
  });

  test("more requests at once than it can hold, with 503 and when to come back", async () => {
    await using narrow = await startApplication(database, { requestsInWork: 5 });
    await narrow.ask("GET", "/api/tasks");
    const answers = await Promise.all(Array.from({ length: 40 }, () => narrow.ask("GET", "/api/tasks")));
    const refused = answers.filter((answer) => answer.statusCode !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused)
      expect([answer.statusCode, answer.json().code, answer.headers["retry-after"]]).toStrictEqual([503, "RH-API-008", "1"]);
    expect((await narrow.ask("GET", "/api/tasks")).statusCode).toBe(200);
  });

  test.each(["GET", "HEAD"])("a %s whose head is too long, with its id, and to HEAD without a body", async (method) => {
    const { port } = new URL(await application.app.listen({ host: "127.0.0.1", port: 0 }).catch(() => `http://127.0.0.1:${addressOf()}`));
    const answer = await new Promise<{ status: number | undefined; id: unknown; body: string }>((resolve, reject) => {
      const outgoing = request({ host: "127.0.0.1", port, method, path: `/api/tasks?search=${"x".repeat(70_000)}` }, (incoming) => {
        let body = "";
        incoming.on("data", (chunk) => {
          body += chunk;
        });
        incoming.on("end", () => resolve({ status: incoming.statusCode, id: incoming.headers["x-request-id"], body }));
      });
      outgoing.on("error", reject).end();
    });
    expect(answer).toMatchObject({ status: 400, id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(answer.body).toMatch(method === "HEAD" ? /^$/ : /"code":"RH-API-001"/);
  });

  test("nothing of an echo, and answers HEAD as GET without a body", async () => {
    const value = { a: [1, "two", null, { b: true }] };
    expect((await application.ask("POST", "/api/echo", value)).json()).toStrictEqual({ echo: value });
    expect((await application.ask("GET", "/api/echo")).json()).toStrictEqual({ echo: null });
    const inexact = await application.inject({ method: "POST", url: "/api/echo", headers: json, payload: '{"n":9007199254740993}' });
    expect([inexact.statusCode, inexact.json().field]).toStrictEqual([400, "n"]);
    for (const url of ["/api/tasks", "/healthz", "/livez", "/"]) {
      const head = await application.app.inject({ method: "HEAD", url, headers: { host: "localhost" } });
      expect([url, head.statusCode, head.body]).toStrictEqual([url, 200, ""]);
    }
  });
});
