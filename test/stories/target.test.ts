// A house on a server that Rowhouse did not install: asked for by name, nothing on it started, stopped or configured.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { emptyHouse, type TestHouse } from "../support/houses.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";
import { addTask, readTask } from "../support/tasks.ts";

/** An administrator who comes in by password over TCP, as one on somebody's server does. */
const administrators: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`create role chief superuser login password 'chief-pass'`],
  mariadb: [sql`create user chief@'127.0.0.1' identified by 'chief-pass'`, sql`grant all privileges on *.* to chief@'127.0.0.1' with grant option`],
};

describe.each(await engineVersions())("a house on a $title that is there already", (version) => {
  let server: TestServer;
  let house: TestHouse;
  let target: string;
  beforeAll(async () => {
    server = await startServer(version);
    await using session = await version.engine.driver.connect(server.administrator());
    for (const statement of administrators[version.name]) await session.run(statement);
    target = `${version.name}://chief@127.0.0.1:${server.place.port}`;
    const passwordFile = join(server.place.settingsDirectory, "chief");
    await writeFile(passwordFile, "chief-pass\n", { mode: 0o600 });
    house = await emptyHouse({ engine: version.name, env: { ROWHOUSE_TARGET_PASSWORD_FILE: passwordFile } });
  });
  afterAll(async () => {
    await house[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  const databases = async () => {
    await using session = await version.engine.driver.connect(server.administrator());
    const catalogue: Record<EngineName, Sql> = {
      postgres: sql`select datname as name from pg_database order by 1`,
      mariadb: sql`select schema_name as name from information_schema.schemata order by 1`,
    };
    return (await session.all<{ name: string }>(catalogue[version.name])).map(({ name }) => name);
  };

  test("is not touched without the database's name, exit 4", async () => {
    const before = await databases();
    const refused = await house.up("--target", target);
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([4, "RH-USE-003"]);
    expect(await databases()).toEqual(before);
  });

  test("a password in the URL is refused and not repeated", async () => {
    const refused = await house.up("--target", target.replace("chief@", "chief:chief-pass@"));
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([2, "RH-USE-001"]);
    expect(refused.stdout + refused.stderr).not.toContain("chief-pass");
  });

  test("a server far away is refused: without TLS its password would be readable on the way", async () => {
    const refused = await house.up("--target", target.replace("127.0.0.1", "db1.example"), "--confirm", "taskdb");
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([2, "RH-USE-001"]);
  });

  test("serve asks for the name too", async () => {
    const before = await databases();
    const refused = await house.run("serve", "--target", target, "--json");
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([4, "RH-USE-003"]);
    expect(await databases()).toEqual(before);
  });

  test("a database of that name that is somebody's stays as it is", async () => {
    await using session = await version.engine.driver.connect(server.administrator());
    await session.run(sql`create database taskdb`);
    await using other = await emptyHouse({
      engine: version.name,
      env: { ROWHOUSE_TARGET_PASSWORD_FILE: join(server.place.settingsDirectory, "chief") },
    });
    const refused = await other.up("--target", target, "--confirm", "taskdb");
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([4, "RH-HOUSE-004"]);
    const existing = await version.engine.access.existing(session);
    expect([...existing].filter((name) => /rowhouse|taskapp/.test(name))).toEqual([]);
    await session.run(sql`drop database taskdb`);
  });

  test("comes up on it, proves the rights there, and leaves the server running when it goes down", async () => {
    const ran = await house.up("--target", target, "--confirm", "taskdb");
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(JSON.stringify(ran.json.evidence)).toMatch(/forbidden acts refused/);
    const id = await addTask(house, "elsewhere");
    expect((await house.run("status", "--json")).exitCode).toBe(0);
    expect(await readFile(join(house.directory, "rowhouse.toml"), "utf8")).not.toContain("chief-pass");
    expect((await house.run("down")).exitCode).toBe(0);
    expect(await databases()).toContain("taskdb");
    const again = await house.run("up", "--detach");
    expect(again.exitCode, again.stderr).toBe(0);
    expect((await readTask(house, id)).title).toBe("elsewhere");
  });
});
