// Requests sent behind one another on one connection that then goes away: what they held is free again, though the server's library
// never tells a response that waits behind another one that its connection is gone.
import { connect, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

describe.each(engines)("a connection with many requests that goes away on %s", (engine) => {
  let database: Database;
  let application: Application;
  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database, { requestsInWork: 20 });
    await application.app.listen({ host: "127.0.0.1", port: 0 });
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  /** Sends them all at once, waits until the first is in work, and hangs up. */
  const hangUpOn = async (path: string, count: number) => {
    const socket = connect((application.app.server.address() as AddressInfo).port, "127.0.0.1");
    socket.on("error", () => undefined);
    await new Promise<void>((resolve) => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(count), () => resolve()));
    await sleep(300);
    socket.destroy();
  };

  test("leaves no place in work taken", async () => {
    await database.pause();
    await hangUpOn("/api/projects", 15);
    await hangUpOn("/api/projects", 15);
    await database.resume();
    await expect.poll(async () => (await application.ask("GET", "/api/projects")).statusCode, { timeout: 10_000 }).toBe(200);
    expect((await application.ask("GET", "/metrics")).body).toMatch(/^rowhouse_http_requests_in_work\S* [01]$/m);
  });

  test("leaves no place of an export taken", async () => {
    await hangUpOn("/api/tasks/export", 8);
    await expect.poll(async () => (await application.ask("GET", "/api/tasks/export")).statusCode, { timeout: 10_000 }).toBe(200);
    const statuses = await Promise.all(Array.from({ length: 4 }, async () => (await application.ask("GET", "/api/tasks/export")).statusCode));
    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  test("leaves no listener behind", async () => {
    await hangUpOn("/api/events", 5);
    await expect.poll(async () => (await application.ask("GET", "/metrics")).body, { timeout: 10_000 }).toMatch(/^rowhouse_event_listeners\S* 0$/m);
  });
});
