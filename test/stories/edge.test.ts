// The outermost tier against hostile and unlucky requests, and the house without nginx.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import { emptyHouse, standingHouse, type TestHouse } from "../support/houses.ts";
import { sendRaw } from "../support/raw-http.ts";
import { addTask, eventually, readTask } from "../support/tasks.ts";

const runFile = promisify(execFile);
const isRoot = process.getuid?.() === 0;

describe.each(engineNames)("the edge of a house on %s", (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await standingHouse({ engine });
  });
  afterAll(() => house[Symbol.asyncDispose]());

  const raw = (text: string) => sendRaw(house.port, text);

  test("headers that claim to be the proxy's own do not reach the application", async () => {
    const forged =
      "X-Request-Id: 00000000-0000-4000-8000-00000000f0f0\r\nX-User: root\r\nX_User: root\r\nForwarded: for=1.2.3.4\r\nX-Forwarded-For: 1.2.3.4";
    const answer = await raw(`GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${forged}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(answer).not.toContain("00000000f0f0");
  });

  test("an address that no page has is not found, in the application's form; every page is", async () => {
    const answers = await Promise.all(
      ["/nowhere", "/robots.txt", "/tasks/12", "/assets/none.js", "/reference/none"].map((path) => fetch(house.url + path)),
    );
    for (const answer of answers) expect([answer.status, (await answer.json()) as object]).toMatchObject([404, { code: "RH-API-002" }]);
    for (const path of ["/", "/?view=list&priority=3", "/reference/", "/reference", "/favicon.svg"])
      expect([path, (await fetch(house.url + path)).status]).toEqual([path, 200]);
  });

  test("one request is found by its id in the proxy's log and the application's", async () => {
    const made = await fetch(`${house.url}/api/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"title": "traced"}',
    });
    const id = made.headers.get("x-request-id") ?? "";
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const found = (await house.run("logs", "--request", id, "--json")).json.result as readonly {
      readonly tier: string;
      readonly lines: readonly string[];
    }[];
    expect(new Set(found.filter(({ lines }) => lines.length > 0).map(({ tier }) => tier))).toEqual(new Set(["proxy", "app"]));
  });

  test("a line break or an escape sequence in a user agent stays inside one line of each log", async () => {
    await fetch(`${house.url}/api/tasks`, { headers: { "user-agent": "evil\\x0d\\x0a\u00c2\u009b31m{}" } });
    const files = (await house.run("logs", "--json")).json.result as readonly { readonly path: string; readonly lines: readonly string[] }[];
    const jsonLogs = files.filter(({ path }) => /access\.log$|app-\d\.log$/.test(path)).flatMap(({ lines }) => lines);
    expect(jsonLogs.length).toBeGreaterThan(0);
    for (const line of jsonLogs) expect(() => JSON.parse(line)).not.toThrow();
  });

  test("an instance that is killed costs no read a failure", async () => {
    const id = await addTask(house, "read on");
    const { "app-1": victim } = await house.pids();
    const statuses: number[] = [];
    const readers = Array.from({ length: 8 }, async () => {
      for (let reads = 0; reads < 100; reads++) statuses.push((await fetch(`${house.url}/api/tasks/${id}`)).status);
    });
    process.kill(victim ?? 0, "SIGKILL");
    await Promise.all(readers);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  test("with every instance gone the proxy says 503 with Retry-After, in the application's form", async () => {
    const pids = await house.pids();
    process.kill(pids["serve"] ?? 0, "SIGKILL");
    for (const name of ["app-1", "app-2"]) process.kill(pids[name] ?? 0, "SIGKILL");
    const answer = await fetch(`${house.url}/api/tasks`);
    expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("content-type")]).toEqual([503, "1", "application/problem+json"]);
    expect(await answer.json()).toMatchObject({ code: "RH-API-014" });
    const change = await fetch(`${house.url}/api/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"title": "unknown"}',
    });
    expect([change.status, await change.json()]).toMatchObject([503, { code: "RH-API-014" }]); // nothing of it was sent
    expect((await house.up()).exitCode).toBe(0);
  });
});

test.runIf(isRoot).each(engineNames)("without nginx the application serves the board itself, and status says built in: %s", async (engine) => {
  await using house = await emptyHouse({ engine });
  const program = new URL("../../bin/rowhouse", import.meta.url).pathname;
  // In a mount namespace of its own nginx is hidden behind a file that is no program.
  const hidden = 'mount --bind /dev/null /usr/sbin/nginx && exec "$@"';
  await runFile(
    "unshare",
    [
      "-m",
      "sh",
      "-c",
      hidden,
      "sh",
      process.execPath,
      program,
      "up",
      "--engine",
      engine,
      "--port",
      String(house.port),
      "--detach",
      "--house",
      house.directory,
    ],
    {
      env: { ...process.env, ROWHOUSE_PREPARED: "1", ROWHOUSE_INSTALL: "never" },
    },
  );
  const id = await eventually(() => addTask(house, "built in"));
  expect((await readTask(house, id)).title).toBe("built in");
  expect((await fetch(house.url)).headers.get("content-type")).toContain("text/html");
  const { exitCode, stdout } = await house.run("status");
  expect([exitCode, /built in/.test(stdout)]).toEqual([0, true]);
});
