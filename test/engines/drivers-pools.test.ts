// Pools: bounded, fair, back by themselves, clean when a connection is lent again; transactions that are tried again whole.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Pool, PoolOptions, Session } from "../../src/drivers/driver.ts";
import { transaction } from "../../src/drivers/transaction.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { isProblem, Problem } from "../../src/foundation/problem.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { start } from "../../src/platform/processes.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

const waitOf: Record<EngineName, (seconds: number) => Sql> = {
  postgres: (seconds) => sql`select pg_sleep(${seconds})`,
  mariadb: (seconds) => sql`select sleep(${seconds})`,
};
const mySessions: Record<EngineName, Sql> = {
  postgres: sql`select pid from pg_stat_activity where application_name = 'pooled'`,
  mariadb: sql`select processlist_id from performance_schema.session_connect_attrs where attr_name = 'program_name' and attr_value = 'pooled'`,
};

describe.each(await engineVersions())("pools on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let watcher: Session;
  const open = (more: Partial<PoolOptions> = {}): Pool =>
    engine.driver.pool({ ...server.administrator("home"), applicationName: "pooled", limit: 3, ...more });
  const codeOf = async (work: Promise<unknown>) => {
    const thrown: unknown = await work.then(
      () => "nothing was thrown",
      (reason: unknown) => reason,
    );
    return isProblem(thrown) ? thrown.code : thrown;
  };
  const serverSide = async () => (await watcher.all(mySessions[name])).length;

  beforeAll(async () => {
    server = await startServer(version);
    await using administrator = await engine.driver.connect(server.administrator());
    await administrator.run(sql`create database home`);
    watcher = await engine.driver.connect(server.administrator("home"));
    await watcher.run(sql`create table accounts (id integer primary key, amount integer not null)`);
    for (let id = 0; id < 40; id++) await watcher.run(sql`insert into accounts (id, amount) values (${id}, 100)`);
  });
  afterAll(async () => {
    await watcher?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  test("nothing is opened until it is asked, and never more than the limit", async () => {
    await using pool = open();
    expect(pool.stats()).toEqual({ open: 0, idle: 0, waiting: 0 });
    let most = 0;
    const work = Array.from({ length: 50 }, async () => {
      await using session = await pool.session();
      most = Math.max(most, pool.stats().open);
      return await session.all(sql`select 1 as one`);
    });
    expect(await Promise.all(work)).toEqual(Array.from({ length: 50 }, () => [{ one: 1 }]));
    // A connection may still be on its way when the last of the fifty is served.
    await expect.poll(() => pool.stats(), { timeout: 10_000 }).toEqual({ open: 3, idle: 3, waiting: 0 });
    expect(most).toBeLessThanOrEqual(3);
    expect(await serverSide()).toBe(3);
  });

  test("a pool with all connections lent refuses with RH-CONN-007, and serves again when one is back", async () => {
    await using pool = open({ limit: 1, acquireTimeoutMs: 200 });
    const held = await pool.session();
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(pool.all(sql`select 1 as one`))));
    expect(new Set(codes)).toEqual(new Set(["RH-CONN-007"]));
    expect(pool.stats()).toEqual({ open: 1, idle: 0, waiting: 0 });
    const waiting = pool.all(sql`select 1 as one`);
    expect(pool.stats().waiting).toBe(1);
    await held[Symbol.asyncDispose]();
    expect(await waiting).toEqual([{ one: 1 }]);
  });

  test("callers are served in their order", async () => {
    await using pool = open({ limit: 1 });
    const held = await pool.session();
    const served: number[] = [];
    const callers = [1, 2, 3, 4, 5].map(async (caller) => {
      await using _session = await pool.session();
      served.push(caller);
    });
    await held[Symbol.asyncDispose]();
    await Promise.all(callers);
    expect(served).toEqual([1, 2, 3, 4, 5]);
  });

  test("a session that is given back twice is lent once", async () => {
    await using pool = open({ limit: 2 });
    const session = await pool.session();
    await session[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose]();
    await using _first = await pool.session();
    await using _second = await pool.session();
    expect(pool.stats()).toEqual({ open: 2, idle: 0, waiting: 0 });
  });

  test("a transaction that is given back open is rolled back before the next one comes", async () => {
    await using pool = open({ limit: 1 });
    for (const isFailing of [false, true]) {
      const session = await pool.session();
      await session.begin();
      await session.run(sql`update accounts set amount = 0 where id = 1`);
      if (isFailing) await codeOf(session.run(sql`selec`));
      await session[Symbol.asyncDispose]();
      expect(await pool.all(sql`select amount from accounts where id = 1`)).toEqual([{ amount: 100 }]);
      expect(await watcher.run(sql`update accounts set amount = 100 where id = 1`)).toBe(1); // no lock is left
    }
  });

  test("a statement that failed costs no connection, one that this side gave up does", async () => {
    await using pool = open({ limit: 1, statementTimeoutMs: 200 });
    const before = await pool.all(mySessions[name]);
    expect(await codeOf(pool.run(sql`selec`))).toBe("RH-SQL-001");
    expect(await codeOf(pool.all(waitOf[name](30)))).toBe("RH-TIME-001");
    expect(await pool.all(mySessions[name])).toEqual(before);
  });

  test("sessions that the server ended while they were idle are replaced without a failed statement", async () => {
    await using pool = open();
    await Promise.all([1, 2, 3].map(() => pool.all(waitOf[name](0.05))));
    const end: Record<EngineName, (id: number) => Sql> = {
      postgres: (id) => sql`select pg_terminate_backend(${id})`,
      mariadb: (id) => sql`kill connection ${id}`,
    };
    for (const row of await watcher.all<Readonly<Record<string, number>>>(mySessions[name])) await watcher.run(end[name](Object.values(row)[0] ?? 0));
    await expect.poll(() => pool.stats().open, { timeout: 10_000 }).toBe(0);
    expect(await Promise.all([1, 2, 3].map(() => pool.all(sql`select 1 as one`)))).toHaveLength(3);
  });

  test("disposing waits for what is lent, refuses who comes later, and leaves no session on the server", async () => {
    const pool = open({ limit: 2 });
    const slow = pool.all(waitOf[name](0.5));
    const late = (async () => {
      await using session = await pool.session();
      await systemClock.sleep(100);
      return await session.all(sql`select 1 as one`);
    })();
    await systemClock.sleep(50);
    const disposing = pool[Symbol.asyncDispose]();
    expect(await codeOf(pool.all(sql`select 1 as one`))).toBe("RH-CONN-007");
    expect(await slow).toHaveLength(1);
    expect(await late).toEqual([{ one: 1 }]);
    await disposing;
    expect(pool.stats()).toEqual({ open: 0, idle: 0, waiting: 0 });
    await expect.poll(serverSide, { timeout: 10_000 }).toBe(0);
  });

  test("a transaction commits whole, and rolls back whole when its work throws", async () => {
    await using pool = open();
    const result = await transaction(pool, async (session) => {
      await session.run(sql`update accounts set amount = amount - 1 where id = 2`);
      return session.run(sql`update accounts set amount = amount + 1 where id = 3`);
    });
    expect(result).toBe(1);
    const failure = new Error("changed my mind");
    const work = transaction(pool, async (session) => {
      await session.run(sql`update accounts set amount = 0`);
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await pool.all(sql`select id, amount from accounts where id in (2, 3) order by id`)).toEqual([
      { id: 2, amount: 99 },
      { id: 3, amount: 101 },
    ]);
  });

  test("a transaction is tried four times at most, and only for a deadlock or a serialization failure", async () => {
    await using pool = open();
    for (const [code, tries] of [
      ["RH-TX-001", 4],
      ["RH-TX-002", 4],
      ["RH-TX-003", 1],
      ["RH-CONN-003", 1],
    ] as const) {
      let count = 0;
      const work = transaction(pool, async () => {
        count++;
        throw new Problem(code, "planted");
      });
      expect(await codeOf(work)).toBe(code);
      expect(count).toBe(tries);
    }
    expect(pool.stats()).toMatchObject({ idle: pool.stats().open, waiting: 0 });
  });

  test("20 workers move money in random order for 4 s: deadlocks happen, no caller sees one, the sum is kept", async () => {
    await using pool = open({ limit: 20, acquireTimeoutMs: 10_000, lockTimeoutMs: 9_000 });
    const end = systemClock.monotonicMs() + 4_000;
    const seen: unknown[] = [];
    let moved = 0;
    let tries = 0;
    const pick = () => Math.floor(Math.random() * 40);
    const worker = async () => {
      while (systemClock.monotonicMs() < end) {
        const [from, to] = [pick(), pick()];
        const work = transaction(pool, async (session) => {
          tries++;
          await session.run(sql`update accounts set amount = amount - 1 where id = ${from}`);
          await systemClock.sleep(Math.random() * 3);
          await session.run(sql`update accounts set amount = amount + 1 where id = ${to}`);
        });
        await work.then(() => moved++).catch((thrown: unknown) => seen.push(thrown));
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expect(await watcher.all(sql`select sum(amount) as total, count(*) as rows_seen from accounts`)).toMatchObject([{ rows_seen: 40 }]);
    const [row] = await watcher.all<{ total: number | string }>(sql`select sum(amount) as total from accounts`);
    expect(Number(row?.total)).toBe(4_000);
    expect(tries).toBeGreaterThan(moved);
    expect(seen.map(String)).toEqual([]);
  });

  test("kill -9 of the server under load: every wait ends, and the pool is whole again when the server is", async () => {
    await using pool = open({ limit: 5, acquireTimeoutMs: 1_000 });
    let isOver = false;
    const codes = new Map<unknown, number>();
    const callers = Array.from({ length: 20 }, async () => {
      while (!isOver) {
        const code = await codeOf(pool.all(sql`select amount from accounts where id = ${1}`));
        codes.set(code, (codes.get(code) ?? 0) + 1);
        await systemClock.sleep(5);
      }
    });
    await systemClock.sleep(300);
    process.kill(server.pid, "SIGKILL");
    await engine.server.clearRemains(testContext, server.place);
    await systemClock.sleep(500);
    await start({ ...engine.server.program(server.place), logPath: server.place.logPath });
    await waitFor(systemClock, { withinMs: 30_000, everyMs: 50 }, () => pool.all(sql`select 1 as one`).catch(() => undefined));
    isOver = true;
    await Promise.all(callers);
    for (const code of codes.keys()) expect(["nothing was thrown", "RH-CONN-001", "RH-CONN-003", "RH-CONN-006"]).toContain(code);
    const sessions = await Promise.all(Array.from({ length: 5 }, () => pool.session()));
    for (const session of sessions) expect(await session.all(sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
    expect(pool.stats()).toEqual({ open: 5, idle: 5, waiting: 0 });
    watcher = await engine.driver.connect(server.administrator("home"));
  });
});
