// One code for the same fault on both engines: getting a connection, being refused one, losing it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectionOptions, Session } from "../../src/drivers/driver.ts";
import { transaction } from "../../src/drivers/transaction.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { isProblem } from "../../src/foundation/problem.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { start } from "../../src/platform/processes.ts";
import { freePort } from "../support/houses.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";
import { blackHole, type Relay, relayTo } from "../support/wire.ts";

const logins: Record<EngineName, readonly Sql[]> = {
  postgres: [
    sql`create role plain login password 'plain-pass'`,
    sql`create role locked nologin password 'plain-pass'`,
    sql`create role outsider login password 'plain-pass'`,
    sql`create role narrow login password 'plain-pass' connection limit 1`,
    sql`create role taskapp login password 'plain-pass'`,
    sql`grant create on database home to plain`,
    sql`create database closed`,
    sql`revoke connect on database closed from public`,
  ],
  mariadb: [
    sql`create user plain@'127.0.0.1' identified by 'plain-pass'`,
    sql`create user locked@'127.0.0.1' identified by 'plain-pass' account lock`,
    sql`create user narrow@'127.0.0.1' identified by 'plain-pass' with max_user_connections 1`,
    sql`grant all on home.* to plain@'127.0.0.1'`,
    sql`grant all on home.* to narrow@'127.0.0.1'`,
    sql`create database closed`,
  ],
};
const waitOf: Record<EngineName, Sql> = { postgres: sql`select pg_sleep(30)`, mariadb: sql`select sleep(30)` };
const sessionId: Record<EngineName, Sql> = { postgres: sql`select pg_backend_pid() as id`, mariadb: sql`select connection_id() as id` };
const endSession: Record<EngineName, (id: number) => Sql> = {
  postgres: (id) => sql`select pg_terminate_backend(${id})`,
  mariadb: (id) => sql`kill connection ${id}`,
};

