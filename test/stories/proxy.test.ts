// nginx as the house sets it up, before instances that are made up: what it repeats and what not when one of them goes away in the
// middle, and that whatever it has to say itself has the application's form.
import { mkdtemp } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ProblemCode, problems } from "../../src/foundation/problems.ts";
import { proxyConfiguration } from "../../src/operations/stack/up-proxy.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { ensureDirectory, remove, writeFileAtomic } from "../../src/platform/files.ts";
import { nextFreePort } from "../../src/platform/network.ts";
import { type Running, start, stop } from "../../src/platform/processes.ts";
import { sendRaw } from "../support/raw-http.ts";

/** What an instance does with a request: answers it, dies with it in its hands, or holds it until it is told to go on. */
let behaviour: (instance: number, request: IncomingMessage) => "answer" | "die" | "hold";
let held: (() => void)[];
let got: string[];

let directory: string;
let port: number;
let nginx: Running;
const instances: Server[] = [];

beforeAll(async () => {
  directory = await mkdtemp("/tmp/rowhouse-proxy-");
  port = (await nextFreePort("127.0.0.1", 18_700)) ?? 0;
  await ensureDirectory(join(directory, "board"));
  await ensureDirectory(join(directory, "run"));
  await writeFileAtomic(join(directory, "board", "index.html"), "<!doctype html>board", { mode: 0o644 });
  const sockets = [0, 1].map((instance) => join(directory, `app-${instance}`));
  for (const [instance, socket] of sockets.entries()) instances.push(await listening(instanceOf(instance), socket));
  const text = await proxyConfiguration({
    house: directory,
    user: process.getuid?.() === 0 ? "user root;" : "",
    port,
    board: join(directory, "board"),
    sockets,
  });
  await writeFileAtomic(join(directory, "nginx.conf"), text, { mode: 0o644 });
  const argv = ["/usr/sbin/nginx", "-e", "stderr", "-p", `${directory}/`, "-c", join(directory, "nginx.conf")];
  nginx = await start({ argv, cwd: directory, logPath: join(directory, "log") });
  const isUp = async () => (await fetch(`http://127.0.0.1:${port}/proxyz`).catch(() => undefined))?.ok || undefined;
  expect(await waitFor(systemClock, { withinMs: 20_000, everyMs: 50 }, isUp)).toBe(true);
});
afterAll(async () => {
  if (nginx) await stop(nginx.identity, { ask: "SIGTERM", graceMs: 5_000, clock: systemClock });
  for (const instance of instances) instance.close();
  await remove(directory);
});
beforeEach(() => {
  behaviour = () => "answer";
  got = [];
  held = [];
});

function instanceOf(instance: number): Server {
  return createServer((request, response) => {
    got.push(`${request.method} ${request.url}`);
    const answer = () => response.writeHead(200, { "content-type": "application/json" }).end(`{"instance":${instance}}`);
    const act = { answer, die: () => request.socket.destroy(), hold: () => held.push(answer) };
    act[behaviour(instance, request)]();
  });
}

function listening(server: Server, socket: string): Promise<Server> {
  return new Promise((resolve) => void server.listen(socket, () => resolve(server)));
}

const ask = (method: string, path = "/api/tasks/7", more: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, { method, ...more });
/** Both instances are in favour again: one that failed is left out for a second (nginx counts whole ones), and then until it answers. */
const forgiven = async () => {
  await systemClock.sleep(2_100);
  for (let asked = 0; asked < 8; asked++) await ask("GET");
  got = [];
};

describe("when the instances hold as many requests as they may", () => {
  test.each(["GET", "POST", "DELETE"])("a further %s is refused at once, probes are not, and all is well afterwards", async (method) => {
    behaviour = (_instance, { url }) => (url?.startsWith("/api/") ? "hold" : "answer");
    const taken = Array.from({ length: 256 }, () => ask("GET"));
    await expect.poll(() => held.length, { timeout: 10_000 }).toBe(256);
    const refused = await ask(method);
    expect([refused.status, refused.headers.get("retry-after"), (await refused.json()).code]).toEqual([503, "1", "RH-API-008"]);
    for (const probe of ["/healthz", "/livez", "/readyz", "/metrics"]) expect([probe, (await ask("GET", probe)).status]).toEqual([probe, 200]);
    for (const answer of held) answer();
    expect(new Set((await Promise.all(taken)).map(({ status }) => status))).toEqual(new Set([200]));
    behaviour = () => "answer";
    expect((await ask(method)).status).toBe(200);
  });
});

