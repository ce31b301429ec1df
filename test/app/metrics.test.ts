// GET /metrics: the format, to the letter, and that what it counts is what happened. GET /recent: the same for five minutes.
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../src/app/metrics/catalogue.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { readExposition, type Sample } from "../support/exposition.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

describe.each(engines)("the figures of an application on %s", (engine) => {
  let database: Database;
  let application: Application;
  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database, { poolLimit: 3, requestsInWork: 8 });
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  const figures = async (url = "/metrics") => readExposition((await application.ask("GET", url)).body);
  const figureOf = (families: Awaited<ReturnType<typeof figures>>, name: string, labels: Sample["labels"] = {}) =>
    families[name.replace(/_(?:bucket|sum|count)$/, "")]?.samples.find(
      (sample) => sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
    )?.value;
  const requests = async (method: string, route: string, status: number) =>
    figureOf(await figures(), "rowhouse_http_requests_total", { method, route, status: String(status) }) ?? 0;

  test("are those of the catalogue, each with the instance's name, in Prometheus' own content type", async () => {
    const answer = await application.ask("GET", "/metrics");
    expect([answer.statusCode, answer.headers["content-type"]]).toStrictEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    const families = readExposition(answer.body);
    expect(Object.keys(families).sort()).toStrictEqual(Object.keys(catalogue).sort());
    for (const [name, { type, labels }] of Object.entries(catalogue)) {
      expect([name, families[name]?.type]).toStrictEqual([name, type]);
      for (const sample of families[name]?.samples ?? []) {
        const { instance, le: _bound, ...rest } = sample.labels;
        expect([name, instance, Object.keys(rest).sort()]).toStrictEqual([name, "test", [...labels].sort()]);
      }
    }
  });

  test("count each request once, by method, route and status", async () => {
    const asked = [
      ["GET", "/api/tasks?limit=1", "/api/tasks", 200],
      ["GET", "/api/tasks/999999", "/api/tasks/:id", 404],
      ["GET", "/api/tasks/abc", "/api/tasks/:id", 400],
      ["POST", "/api/tasks", "/api/tasks", 400],
    ] as const;
    for (const [method, url, route, status] of asked) {
      const before = await requests(method, route, status);
      expect((await application.ask(method, url, method === "POST" ? {} : undefined)).statusCode).toBe(status);
      expect([url, await requests(method, route, status)]).toStrictEqual([url, before + 1]);
    }
  });

  test("count what no route takes without a word of what was asked for", async () => {
    const before = [await requests("any", "none", 404), await requests("any", "none", 405)];
    await application.ask("GET", '/api/"planted"\\?secret=canary');
    await application.ask("DELETE", "/api/tasks");
    expect([await requests("any", "none", 404), await requests("any", "none", 405)]).toStrictEqual(before.map((count) => count + 1));
    expect((await application.ask("GET", "/metrics")).body).not.toMatch(/planted|canary/);
  });

  test("put each request into one bucket of its duration", async () => {
    const labels = { method: "GET", route: "/api/projects" };
    for (let count = 0; count < 5; count++) await application.ask("GET", "/api/projects");
    const families = await figures();
    const name = "rowhouse_http_request_duration_seconds";
    expect(figureOf(families, `${name}_count`, labels)).toBe(5);
    expect(figureOf(families, `${name}_bucket`, { ...labels, le: "+Inf" })).toBe(5);
    expect(figureOf(families, `${name}_sum`, labels)).toBeGreaterThan(0);
  });

  test("tell the requests in work and those that were shed", async () => {
    const before = figureOf(await figures(), "rowhouse_http_requests_shed_total") ?? 0;
    const answers = await Promise.all(Array.from({ length: 40 }, () => application.ask("GET", "/api/tasks")));
    const shed = answers.filter(({ statusCode }) => statusCode === 503).length;
    const families = await figures();
    expect(shed).toBeGreaterThan(0);
    expect(figureOf(families, "rowhouse_http_requests_shed_total")).toBe(before + shed);
    expect(figureOf(families, "rowhouse_http_requests_in_work")).toBe(1); // the one that asks
  });

  test("tell how the pool stands, also while the database does not answer, and who went away meanwhile", async () => {
    const port = Number(new URL(await application.app.listen({ host: "127.0.0.1", port: 0 })).port);
    const before = await requests("GET", "/api/about", 499);
    const allOpen = async () => {
      await Promise.all(Array.from({ length: 6 }, () => application.ask("GET", "/api/projects")));
      return figureOf(await figures(), "rowhouse_pool_open_connections");
    };
    await expect.poll(allOpen, { timeout: 10_000 }).toBe(3);
    await database.pause();
    try {
      const callers = Array.from({ length: 5 }, () => request({ host: "127.0.0.1", port, path: "/api/about" }).on("error", () => undefined));
      for (const caller of callers) caller.end();
      await expect.poll(async () => figureOf(await figures(), "rowhouse_pool_waiting_callers"), { timeout: 3_000 }).toBe(2);
      const families = await figures();
      expect([figureOf(families, "rowhouse_pool_open_connections"), figureOf(families, "rowhouse_pool_idle_connections")]).toStrictEqual([3, 0]);
      expect(figureOf(families, "rowhouse_pool_connection_limit")).toBe(3);
      for (const caller of callers) caller.destroy();
      await expect.poll(() => requests("GET", "/api/about", 499), { timeout: 10_000 }).toBe(before + 5);
    } finally {
      await database.resume();
    }
  });

  test("tell who listens to changes", async () => {
    const { port } = application.app.server.address() as AddressInfo;
    const listener = request({ host: "127.0.0.1", port, path: "/api/events", headers: { host: "localhost" } }).on("error", () => undefined);
    await new Promise((resolve) => listener.once("response", resolve).end());
    expect(figureOf(await figures(), "rowhouse_event_listeners")).toBe(1);
    listener.destroy();
    await expect.poll(async () => figureOf(await figures(), "rowhouse_event_listeners")).toBe(0);
  });

  test("tell what the process takes", async () => {
    const families = await figures();
    const value = (name: string) => figureOf(families, name) ?? Number.NaN;
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(value("nodejs_heap_size_used_bytes"));
    expect(value("process_open_fds")).toBeGreaterThan(3);
    expect(value("process_max_fds")).toBeGreaterThan(value("process_open_fds"));
    expect(Math.abs(value("process_start_time_seconds") + process.uptime() - Date.now() / 1_000)).toBeLessThan(5);
    expect(value("process_cpu_seconds_total")).toBeGreaterThan(0);
  });

  test("tell how late the event loop ran", async () => {
    await figures();
    await systemClock.sleep(200);
    const until = performance.now() + 300;
    while (performance.now() < until); // nothing else gets its turn meanwhile
    await systemClock.sleep(200);
    expect(figureOf(await figures(), "nodejs_eventloop_lag_max_seconds")).toBeGreaterThan(0.1);
  });

  test("are there under the instance's own name, and under no other", async () => {
    expect(Object.keys(await figures("/metrics/test"))).toStrictEqual(Object.keys(catalogue));
    const other = await application.ask("GET", "/metrics/app-2");
    expect([other.statusCode, other.json().code]).toStrictEqual([404, "RH-API-002"]);
  });

  test("are for this machine: another Host is refused", async () => {
    for (const url of ["/metrics", "/metrics/test", "/recent"]) {
      expect([url, (await application.ask("GET", url, undefined, { host: "evil.example" })).statusCode]).toStrictEqual([url, 403]);
    }
  });

  test("of the last five minutes are those of ordinary requests: no probe, no reading of figures", async () => {
    await using fresh = await startApplication(database);
    for (const url of ["/livez", "/readyz", "/healthz", "/metrics", "/recent"]) await fresh.ask("GET", url);
    expect((await fresh.ask("GET", "/recent")).json()).toStrictEqual({
      instance: "test",
      seconds: expect.any(Number),
      requests: 0,
      errors: 0,
      took: [],
    });
    for (const url of ["/api/tasks", "/api/tasks/999999", "/api/nothing"]) await fresh.ask("GET", url);
    expect((await fresh.ask("GET", "/recent")).json()).toMatchObject({ requests: 3, errors: 0 });
  });

  test("of the last five minutes tell of failures", async () => {
    await using fresh = await startApplication(database, { requestsInWork: 1 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => fresh.ask("GET", "/api/tasks")));
    const errors = answers.filter(({ statusCode }) => statusCode === 503).length;
    expect(errors).toBeGreaterThan(0);
    expect((await fresh.ask("GET", "/recent")).json()).toMatchObject({ requests: 10, errors });
  });
});
