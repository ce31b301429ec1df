// The application's rights, tried: sound after `establish`, and each way of giving it more, or less, found.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectionOptions } from "../../src/drivers/driver.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { type AccessGoal, establishAccess, makeChange, roleNames } from "../../src/operations/access/establish.ts";
import { type ProofTask, proveApplicationRights } from "../../src/operations/access/prove.ts";
import { migrate } from "../../src/operations/stack/migrate.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

const names = { database: "taskdb", application: "taskapp", ...roleNames };
const passwords = { application: new Secret("a-pass"), owner: new Secret("o-pass"), backup: new Secret("b-pass"), monitor: new Secret("m-pass") };

/** A right too many, how to take it back, and the act that the proof must name. */
const excesses: Record<EngineName, readonly { readonly give: Sql; readonly take: Sql; readonly database?: string; readonly found: RegExp }[]> = {
  postgres: [
    {
      give: sql`grant create on schema public to taskapp`,
      take: sql`revoke create on schema public from taskapp`,
      database: "taskdb",
      found: /make a table/,
    },
    { give: sql`grant temporary on database taskdb to public`, take: sql`revoke temporary on database taskdb from public`, found: /temporary table/ },
    { give: sql`alter role taskapp createrole`, take: sql`alter role taskapp nocreaterole`, found: /make a role/ },
    { give: sql`grant rowhouse_owner to taskapp`, take: sql`revoke rowhouse_owner from taskapp`, found: /become the owner/ },
    { give: sql`grant pg_read_server_files to taskapp`, take: sql`revoke pg_read_server_files from taskapp`, found: /load a file of the server/ },
  ],
  mariadb: [
    { give: sql`grant create on taskdb.* to taskapp@localhost`, take: sql`revoke create on taskdb.* from taskapp@localhost`, found: /make a table/ },
    {
      give: sql`grant create temporary tables on taskdb.* to taskapp@localhost`,
      take: sql`revoke create temporary tables on taskdb.* from taskapp@localhost`,
      found: /temporary table/,
    },
    { give: sql`grant create user on *.* to taskapp@localhost`, take: sql`revoke create user on *.* from taskapp@localhost`, found: /make a user/ },
    { give: sql`grant select on *.* to taskapp@localhost`, take: sql`revoke select on *.* from taskapp@localhost`, found: /read another database/ },
    {
      give: sql`grant all privileges on ${sql.id("test\\_%")}.* to taskapp@localhost`,
      take: sql`revoke all privileges on ${sql.id("test\\_%")}.* from taskapp@localhost`,
      found: /test_q/,
    },
  ],
};

describe.each(await engineVersions())("access on $title", (version) => {
  let server: TestServer;
  let goal: AccessGoal;
  let task: ProofTask;
  const login = (user: string, password: Secret): ConnectionOptions => ({
    host: version.engine.server.socketHost(server.place),
    port: server.place.port,
    database: "taskdb",
    user,
    password,
    applicationName: "test",
  });

  beforeAll(async () => {
    server = await startServer(version);
    goal = { engine: version.engine, administrator: server.administrator(), names, passwords };
    await establishAccess(testContext, goal);
    task = {
      engine: version.engine,
      names,
      administrator: server.administrator(),
      owner: login("rowhouse_owner", passwords.owner),
      application: login("taskapp", passwords.application),
      isOwnServer: true,
    };
    await migrate(testContext, { engine: version.engine, owner: task.owner, migrations: [] });
    await establishAccess(testContext, goal);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("what was established is sound: at least 14 acts refused, a table made later usable", async () => {
    const verdict = await proveApplicationRights(testContext, task);
    expect(verdict).toMatchObject({ state: "sound" });
    const [, refused, all] = /(\d+) of (\d+) forbidden acts refused/.exec(verdict.state === "sound" ? (verdict.evidence[0]?.seen ?? "") : "") ?? [];
    expect(refused).toBe(all);
    expect(Number(refused)).toBeGreaterThanOrEqual(14);
  });

  test("establishing again changes nothing", async () => {
    const evidence = await establishAccess(testContext, goal);
    expect(evidence.seen).toBe("roles and database were there");
  });

  for (const { give, take, database, found } of excesses[version.name]) {
    test(`evidence turns faulty when the application is given too much: ${found.source}`, async () => {
      const where = { database: database, title: "excess" };
      await makeChange(goal, { ...where, statements: [give] });
      const faulty = await proveApplicationRights(testContext, task);
      await makeChange(goal, { ...where, statements: [take] });
      expect(faulty.state).toBe("faulty");
      expect(JSON.stringify(faulty)).toMatch(found);
      expect(await proveApplicationRights(testContext, task)).toMatchObject({ state: "sound" });
    });
  }

  test("T1: with the rule that the chapter writes, or a right of everybody's, another database is open, and the proof names it", async () => {
    const rules = join(server.place.dataDirectory, "pg_hba.conf");
    const admin = async (statement: Sql) => makeChange(goal, { database: undefined, title: "open", statements: [statement] });
    const own = version.name === "postgres" ? await readFile(rules, "utf8") : "";
    const doors: Record<EngineName, { readonly open: () => Promise<void>; readonly close: () => Promise<void>; readonly found: RegExp }> = {
      postgres: {
        open: () => writeFile(rules, `local all postgres peer map=rowhouse\nlocal all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n`),
        close: () => writeFile(rules, own),
        found: /log in to another database/,
      },
      mariadb: {
        open: () => admin(sql`grant select on *.* to public`),
        close: () => admin(sql`revoke select on *.* from public`),
        found: /read another database/,
      },
    };
    const door = doors[version.name];
    await door.open();
    if (version.name === "postgres") await admin(sql`select pg_reload_conf()`);
    await expect.poll(async () => JSON.stringify(await proveApplicationRights(testContext, task)), { timeout: 20_000 }).toMatch(door.found);
    await door.close();
    if (version.name === "postgres") await admin(sql`select pg_reload_conf()`);
    await expect.poll(async () => (await proveApplicationRights(testContext, task)).state, { timeout: 20_000 }).toBe("sound");
  });

  test("evidence turns faulty when a right is missing that the application needs", async () => {
    const lack: Record<EngineName, readonly [Sql, string | undefined]> = {
      postgres: [sql`alter default privileges for role rowhouse_owner in schema public revoke insert on tables from taskapp`, "taskdb"],
      mariadb: [sql`revoke insert on taskdb.* from taskapp@localhost`, undefined],
    };
    const [statement, database] = lack[version.name];
    await makeChange(goal, { database, title: "lack", statements: [statement] });
    const faulty = await proveApplicationRights(testContext, task);
    expect(faulty.state).toBe("faulty");
    expect(JSON.stringify(faulty)).toMatch(/cannot insert into a table made just now/);
    await establishAccess(testContext, goal);
    expect(await proveApplicationRights(testContext, task)).toMatchObject({ state: "sound" });
  });

  test("a proof leaves neither tables nor databases behind", async () => {
    await proveApplicationRights(testContext, task);
    await using session = await version.engine.driver.connect(server.administrator("taskdb"));
    const left = await session.all(sql`select table_name from information_schema.tables where table_name like ${"rowhouse_canary%"}`);
    expect(left).toEqual([]);
    const existing = await version.engine.access.existing(session);
    expect([...existing].filter((name) => name.startsWith("database rowhouse_other"))).toEqual([]);
  });
});