describe.each(await engineVersions())("connections on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let administrator: Session;
  const plain = (more: Partial<ConnectionOptions> = {}): ConnectionOptions => ({
    host: "127.0.0.1",
    port: server.place.port,
    database: "home",
    user: "plain",
    password: new Secret("plain-pass"),
    applicationName: "test",
    ...more,
  });
  const codeOf = async (work: Promise<unknown>) => {
    const thrown: unknown = await work.then(
      () => "nothing was thrown",
      (reason: unknown) => reason,
    );
    return isProblem(thrown) ? thrown.code : thrown;
  };
  const connecting = async (more: Partial<ConnectionOptions>) =>
    codeOf(engine.driver.connect(plain(more)).then((session) => session[Symbol.asyncDispose]()));

  beforeAll(async () => {
    server = await startServer(version);
    await using first = await engine.driver.connect(server.administrator());
    await first.run(sql`create database home`);
    for (const statement of logins[name]) await first.run(statement);
    administrator = await engine.driver.connect(server.administrator("home"));
    await administrator.run(sql`create table marks (id integer)`);
    await administrator.run(name === "postgres" ? sql`grant all on marks to plain` : sql`grant all on home.marks to plain@'127.0.0.1'`);
  });
  afterAll(async () => {
    await administrator?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  test("a right login gets in", async () => {
    expect(await connecting({})).toBe("nothing was thrown");
  });

  test("a closed port, an absent socket and an unknown host are RH-CONN-001", async () => {
    expect(await connecting({ port: await freePort() })).toBe("RH-CONN-001");
    expect(await connecting({ host: "/tmp/rowhouse-no-such-socket" })).toBe("RH-CONN-001");
    expect(await connecting({ host: "no-such-host.invalid" })).toBe("RH-CONN-001");
  });

  test("a server that takes the connection and says nothing is RH-CONN-001 within connectTimeoutMs, by a pool too", async () => {
    await using hole = await blackHole();
    expect(await connecting({ port: hole.port, connectTimeoutMs: 300 })).toBe("RH-CONN-001");
    await using pool = engine.driver.pool({ ...plain({ port: hole.port }), limit: 2, acquireTimeoutMs: 300 });
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(pool.run(sql`select 1`))));
    expect(new Set(codes)).toEqual(new Set(["RH-CONN-001"]));
  });

  test.each([1, 60, 100, 200])("a server that falls silent after %i bytes of its greeting is RH-CONN-001", async (bytes) => {
    await using relay = await relayTo(server.place.port, { bytes });
    expect(await connecting({ port: relay.port, connectTimeoutMs: 500 })).toBe("RH-CONN-001");
  });

  test("a connection that is cut while its settings are sent is RH-CONN-001", async () => {
    await using relay = await relayTo(server.place.port);
    relay.cutAt(name === "postgres" ? "TimeZone=UTC" : "read committed", "after");
    expect(await connecting({ port: relay.port })).toBe("RH-CONN-001");
  });

  test("a listener that hangs up is RH-CONN-001", async () => {
    const relay = await relayTo(await freePort());
    expect(await connecting({ port: relay.port })).toBe("RH-CONN-001");
    await relay[Symbol.asyncDispose]();
  });

  test("a wrong password, an unknown user and no password at all are RH-AUTH-001", async () => {
    expect(await connecting({ password: new Secret("wrong") })).toBe("RH-AUTH-001");
    expect(await connecting({ user: "nobody_here" })).toBe("RH-AUTH-001");
    expect(await connecting({ password: undefined })).toBe("RH-AUTH-001");
    expect(await connecting({ password: new Secret("") })).toBe("RH-AUTH-001");
  });

  test("a login that no rule admits is RH-AUTH-002", async () => {
    expect(await connecting({ user: "locked" })).toBe("RH-AUTH-002");
    if (name === "postgres") expect(await connecting({ user: "taskapp", database: "home" })).toBe("RH-AUTH-002");
  });

  test("a database that the login may not enter is RH-AUTH-003, one that is not there is RH-CONN-005", async () => {
    expect(await connecting({ database: "closed" })).toBe("RH-AUTH-003");
    expect(await codeOf(engine.driver.connect(server.administrator("nothing_here")))).toBe("RH-CONN-005");
  });

  test("a problem of a login names neither the password nor a part of it", async () => {
    const thrown: unknown = await engine.driver.connect(plain({ password: new Secret("canary-7f3a") })).catch((reason: unknown) => reason);
    expect(isProblem(thrown, "RH-AUTH-001")).toBe(true);
    expect([JSON.stringify(thrown), String(thrown), String((thrown as Error).cause)].join()).not.toContain("canary-7f3a");
  });

  test("more sessions than the login may have is RH-CONN-002", async () => {
    await using _first = await engine.driver.connect(plain({ user: "narrow" }));
    expect(await connecting({ user: "narrow" })).toBe("RH-CONN-002");
  });

  test("more sessions than the server may have is RH-CONN-002, and again admitted when one leaves", async () => {
    if (name === "mariadb") await administrator.run(sql`set global max_connections = 10`);
    const held: Session[] = [];
    let code: unknown;
    while (held.length < 200 && code === undefined) {
      const next = await engine.driver.connect(plain()).catch((thrown: unknown) => thrown);
      if (isProblem(next)) code = next.code;
      else held.push(next as Session);
    }
    expect(code).toBe("RH-CONN-002");
    await Promise.all(held.map((session) => session[Symbol.asyncDispose]()));
    await expect.poll(() => connecting({}), { timeout: 10_000 }).toBe("nothing was thrown");
    if (name === "mariadb") await administrator.run(sql`set global max_connections = 151`);
  });

  test("a session that the administrator ends is RH-CONN-003, in a statement and between two", async () => {
    for (const isWorking of [true, false]) {
      await using session = await engine.driver.connect(plain());
      const [row] = await session.all<{ id: number }>(sessionId[name]);
      const work = isWorking ? codeOf(session.all(waitOf[name])) : undefined;
      if (isWorking) await systemClock.sleep(200);
      await administrator.run(endSession[name](row?.id ?? 0));
      if (!isWorking) await systemClock.sleep(200);
      expect(await (work ?? codeOf(session.all(sql`select 1 as one`)))).toBe("RH-CONN-003");
      expect(await codeOf(session.all(sql`select 1 as one`))).toBe("RH-CONN-003");
    }
  });

  test("a connection that is cut in mid-answer is RH-CONN-003", async () => {
    await using relay = await relayTo(server.place.port);
    await using session = await engine.driver.connect(plain({ port: relay.port }));
    relay.cutAt("cut here", "after");
    expect(await codeOf(session.all(sql`select 'cut here' as text`))).toBe("RH-CONN-003");
  });

  test("a connection that falls silent is RH-TIME-001 at the deadline, and can be left", async () => {
    await using relay = await relayTo(server.place.port);
    const session = await engine.driver.connect(plain({ port: relay.port, statementTimeoutMs: 200 }));
    relay.fallSilent();
    expect(await codeOf(session.all(sql`select 1 as one`))).toBe("RH-TIME-001");
    await session[Symbol.asyncDispose]();
    const idle = await engine.driver.connect(plain());
    await idle[Symbol.asyncDispose]();
  });

  test("an idle connection that fell silent can be left", async () => {
    await using relay = await relayTo(server.place.port);
    const session = await engine.driver.connect(plain({ port: relay.port }));
    relay.fallSilent();
    await session[Symbol.asyncDispose]();
    expect(await codeOf(session.all(sql`select 1 as one`))).toBe("RH-CONN-003");
  });

  test.each(["before", "after"] as const)(
    "a connection that is cut %s the server has the COMMIT is RH-CONN-004, whole or not there",
    async (when) => {
      await using relay: Relay = await relayTo(server.place.port);
      await using pool = engine.driver.pool({ ...plain({ port: relay.port }), limit: 1 });
      await administrator.run(sql`delete from marks`);
      const work = transaction(pool, async (session) => {
        await session.run(sql`insert into marks (id) values (1), (2)`);
        relay.cutAt("commit", when);
      });
      expect(await codeOf(work)).toBe("RH-CONN-004");
      const count = async () => (await administrator.all(sql`select id from marks`)).length;
      await expect.poll(count, { timeout: 10_000 }).toBe(when === "before" ? 0 : 2);
    },
  );

  test("a connection that is cut before the COMMIT is no RH-CONN-004", async () => {
    await using relay = await relayTo(server.place.port);
    await using pool = engine.driver.pool({ ...plain({ port: relay.port }), limit: 1 });
    relay.cutAt("into marks", "before");
    expect(await codeOf(transaction(pool, (session) => session.run(sql`insert into marks (id) values (7)`)))).toBe("RH-CONN-003");
  });

  test("a server that is killed in mid-statement is RH-CONN-003, then RH-CONN-001; a pool comes back with the server", async () => {
    await using pool = engine.driver.pool({ ...server.administrator("home"), limit: 3 });
    await Promise.all([1, 2, 3].map(() => pool.all(sql`select 1 as one`)));
    const work = codeOf(pool.all(waitOf[name]));
    await systemClock.sleep(200);
    process.kill(server.pid, "SIGKILL");
    expect(await work).toBe("RH-CONN-003");
    await engine.server.clearRemains(testContext, server.place);
    await expect.poll(() => pool.stats().open, { timeout: 10_000 }).toBe(0);
    const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(pool.all(sql`select 1 as one`))));
    expect(new Set(codes)).toEqual(new Set(["RH-CONN-001"]));
    const running = await start({ ...engine.server.program(server.place), logPath: server.place.logPath });
    const back = await waitFor(systemClock, { withinMs: 30_000, everyMs: 50 }, () => pool.all(sql`select 1 as one`).catch(() => undefined));
    expect(back).toEqual([{ one: 1 }]);
    const sessions = await Promise.all([1, 2, 3].map(() => pool.session()));
    expect(pool.stats()).toEqual({ open: 3, idle: 0, waiting: 0 });
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
    server = { ...server, pid: running.identity.pid };
    administrator = await engine.driver.connect(server.administrator("home"));
  });

  test("a server that is stopping refuses with RH-CONN-006, or has closed its door", async () => {
    const refusals: Record<EngineName, readonly unknown[]> = { postgres: ["RH-CONN-006"], mariadb: ["RH-CONN-001", "RH-CONN-006"] };
    const lastWords: Record<EngineName, readonly unknown[]> = { postgres: ["nothing was thrown"], mariadb: ["RH-CONN-003", "RH-CONN-006"] };
    const holder = await engine.driver.connect(plain());
    const working = codeOf(holder.all(name === "postgres" ? sql`select pg_sleep(2)` : sql`select sleep(2)`));
    await systemClock.sleep(200);
    process.kill(server.pid, "SIGTERM"); // on PostgreSQL the "smart" way: whoever is in may finish
    await expect.poll(() => connecting({}), { timeout: 10_000 }).toSatisfy((code) => refusals[name].includes(code));
    expect(lastWords[name]).toContain(await working);
    await holder[Symbol.asyncDispose]();
  });
});
