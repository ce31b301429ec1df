// `rowhouse trace`: the eight steps of the course's section 13.14 on a real house, one request id in every tier's own account,
// and what is said when a tier does not have it.
import { execFile } from "node:child_process";
import { mkdir, rename, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import { engineNamed, type EngineName, engineNames } from "../../src/engines/engines.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { serverPlace } from "../../src/operations/stack/draft.ts";
import { readHouse } from "../../src/operations/stack/house.ts";
import { placesOf } from "../../src/operations/stack/places.ts";
import type { TracedRequest } from "../../src/operations/stack/trace.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { silentLog } from "../../src/platform/log.ts";
import { isRoot } from "../../src/platform/users.ts";
import { emptyHouse, standingHouse, type TestHouse } from "../support/houses.ts";
import { eventually, addTask, untilReady } from "../support/tasks.ts";

const runFile = promisify(execFile);

/** Makes every event lose its request's id, as a careless trigger would. */
const forgetting: Record<EngineName, readonly Sql[]> = {
  postgres: [
    sql.script(`create function forget() returns trigger language plpgsql as 'begin new.request_id := ''lost''; return new; end'`),
    sql.script("create trigger forget before insert on events for each row execute function forget()"),
  ],
  mariadb: [sql.script("create trigger forget before insert on events for each row set new.request_id = 'lost'")],
};
const remembering: Record<EngineName, readonly Sql[]> = {
  postgres: [sql.script("drop function forget() cascade")],
  mariadb: [sql.script("drop trigger forget")],
};

describe.each(engineNames)("trace on %s", (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await standingHouse({ engine });
  });
  afterAll(() => house[Symbol.asyncDispose]());

  const trace = async (...args: readonly string[]) => {
    const ran = await house.run("trace", "--json", ...args);
    return { ...ran, result: ran.json.result as TracedRequest };
  };
  const titles = async () => {
    const { tasks } = (await (await fetch(`${house.url}/api/tasks`)).json()) as { tasks: readonly { title: string }[] };
    return tasks.map(({ title }) => title);
  };

  test("finds one request id in nginx, the application and the database, and removes its task", async () => {
    const { exitCode, result } = await trace();
    expect(exitCode).toBe(0);
    expect(result.task).toMatchObject({ title: "Deploy v2", status: "pending" });
    expect(result.verdict.state).toBe("sound");
    const evidence = result.verdict.state === "sound" ? result.verdict.evidence : [];
    expect(evidence.map(({ subject }) => subject)).toEqual(["proxy", "app", "database", "removal"]);
    expect(await titles()).not.toContain("Deploy v2");
    const found = (await house.run("logs", "--request", result.requestId, "--json")).json.result as { tier: string; lines: string[] }[];
    expect(found.filter(({ lines }) => lines.length > 0).map(({ tier }) => tier)).toEqual(expect.arrayContaining(["proxy", "app"]));
  });

  test("measures each hop inside the one before it, and shows the bound statement and its row", async () => {
    const { result } = await trace("--title", "it's bound");
    expect(result.hops.map(({ tier }) => tier)).toEqual(["client", "proxy", "app", "database"]);
    const [client, proxy, app, data] = result.hops.map(({ ms }) => ms) as [number, number, number, number];
    expect(client).toBeGreaterThan(app);
    expect(proxy).toBeGreaterThanOrEqual(Math.floor(app) - 1); // whole milliseconds
    expect(app).toBeGreaterThan(data);
    const insert = result.statements.find(({ sql: text }) => text.startsWith("insert into tasks"));
    expect(insert).toMatchObject({ values: ["it's bound"], rows: 1 });
  });

  test("prints the eight steps within 80 columns, and --keep leaves the task", async () => {
    const { exitCode, stdout } = await house.run("trace", "--keep", "--title", `kept ${"and kept ".repeat(20)}`.trim());
    expect(exitCode).toBe(0);
    const lines = stdout.split("\n");
    expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
    expect(lines.flatMap((line) => /^(\d) {2}(\S+)/.exec(line)?.slice(1, 3).join(" ") ?? [])).toEqual([
      "1 client",
      "2 nginx",
      expect.stringMatching(/^3 app-\d$/),
      "4 database",
      "5 database",
      expect.stringMatching(/^6 app-\d$/),
      "7 nginx",
      "8 client",
    ]);
    expect(stdout).toMatch(/^proxy {6}seen {5}access\.log: POST \/api\/tasks 201/m);
    expect((await titles()).some((title) => title.startsWith("kept and kept"))).toBe(true);
  });

  test("a title that is none is refused as the API refuses it", async () => {
    const { exitCode, stderr } = await house.run("trace", "--title", " ");
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("RH-API-001")]);
    expect((await house.run("trace", "here")).exitCode).toBe(2);
  });

  test.each([
    ["proxy", "web/run/access.log", "access.log"],
    ["app", "logs/app-1.log", "app-1.log"],
  ])("evidence turns faulty when the log of the %s is not where it was", async (tier, path, name) => {
    const log = join(house.directory, ".rowhouse", path);
    const other = join(house.directory, ".rowhouse/logs/app-2.log");
    const moved = [log, ...(tier === "app" ? [other] : [])];
    for (const file of moved) await rename(file, `${file}.moved`);
    try {
      const { exitCode, result } = await trace();
      expect(exitCode).toBe(1);
      expect(result.verdict).toMatchObject({ state: "faulty", findings: [{ subject: tier }] });
      const ran = await house.run("trace");
      expect(ran.stdout).toMatch(new RegExp(`^${tier} +FAULTY +${name.replace(/-1/, "-.")} has no line of this request`, "m"));
      expect(await titles()).not.toContain("Deploy v2");
    } finally {
      for (const file of moved) await rename(`${file}.moved`, file);
    }
  });

  test("evidence turns faulty when the event does not have the request's id", async () => {
    await directly(house, forgetting[engine]);
    const { exitCode, result } = await trace();
    await directly(house, remembering[engine]);
    expect(exitCode).toBe(1);
    expect(result.verdict).toMatchObject({ state: "faulty", findings: [{ subject: "database", seen: "events has no row of this request" }] });
    expect((await trace()).exitCode).toBe(0);
  });

  test("evidence turns faulty when the task cannot be removed", async () => {
    const keep: Record<EngineName, readonly Sql[]> = {
      postgres: [sql.script("create rule stay as on delete to tasks do instead nothing")],
      mariadb: [sql.script("create trigger stay before delete on tasks for each row signal sqlstate '45000' set message_text = 'stay'")],
    };
    await directly(house, keep[engine]);
    const { exitCode, result } = await trace("--title", "stays against its will");
    await directly(house, [engine === "postgres" ? sql.script("drop rule stay on tasks") : sql.script("drop trigger stay")]);
    expect(exitCode).toBe(1);
    expect(result.verdict).toMatchObject({ state: "faulty", findings: [{ subject: "removal" }] });
    expect(await titles()).toContain("stays against its will");
  });

  test("an application that does not answer ends it with 1, and what nobody knows is said", async () => {
    const { "app-1": first = 0, "app-2": second = 0 } = await house.pids();
    for (const pid of [first, second]) process.kill(pid, "SIGSTOP");
    try {
      const { exitCode, stderr } = await house.run("trace");
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining("RH-HOUSE-005")]);
      expect(stderr).toContain("The task may have been added.");
    } finally {
      for (const pid of [first, second]) process.kill(pid, "SIGCONT");
    }
    await untilReady(house);
  });

  test("a house that is down is named as that, and nothing is sent to whoever has its port", async () => {
    await house.run("down");
    const strangers: string[] = [];
    const stranger = createServer((incoming, answer) => {
      strangers.push(`${incoming.method} ${incoming.url}`);
      answer.end();
    });
    await new Promise<void>((resolve) => stranger.listen(house.port, "127.0.0.1", resolve));
    const { exitCode, stderr } = await house.run("trace");
    await new Promise((resolve) => stranger.close(resolve));
    expect(strangers).toEqual([]);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("RH-HOUSE-006")]);
    expect(stderr).toContain("rowhouse up");
    expect((await house.up()).exitCode).toBe(0);
    expect((await trace()).exitCode).toBe(0);
  });
});