describe("when an instance dies with a request in its hands", () => {
  beforeEach(forgiven);
  const firstOne = () => (got.length === 1 ? "die" : "answer");

  test.each(["GET", "HEAD", "OPTIONS"])("%s is repeated at the other one", async (method) => {
    behaviour = firstOne;
    expect((await ask(method)).status).toBe(200);
    expect(got).toEqual([`${method} /api/tasks/7`, `${method} /api/tasks/7`]);
  });

  test.each(["DELETE", "PUT", "POST", "PATCH"])("%s is not, and nobody claims to know what became of it", async (method) => {
    behaviour = firstOne;
    const body = method === "DELETE" ? {} : { body: "{}", headers: { "content-type": "application/json", "idempotency-key": "k" } };
    const answer = await ask(method, "/api/tasks/7?a=%2F%20b", body);
    expect([answer.status, answer.headers.get("retry-after"), (await answer.json()).code]).toEqual([503, "1", "RH-CONN-004"]);
    expect(got).toEqual([`${method} /api/tasks/7?a=%2F%20b`]);
  });
});

describe("when an instance cannot be reached", () => {
  beforeEach(forgiven);

  test.each(["GET", "DELETE", "POST", "PATCH"])("%s goes to the other one", async (method) => {
    instances[0]?.close();
    instances[0]?.closeAllConnections();
    const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await ask(method)).status));
    instances[0] = await listening(instanceOf(0), join(directory, "app-0"));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
    expect(got).toHaveLength(6);
  });

  test.each(["GET", "DELETE", "POST", "PATCH"])("and the other one neither, %s was not sent, and is told so", async (method) => {
    for (const instance of instances) {
      instance.close();
      instance.closeAllConnections();
    }
    const answers = [await ask(method), await ask(method)];
    for (const instance of [0, 1]) instances[instance] = await listening(instanceOf(instance), join(directory, `app-${instance}`));
    for (const answer of answers) await expectProblem(answer, "RH-API-014");
    expect(got).toEqual([]);
  });
});

async function expectProblem(answer: Response, code: ProblemCode): Promise<Record<string, unknown>> {
  const { title, status } = problems[code];
  const text = await answer.text();
  expect([answer.status, answer.headers.get("content-type"), answer.headers.get("retry-after")]).toEqual([
    status,
    "application/problem+json",
    status === 503 ? "1" : status === 429 ? "10" : null,
  ]);
  const document = JSON.parse(text) as Record<string, unknown>;
  expect(document).toMatchObject({ type: `urn:rowhouse:problem:${code.toLowerCase()}`, title, status, code });
  expect(document["request_id"]).toBe(answer.headers.get("x-request-id"));
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  return document;
}

/** An answer that no client library would ask for. */
async function expectRawProblem(request: string, code: ProblemCode): Promise<void> {
  const text = await sendRaw(port, request);
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const headers = head
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(": ") as [string, string]);
  await expectProblem(new Response(body, { status: Number(head.slice(9, 12)), headers }), code);
}

describe("what nginx refuses itself is a problem of the application's form:", () => {
  test("a body that is too large", async () => {
    expect(await expectProblem(await ask("POST", "/api/tasks", { body: "x".repeat(1_100_000) }), "RH-API-004")).toMatchObject({
      detail: "at most 1 MB",
    });
  });

  test("a file of the board that is not there", async () => {
    await expectProblem(await ask("GET", "/assets/none.js"), "RH-API-002");
    await expectProblem(await ask("GET", "/.refused"), "RH-API-002");
    await expectProblem(await ask("GET", "/.once"), "RH-API-002");
  });

  test("a method that no address of it has", async () => {
    const refused = await ask("POST", "/", { body: "x" });
    expect(refused.headers.get("allow")).toBe("GET, HEAD");
    expect(await expectProblem(refused, "RH-API-003")).toMatchObject({ detail: "this address takes GET, HEAD" });
    await expectRawProblem("TRACE /api/tasks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "RH-API-003");
  });

  test("another host name", async () => {
    await expectRawProblem("GET /api/tasks HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "RH-API-017");
  });

  test.each([
    ["an address that is too long", `GET /api/tasks?search=${"x".repeat(9_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, "RH-API-015"],
    ["a header that is too large", `GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nCookie: ${"x".repeat(9_000)}\r\n\r\n`, "RH-API-016"],
    ["what is not HTTP", "GET /api/tasks HTTP/1.1\r\nHost: local host\r\n\r\n", "RH-API-001"],
    ["an address that is none", "GET api HTTP/1.1\r\nHost: localhost\r\n\r\n", "RH-API-001"],
    ["no host at all", "GET /api/tasks HTTP/1.1\r\n\r\n", "RH-API-001"],
    ["another version of HTTP", "GET /api/tasks HTTP/7.1\r\nHost: localhost\r\n\r\n", "RH-API-001"],
    ["an encoding that nobody knows", "POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: odd\r\n\r\n", "RH-API-001"],
  ] as const)("%s", async (_what, request, code) => {
    await expectRawProblem(request, code);
  });
});
