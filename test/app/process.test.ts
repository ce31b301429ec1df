// The application as a process, from the one bundled file and nothing else: how it starts, refuses to start, and stops.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdtemp, stat, symlink, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../src/foundation/sql.ts";
import { remove } from "../../src/platform/files.ts";
import { nextFreePort } from "../../src/platform/network.ts";
import { type Database, engines, password, startDatabase } from "./support.ts";

const bundle = fileURLToPath(new URL("../../dist/bundle/app.mjs", import.meta.url));
type Environment = Readonly<Record<string, string>>;

interface Started {
  readonly child: ChildProcess;
  /** Everything it printed so far. */
  printed(): string;
  readonly exitCode: Promise<number | null>;
}

describe.each(engines)("the application's process on %s", (engine) => {
  let directory: string;
  let database: Database;
  let environment: Environment;
  let port: number;
  const running: Started[] = [];

  beforeAll(async () => {
    directory = await mkdtemp("/tmp/rowhouse-process-");
    await copyFile(bundle, join(directory, "app.mjs"));
    database = await startDatabase(engine);
    port = (await nextFreePort("127.0.0.1", database.login.port + 100)) ?? 0;
    const { host, port: databasePort, database: name, user } = database.login;
    environment = {
      DB_ENGINE: engine,
      DB_HOST: host,
      DB_PORT: String(databasePort),
      DB_NAME: name,
      DB_USER: user,
      DB_PASS: password,
      PORT: String(port),
    };
  });
  afterEach(async () => {
    for (const started of running.splice(0)) {
      started.child.kill("SIGKILL");
      await started.exitCode;
    }
  });
  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
    await remove(directory);
  });

  const start = (changes: Readonly<Record<string, string | undefined>> = {}): Started => {
    const all = Object.entries({ ...environment, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const child = spawn(process.execPath, [join(directory, "app.mjs")], {
      cwd: directory,
      env: Object.fromEntries(all),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    child.stdout?.on("data", (chunk) => output.push(String(chunk)));
    child.stderr?.on("data", (chunk) => output.push(String(chunk)));
    const started = { child, printed: () => output.join(""), exitCode: once(child, "close").then(([exitCode]) => exitCode as number | null) };
    running.push(started);
    return started;
  };
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init).catch(() => undefined);
  const untilReady = async () => expect.poll(async () => (await ask("/readyz"))?.status, { timeout: 15_000 }).toBe(200);

  test("runs alone from its bundle, takes a task, and ends with 0 when asked to", async () => {
    const started = start();
    await untilReady();
    const answer = await ask("/api/tasks", { method: "POST", headers: { "content-type": "application/json" }, body: '{"title":"Deploy v2"}' });
    expect(answer?.status).toBe(201);
    started.child.kill("SIGTERM");
    expect(await started.exitCode).toBe(0);
    expect(started.printed()).toContain('"stopped"');
    for (const line of started.printed().trim().split("\n"))
      expect(JSON.parse(line)).toMatchObject({ time: expect.any(String), level: expect.any(String), msg: expect.any(String) });
  });

  test("answers what is in work before it ends", async () => {
    const started = start();
    await untilReady();
    const created = await ask("/api/tasks", { method: "POST", headers: { "content-type": "application/json" }, body: '{"title":"slow"}' });
    const { task } = created ? ((await created.json()) as { task: { id: number } }) : { task: { id: 0 } };
    await using holder = await database.admin();
    await holder.begin();
    await holder.all(sql`select id from tasks where id = ${task.id} for update`);
    const headers = { "content-type": "application/json", "if-match": "*" };
    const slow = ask(`/api/tasks/${task.id}`, { method: "PATCH", headers, body: '{"title":"answered"}' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    started.child.kill("SIGTERM");
    await expect.poll(async () => await ask("/livez")).toBeUndefined();
    await holder.rollback();
    const answer = await slow;
    expect([answer?.status, answer?.headers.get("connection")]).toStrictEqual([200, "close"]);
    expect(await started.exitCode).toBe(0);
  });

  test("starts without its database, says so, and is ready when it comes", async () => {
    await database.kill();
    const started = start();
    await expect.poll(async () => (await ask("/readyz"))?.status, { timeout: 10_000 }).toBe(503);
    expect(await (await ask("/healthz"))?.json()).toStrictEqual({ status: "unhealthy", reason: "database unreachable" });
    await database.restart();
    await untilReady();
    expect(started.printed()).toContain("the database is not there yet");
  });

  test("names every setting that is missing or wrong, a line each, and ends with 2", async () => {
    const missing = start({ DB_ENGINE: undefined, DB_HOST: undefined, DB_NAME: "", DB_USER: undefined, DB_PASS: undefined, PORT: undefined });
    expect(await missing.exitCode).toBe(2);
    for (const name of ["DB_ENGINE", "DB_HOST", "DB_NAME", "DB_USER", "DB_PASS or DB_PASS_FILE", "PORT or SOCKET"]) {
      expect(missing.printed()).toMatch(new RegExp(`^RH-USE-001 ${name} is missing$`, "m"));
    }
    const wrong = start({ DB_ENGINE: "oracle", DB_PORT: "many", PORT: "65536", POOL_LIMIT: "0", SOCKET: "x" });
    expect(await wrong.exitCode).toBe(2);
    for (const name of ["DB_ENGINE", "DB_PORT", "PORT", "POOL_LIMIT", "SOCKET"])
      expect(wrong.printed()).toMatch(new RegExp(`^RH-USE-001 ${name} is `, "m"));
  });

  test.each(["0.0.0.0", "::", "192.168.1.10", "localhost.evil.example"])("refuses to be reached through %s and ends with 4", async (host) => {
    const started = start({ BIND: host });
    expect(await started.exitCode).toBe(4);
    expect(started.printed()).toContain("no accounts yet");
  });

  test("refuses an administrator's login with the statement that mends it, and ends with 9", async () => {
    const started = start({ DB_USER: database.administrator.user });
    expect(await started.exitCode).toBe(9);
    expect(started.printed()).toContain("RH-AUTH-004");
    expect(started.printed()).toMatch(
      engine === "postgres" ? /alter role .*postgres.* nosuperuser/ : /revoke all privileges, grant option from 'root'@'127\.0\.0\.1'/,
    );
  });

  test.each([...Array(excesses[engine].length).keys()])("refuses a login with excess %i, and runs when it is taken away", async (index) => {
    const excess = excesses[engine][index];
    await using admin = await database.admin();
    for (const statement of excess?.give ?? []) await admin.run(sql.script(statement));
    const started = start();
    expect(await started.exitCode).toBe(9);
    expect(started.printed()).toContain("RH-AUTH-004");
    for (const statement of excess?.take ?? []) await admin.run(sql.script(statement));
    start();
    await untilReady();
  });

  test("takes the password from a file that only its user can read, and refuses one that others can", async () => {
    const file = join(directory, "password");
    await writeFile(file, `${password}\n`, { mode: 0o644 });
    await chmod(file, 0o644);
    const refused = start({ DB_PASS: undefined, DB_PASS_FILE: file });
    expect(await refused.exitCode).toBe(4);
    expect(refused.printed()).toContain(`chmod 600 ${file}`);
    await chmod(file, 0o600);
    const started = start({ DB_PASS: undefined, DB_PASS_FILE: file });
    await untilReady();
    expect(refused.printed() + started.printed()).not.toContain(password);
  });

  test("never shows its password, right or wrong", async () => {
    const started = start({ DB_PASS: "canary-canary" });
    await expect.poll(async () => (await (await ask("/readyz"))?.json())?.reason, { timeout: 10_000 }).toBe("login refused");
    const answer = await ask("/api/tasks");
    expect(answer?.status).toBe(503);
    expect((await answer?.text()) + started.printed()).not.toContain("canary-canary");
  });

  test("listens on a socket for its group, replaces a dead one, and leaves one that lives or is something else", async () => {
    const path = join(directory, "app.sock");
    const dead = start({ PORT: undefined, SOCKET: path });
    await expect.poll(() => overSocket(path, "/readyz"), { timeout: 15_000 }).toBe(200);
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    const second = start({ PORT: undefined, SOCKET: path });
    expect(await second.exitCode).toBe(4);
    expect(second.printed()).toContain("RH-NET-001");
    dead.child.kill("SIGKILL");
    await dead.exitCode;
    start({ PORT: undefined, SOCKET: path });
    await expect.poll(() => overSocket(path, "/livez"), { timeout: 15_000 }).toBe(200);
    const file = join(directory, "precious");
    await writeFile(file, "kept");
    await symlink(file, join(directory, "link.sock"));
    for (const other of [file, join(directory, "link.sock")]) expect(await start({ PORT: undefined, SOCKET: other }).exitCode).toBe(4);
    expect((await stat(file)).size).toBe(4);
    expect(await start({ PORT: undefined, SOCKET: `/tmp/${"x".repeat(110)}` }).exitCode).toBe(2);
  });

  test("says who is at fault when its port is taken, and ends with 4", async () => {
    const taker = createServer().listen(port, "127.0.0.1");
    await once(taker, "listening");
    const started = start();
    expect(await started.exitCode).toBe(4);
    expect(started.printed()).toContain("RH-NET-001");
    taker.close();
    await once(taker, "close");
  });

  test.each(Object.entries(rawRequests))("refuses %s (SEC-21)", async (_what, { bytes, status }) => {
    start();
    await untilReady();
    const first = await raw(port, bytes);
    expect(first).toMatch(status);
    expect(first.match(/HTTP\/1\.1 20\d/g) ?? []).toStrictEqual([]);
    expect((await ask("/livez"))?.status).toBe(200);
  });
});

const excesses: Readonly<Record<(typeof engines)[number], readonly { readonly give: readonly string[]; readonly take: readonly string[] }[]>> = {
  postgres: [
    { give: ["alter role taskapp createrole"], take: ["alter role taskapp nocreaterole"] },
    { give: ["alter role taskapp replication"], take: ["alter role taskapp noreplication"] },
    { give: ["grant pg_execute_server_program to taskapp"], take: ["revoke pg_execute_server_program from taskapp"] },
    { give: ["grant postgres to taskapp"], take: ["revoke postgres from taskapp"] },
  ],
  mariadb: [
    { give: ["grant super on *.* to taskapp@'127.0.0.1'"], take: ["revoke super on *.* from taskapp@'127.0.0.1'"] },
    { give: ["grant file on *.* to taskapp@'127.0.0.1'"], take: ["revoke file on *.* from taskapp@'127.0.0.1'"] },
    {
      give: ["grant select on taskdb.* to taskapp@'127.0.0.1' with grant option"],
      take: ["revoke grant option on taskdb.* from taskapp@'127.0.0.1'"],
    },
    {
      give: [
        "create role chief",
        "grant all on *.* to chief",
        "grant chief to taskapp@'127.0.0.1'",
        "set default role chief for taskapp@'127.0.0.1'",
      ],
      take: ["set default role none for taskapp@'127.0.0.1'", "drop role chief"],
    },
  ],
};

const body = '{"title":"smuggled"}';
const head = "POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
const rawRequests = {
  "a length and chunks": { bytes: `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, status: /^HTTP\/1\.1 400/ },
  "two lengths": { bytes: `${head}Content-Length: 20\r\nContent-Length: 21\r\n\r\n${body}`, status: /^HTTP\/1\.1 400/ },
  "an unknown coding": { bytes: `${head}Transfer-Encoding: xchunked\r\n\r\n${body}`, status: /^HTTP\/1\.1 400/ },
  "chunks of a bad size": { bytes: `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`, status: /^HTTP\/1\.1 400/ },
  "a header over two lines": { bytes: `${head}X-A: a\r\n b: c\r\nContent-Length: 20\r\n\r\n`, status: /^HTTP\/1\.1 400|^$/ },
  "headers of 20 KB": { bytes: `GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, status: /^HTTP\/1\.1 4(?:00|31)/ },
  "no host": { bytes: "GET /livez HTTP/1.1\r\n\r\n", status: /^HTTP\/1\.1 400/ },
  "an empty host": { bytes: "GET /livez HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", status: /^HTTP\/1\.1 40[03]/ },
  "no HTTP at all": { bytes: "\x16\x03\x01 hello\r\n\r\n", status: /^HTTP\/1\.1 400/ },
} as const;

/** What the server sends back for these bytes until it closes, or for a second. */
async function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    const end = () => {
      socket.destroy();
      resolve(Buffer.concat(received).toString("latin1"));
    };
    socket.setTimeout(1_000, end);
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    socket.on("close", end);
    socket.on("error", end);
  });
}

async function overSocket(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, headers: { host: "localhost" } }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
    });
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}