test.runIf(isRoot).each(engineNames)(
  "trace of a house without nginx says built in, and finds the id in the two tiers there are: %s",
  async (engine) => {
    await using house = await emptyHouse({ engine });
    await upWithoutNginx(house);
    await eventually(() => addTask(house, "built in"));
    const { exitCode, stdout } = await house.run("trace");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("built in");
    const { json } = await house.run("trace", "--json");
    expect((json.result as TracedRequest).hops.map(({ tier }) => tier)).toEqual(["client", "app", "database"]);
  },
);

test("there is no trace where there is no house", async () => {
  await using house = await emptyHouse({ engine: engineNames[0] ?? "" });
  await mkdir(house.directory);
  const { exitCode, stderr } = await house.run("trace");
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining("RH-HOUSE-001")]);
  await rm(house.directory, { recursive: true });
});

/** In a mount namespace of its own nginx is hidden behind a file that is no program. */
async function upWithoutNginx(house: TestHouse): Promise<void> {
  const program = new URL("../../bin/rowhouse", import.meta.url).pathname;
  const up = [process.execPath, program, "up", "--engine", house.engine, "--port", String(house.port), "--detach", "--house", house.directory];
  await runFile("unshare", ["-m", "sh", "-c", 'mount --bind /dev/null /usr/sbin/nginx && exec "$@"', "sh", ...up], {
    env: { ...process.env, ROWHOUSE_PREPARED: "1", ROWHOUSE_INSTALL: "never" },
  });
}

async function directly(house: TestHouse, statements: readonly Sql[]): Promise<void> {
  await using session = await administrator(house);
  for (const statement of statements) await session.run(statement);
}

async function administrator({ engine: name, directory }: TestHouse): Promise<Session> {
  const context = { clock: systemClock, log: silentLog, environment: process.env };
  const engine = engineNamed(name);
  const house = await readHouse(directory);
  const place = await serverPlace({ context, engine, places: placesOf(context, directory), house });
  return engine.driver.connect(engine.server.administrator(place, house.config.app.database));
}
