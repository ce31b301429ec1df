// A new server is closed before anything can connect: what a plain start leaves open is gone, tried by logging in (T3, T4, C2-C5).
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../src/foundation/sql.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { secureStatements } from "../../src/engines/mariadb/server/initialise.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";

const versions = await engineVersions();

describe.each(versions)("a new $title", (version) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(version);
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const overTcp = (user: string, password: string) => ({
    host: "127.0.0.1",
    port: server.place.port,
    user,
    password: new Secret(password),
    applicationName: "test",
    database: version.name === "postgres" ? "postgres" : undefined,
  });

  test.each(["", "postgres", "root", "anybody"])("does not let %j in over TCP, with or without a password", async (user) => {
    for (const password of ["", "guess"])
      await expect(version.engine.driver.connect(overTcp(user, password))).rejects.toMatchObject({ name: "Problem" });
  });

  test("lets the administrator in by socket and operating-system identity alone", async () => {
    await using session = await version.engine.driver.connect(server.administrator());
    expect((await version.engine.server.vitals(session)).version).toBe(version.installation.version);
  });
});

describe.each(versions.filter(({ name }) => name === "mariadb"))("securing an open $title", (version) => {
  test("removes what a plain installation left open, proved by attempt, and the second run changes nothing", async () => {
    await using server = await startServer(version);
    await using session = await version.engine.driver.connect(server.administrator());
    const open = [
      sql`create user ''@localhost`,
      sql`create user root@'%' identified by 'open'`,
      sql`create user shadow@'%' identified by 'right'`,
      sql`create database test`,
      sql`insert into mysql.db (host, db, user, select_priv, insert_priv, create_priv) values ('%', 'test\\_%', '', 'Y', 'Y', 'Y')`,
      sql`flush privileges`,
    ];
    for (const statement of open) await session.run(statement);
    const shadow = {
      host: version.engine.server.socketHost(server.place),
      port: 0,
      user: "shadow",
      password: new Secret("right"),
      applicationName: "test",
    };
    await expect(version.engine.driver.connect(shadow)).rejects.toMatchObject({ code: "RH-AUTH-001" }); // T4: shadowed by ''@localhost
    for (const statement of await secureStatements(session)) await session.run(statement);
    {
      await using now = await version.engine.driver.connect(shadow);
      await expect(now.run(sql`create database test_q`)).rejects.toMatchObject({ code: "RH-AUTH-003" });
    }
    await expect(version.engine.driver.connect({ ...shadow, user: "", password: new Secret("") })).rejects.toMatchObject({ name: "Problem" });
    const remoteRoot = { host: "127.0.0.1", port: server.place.port, user: "root", password: new Secret("open"), applicationName: "test" };
    await expect(version.engine.driver.connect(remoteRoot)).rejects.toMatchObject({ name: "Problem" });
    expect(await secureStatements(session)).toEqual([]);
  });
});
