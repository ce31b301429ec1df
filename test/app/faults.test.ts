// The application while its database is away, frozen, full of others, read-only, of another schema: 503 with Retry-After in
// time, the right reason and nothing else, and back by itself (FAULT-1, FAULT-2, FAULT-14, INV-16).
import { readdir } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LightMyRequestResponse } from "fastify";
import type { Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { schemaVersion } from "../../src/app/migrations/version.ts";
import { within } from "../../src/app/store/deadline.ts";
import { dialects } from "../../src/app/store/stores.ts";
import { anyVersion, type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

type EngineName = (typeof engines)[number];

const readOnly: Readonly<Record<EngineName, (isOn: boolean) => readonly Sql[]>> = {
  postgres: (isOn) => [sql.script(`alter system set default_transaction_read_only = ${isOn ? "on" : "off"}`), sql`select pg_reload_conf()`],
  mariadb: (isOn) => [sql.script(`set global read_only = ${isOn ? "on" : "off"}`)],
};
const endSessions: Readonly<Record<EngineName, (session: Session) => Promise<void>>> = {
  postgres: async (session) => void (await session.all(sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'taskapp'`)),
  mariadb: async (session) => void (await session.run(sql`kill connection user taskapp`)),
};
const migrations: Readonly<Record<EngineName, Sql>> = { postgres: sql`rowhouse.migrations`, mariadb: sql`taskdb_rowhouse.migrations` };

describe.each(engines)("the application on %s", (engine) => {
  let database: Database;
  let application: Application;
  beforeEach(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database, { poolLimit: 3 });
  });
  afterEach(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  const ask: Application["ask"] = (...request) => application.ask(...request);
  const answered = (limitMs: number, answer: Promise<LightMyRequestResponse>) =>
    within(limitMs, answer, () => new Error(`no answer within ${limitMs} ms`));
  const directly = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    await using session = await database.admin();
    return await work(session);
  };
  const health = async () => {
    const [ready, healthy, live] = await Promise.all(["/readyz", "/healthz", "/livez"].map((url) => answered(2_000, ask("GET", url))));
    expect(live?.json()).toStrictEqual({ status: "alive" });
    return { ready, healthy };
  };
  const expectUnready = async (reasons: readonly string[]) => {
    await expect.poll(async () => (await health()).ready?.json().reason, { timeout: 10_000 }).toSatisfy((reason: string) => reasons.includes(reason));
    const { ready, healthy } = await health();
    expect([ready?.statusCode, healthy?.statusCode]).toStrictEqual([503, 503]);
    expect(ready?.json()).toStrictEqual({ status: "not ready", reason: expect.any(String) });
    expect(healthy?.json()).toStrictEqual({ status: "unhealthy", reason: ready?.json().reason });
    expect([ready?.headers["retry-after"], healthy?.headers["retry-after"]]).toStrictEqual(["1", "1"]);
  };
  const expectReady = async () => {
    await expect.poll(async () => (await health()).ready?.json(), { timeout: 10_000 }).toStrictEqual({ status: "ready" });
    expect((await health()).healthy?.json()).toStrictEqual({ status: "healthy" });
    await expect.poll(async () => (await ask("POST", "/api/tasks", { title: "again" })).statusCode, { timeout: 10_000 }).toBe(201);
  };
  const expectAway = async () => {
    const requests = [
      ask("GET", "/api/tasks"),
      ask("POST", "/api/tasks", { title: "while away" }),
      ask("GET", "/api/projects"),
      ask("GET", "/api/about"),
    ];
    for (const answer of await Promise.all(requests.map((request) => answered(5_000, request)))) {
      expect([answer.statusCode, answer.headers["retry-after"], answer.headers["content-type"]]).toStrictEqual([
        503,
        "1",
        "application/problem+json",
      ]);
      expect(answer.body).not.toMatch(/127\.0\.0\.1|ECONN|password|taskapp|select/);
    }
  };

  test("answers 503 while the database is killed, and is back when the database is", async () => {
    await expectReady();
    await database.kill();
    await expectUnready(["database unreachable"]);
    await expectAway();
    await database.restart();
    await expectReady();
  });

  test("has nothing left of 10,000 failures: no caller that waits, no connection, no descriptor (M12)", async () => {
    await database.kill();
    await expectUnready(["database unreachable"]);
    const before = (await readdir("/proc/self/fd")).length;
    const counts: Record<number, number> = {};
    for (let sent = 0; sent < 10_000; sent += 50) {
      const urls = Array.from({ length: 50 }, (_, index) => ["/readyz", "/healthz", "/api/tasks", "/api/projects/1", "/api/about"][index % 5] ?? "");
      for (const { statusCode } of await Promise.all(urls.map((url) => ask("GET", url)))) counts[statusCode] = (counts[statusCode] ?? 0) + 1;
    }
    expect(counts).toStrictEqual({ 503: 10_000 });
    expect(application.store.load()).toMatchObject({ open: 0, idle: 0, waiting: 0 });
    expect((await readdir("/proc/self/fd")).length).toBeLessThanOrEqual(before + 2);
    await database.restart();
    await expectReady();
  });

  test("answers 503 in time while the database is frozen, and is back when it thaws", async () => {
    await expectReady();
    await database.pause();
    await expectAway();
    await expectUnready(["database too slow", "no free connection", "database unreachable"]);
    await database.resume();
    await expectReady();
    expect(application.store.load().open).toBeLessThanOrEqual(3);
  });

  test("is not ready while the database is read-only, yet reads", async () => {
    await expectReady();
    await directly(async (session) => {
      for (const statement of readOnly[engine](true)) await session.run(statement);
    });
    await expectUnready(["database read-only"]);
    expect((await ask("GET", "/api/tasks")).statusCode).toBe(200);
    const refused = await ask("POST", "/api/tasks", { title: "read-only" });
    expect([refused.statusCode, refused.json().code, refused.headers["retry-after"]]).toStrictEqual([503, "RH-SRV-001", "1"]);
    await directly(async (session) => {
      for (const statement of readOnly[engine](false)) await session.run(statement);
    });
    await expectReady();
  });

  test("is not ready while every connection of its pool waits, and refuses within its deadline", async () => {
    const { id } = (await ask("POST", "/api/tasks", { title: "held" })).json().task;
    await using holder = await database.admin();
    await holder.begin();
    await holder.all(sql`select id from tasks where id = ${id} for update`);
    const waiting = Array.from({ length: 6 }, () => answered(5_000, ask("PATCH", `/api/tasks/${id}`, { title: "late" }, anyVersion)));
    await expect.poll(() => application.store.load().waiting).toBeGreaterThan(0);
    const { ready } = await health();
    expect(ready?.json()).toStrictEqual({ status: "not ready", reason: "no free connection" });
    for (const answer of await Promise.all(waiting)) expect([answer.statusCode, answer.headers["retry-after"]]).toStrictEqual([503, "1"]);
    await holder.rollback();
    await expectReady();
    expect((await ask("GET", `/api/tasks/${id}`)).json().task.title).toBe("held");
  });

  test("is not ready while the server has no connection left", async () => {
    await directly((session) => session.run(connectionLimit[engine](1)));
    await using own = await directlyAs(database);
    await own.all(sql`select 1 as one`);
    await using fresh = await startApplication(database, { poolLimit: 2 });
    await expect.poll(async () => (await fresh.ask("GET", "/readyz")).json().reason, { timeout: 10_000 }).toBe("no free connection");
    const answer = await answered(5_000, fresh.ask("GET", "/api/tasks"));
    expect([answer.statusCode, answer.headers["retry-after"]]).toStrictEqual([503, "1"]);
    await directly((session) => session.run(connectionLimit[engine](20)));
    await expect.poll(async () => (await fresh.ask("GET", "/readyz")).json(), { timeout: 10_000 }).toStrictEqual({ status: "ready" });
  });

  test("is not ready with another schema, without one, or when the probe's row is gone", async () => {
    await expectReady();
    await directly((session) => session.run(sql`update ${migrations[engine]} set version = ${schemaVersion + 1}`));
    await expectUnready(["wrong schema"]);
    await directly((session) => session.run(sql`update ${migrations[engine]} set version = ${schemaVersion}, state = 'running'`));
    await expectUnready(["wrong schema"]);
    await directly((session) => session.run(sql`update ${migrations[engine]} set state = 'done'`));
    await expectReady();
    await directly((session) => session.run(sql`delete from write_probe`));
    await expectUnready(["wrong schema"]);
    await directly((session) => session.run(sql`insert into write_probe (id) values (1)`));
    await expectReady();
  });

  test("leaves neither row nor event when the second half of a write fails", async () => {
    const before = (await ask("POST", "/api/tasks", { title: "whole" })).json().task;
    await directly((session) => session.run(sql`alter table events rename to events_away`));
    for (const answer of [
      await ask("POST", "/api/tasks", { title: "half" }),
      await ask("PATCH", `/api/tasks/${before.id}`, { title: "half" }, anyVersion),
      await ask("DELETE", `/api/tasks/${before.id}`),
      await ask("POST", "/api/projects", { name: "half" }),
    ]) {
      expect([answer.statusCode, answer.json().code]).toStrictEqual([503, "RH-MIG-003"]);
    }
    await directly((session) => session.run(sql`alter table events_away rename to events`));
    expect((await ask("GET", "/api/tasks")).json().tasks).toStrictEqual([before]);
    expect((await ask("GET", "/api/projects")).json().projects).toStrictEqual([]);
    expect(await directly((session) => session.all(sql`select id from events`))).toHaveLength(1);
  });

  test("repeats the whole of a write that a deadlock took back", async () => {
    const project = (await ask("POST", "/api/projects", { name: "contended" })).json().project;
    const { task } = (await ask("POST", "/api/tasks", { title: "contended" })).json();
    const others = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => (await ask("POST", "/api/tasks", { title: `heavy ${index}` })).json().task.id),
    );
    await using other = await database.admin();
    await other.run(patience[engine]);
    await other.begin();
    for (const id of others) await other.run(sql`update tasks set priority = 9 where id = ${id}`); // the heavier transaction is spared
    await other.all(sql`select id from projects where id = ${project.id} for update`);
    const moved = ask("PATCH", `/api/tasks/${task.id}`, { project_id: project.id, title: "moved" }, anyVersion);
    await expect.poll(() => directly((session) => session.all(waitingSessions[engine]))).not.toHaveLength(0);
    await other.run(sql`update tasks set priority = 9 where id = ${task.id}`);
    await other.commit();
    expect((await moved).json().task).toMatchObject({ title: "moved", project_id: project.id, priority: 9, version: 2 });
    expect(await directly((session) => session.all(sql`select id from events where entity_id = ${task.id} and kind = 'task.changed'`))).toHaveLength(
      1,
    );
  });

  test("gets new sessions when the server ended its old ones", async () => {
    await Promise.all(Array.from({ length: 3 }, () => ask("GET", "/api/tasks")));
    await directly(endSessions[engine]);
    await expectReady();
    for (let round = 0; round < 10; round++) expect((await ask("GET", "/api/tasks")).statusCode).toBe(200);
  });
});

const waitingSessions: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select pid from pg_stat_activity where usename = 'taskapp' and wait_event_type = 'Lock'`,
  mariadb: sql`select trx_id from information_schema.innodb_trx where trx_state = 'LOCK WAIT'`,
};
/** Who looks for a deadlock last is not its victim. */
const patience: Readonly<Record<EngineName, Sql>> = { postgres: sql`set deadlock_timeout = '10s'`, mariadb: sql`set @patience = 1` };
const connectionLimit: Readonly<Record<EngineName, (limit: number) => Sql>> = {
  postgres: (limit) => sql.script(`alter role taskapp connection limit ${limit}`),
  mariadb: (limit) => sql.script(`alter user taskapp@'127.0.0.1' with max_user_connections ${limit}`),
};

async function directlyAs(database: Database): Promise<Session> {
  return dialects[database.engine].driver.connect({ ...database.login, applicationName: "holder" });
}
