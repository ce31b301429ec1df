// Large answers in batches: constant memory, leaving early, deadlines per batch; and ending statements by signal.
import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { isProblem } from "../../src/foundation/problem.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";
import { relayTo } from "../support/wire.ts";

const runFile = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

const countTo: Record<EngineName, (rows: number) => Sql> = {
  postgres: (rows) => sql`select n, repeat('x', 100) as filling from generate_series(1, ${rows}) as g (n)`,
  mariadb: (rows) => sql`select seq as n, repeat('x', 100) as filling from seq_1_to_2000000 where seq <= ${rows}`,
};
const waitOf: Record<EngineName, (seconds: number) => Sql> = {
  postgres: (seconds) => sql`select pg_sleep(${seconds})`,
  mariadb: (seconds) => sql`select benchmark(${seconds * 10_000_000}, md5('a')) as done`,
};
const running: Record<EngineName, Sql> = {
  postgres: sql`select pid from pg_stat_activity where application_name = 'long' and state <> 'idle'`,
  mariadb: sql`select id from information_schema.processlist where command <> 'Sleep' and (info like '%seq_1_to_%' or info like '%benchmark(%') and id <> connection_id()`,
};

describe.each(await engineVersions())("streams and signals on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let session: Session;
  let watcher: Session;
  const connect = (more: object = {}) => engine.driver.connect({ ...server.administrator("home"), applicationName: "long", ...more });
  const usable = async () => expect(await session.all(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  const busy = async () => (await watcher.all(running[name])).length;

  beforeAll(async () => {
    server = await startServer(version);
    await using administrator = await engine.driver.connect(server.administrator());
    await administrator.run(sql`create database home`);
    watcher = await connect({ applicationName: "watcher" });
    session = await connect();
  });
  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await watcher?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  test("2,000,000 rows pass through a process of 64 MB", async () => {
    const directory = await compileDrivers();
    const script = `
      import { ${name}Driver as driver } from "./drivers/${name}/driver.js";
      import { sql } from "./foundation/sql.js";
      const session = await driver.connect(${JSON.stringify(server.administrator("home"))});
      let count = 0;
      let sum = 0;
      let largest = 0;
      for await (const rows of session.stream(sql\`${name === "postgres" ? "select n, repeat('x', 100) as filling from generate_series(1, 2000000) as g (n)" : "select seq as n, repeat('x', 100) as filling from seq_1_to_2000000"}\`, { batchRows: 1000 })) {
        count += rows.length;
        largest = Math.max(largest, rows.length);
        for (const { n } of rows) sum += n;
      }
      await session[Symbol.asyncDispose]();
      console.log(JSON.stringify({ count, sum, largest }));`;
    await writeFile(join(directory, "main.js"), script);
    const { stdout } = await runFile(process.execPath, ["--max-old-space-size=64", join(directory, "main.js")], { timeout: 150_000 });
    await rm(directory, { recursive: true, force: true });
    expect(JSON.parse(stdout)).toEqual({ count: 2_000_000, sum: 2_000_001_000_000, largest: 1_000 });
  });

  test.each([0, 1, 999, 1_000, 1_001, 2_500])("%i rows come in order, in batches of at most 1,000", async (rows) => {
    const seen: number[] = [];
    for await (const batch of session.stream<{ n: number }>(countTo[name](rows), { batchRows: 1_000 })) {
      expect(batch.length).toBeLessThanOrEqual(1_000);
      seen.push(...batch.map(({ n }) => n));
    }
    expect(seen).toEqual(Array.from({ length: rows }, (_, at) => at + 1));
    await usable();
  });

  test("leaving early ends the statement on the server and leaves the session usable", async () => {
    for (let round = 0; round < 5; round++) {
      for await (const rows of session.stream(countTo[name](2_000_000), { batchRows: 10 })) {
        expect(rows).toHaveLength(10);
        break;
      }
      await usable();
      expect(await busy()).toBe(0);
    }
  });

  test("an error in the middle of a loop leaves the session usable", async () => {
    const loop = async () => {
      for await (const rows of session.stream(countTo[name](5_000), { batchRows: 100 })) throw new Error(`stop at ${rows.length}`);
    };
    await expect(loop()).rejects.toThrow("stop at 100");
    await usable();
  });

  test("a stream of a wrong statement fails like any other", async () => {
    const loop = async (statement: Sql) => {
      for await (const rows of session.stream(statement, { batchRows: 10 })) expect(rows).toEqual([]);
    };
    await expect(loop(sql`select nothing_here from nowhere`)).rejects.toMatchObject({ code: "RH-SQL-002" });
    await expect(loop(sql`select * from nowhere where a = ${1}`)).rejects.toMatchObject({ code: "RH-SQL-002" });
    await usable();
  });

  test("a stream within a transaction ends with the transaction open", async () => {
    await session.begin();
    for await (const rows of session.stream(countTo[name](100), { batchRows: 10 })) {
      expect(rows).toHaveLength(10);
      break;
    }
    await session.run(sql`create table if not exists kept (id integer)`);
    await session.commit();
    expect(await session.all(sql`select id from kept`)).toEqual([]);
  });

  test("a slow reader is no slow statement: the deadline is each batch's", async () => {
    await using hasty = await connect({ statementTimeoutMs: 400 });
    let count = 0;
    for await (const rows of hasty.stream(countTo[name](400_000), { batchRows: 100_000 })) {
      count += rows.length;
      await systemClock.sleep(300);
    }
    expect(count).toBe(400_000);
  });

  test("a connection that is lost ends the stream, and a silent one does at its deadline", async () => {
    for (const how of ["lost", "silent"] as const) {
      const relay = await relayTo(server.place.port);
      await using own = await connectTo(relay.port);
      const loop = async () => {
        for await (const rows of own.stream(countTo[name](2_000_000), { batchRows: 1_000 })) {
          if (rows.length === 1_000 && how === "silent") relay.fallSilent();
          else await relay[Symbol.asyncDispose]();
        }
      };
      await expect(loop()).rejects.toMatchObject({ code: how === "lost" ? "RH-CONN-003" : "RH-TIME-001" });
      await relay[Symbol.asyncDispose]();
    }
  });

  test("a signal ends a statement on the server, and the promise rejects with its reason", async () => {
    const reason = new Error("the caller has gone");
    for (const work of [
      (signal: AbortSignal) => session.all(waitOf[name](60), { signal }),
      (signal: AbortSignal) => session.run(waitOf[name](60), { signal }),
    ]) {
      const controller = new AbortController();
      const promise = work(controller.signal);
      promise.catch(() => undefined);
      await expect.poll(busy, { timeout: 10_000 }).toBe(1);
      controller.abort(reason);
      await expect(promise).rejects.toBe(reason);
      await expect.poll(busy, { timeout: 10_000 }).toBe(0);
      await usable();
    }
  });

  test("a signal that is aborted already sends nothing", async () => {
    const reason = new Error("too late");
    await expect(session.all(sql`create table never_made (id integer)`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(session.all(sql`select id from never_made`)).rejects.toMatchObject({ code: "RH-SQL-002" });
  });

  test("a signal ends a stream between two batches and in one", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const loop = async () => {
      for await (const rows of session.stream(countTo[name](2_000_000), { batchRows: 1_000, signal: controller.signal })) {
        if (rows.length > 0) controller.abort(reason);
      }
    };
    await expect(loop()).rejects.toBe(reason);
    await expect.poll(busy, { timeout: 10_000 }).toBe(0);
    await usable();
  });

  test("an abort just as statements end never hits the next one: 200 races", async () => {
    await using pool = engine.driver.pool({ ...server.administrator("home"), limit: 2 });
    const strays: unknown[] = [];
    for (let round = 0; round < 200; round++) {
      const controller = new AbortController();
      const first = pool.all(sql`select ${round} as n`, { signal: controller.signal }).catch((thrown: unknown) => thrown);
      await systemClock.sleep(round % 4);
      controller.abort(new Error("raced"));
      await first;
      await pool.all(sql`select 1 as one`).catch((thrown: unknown) => strays.push(thrown));
    }
    expect(strays).toEqual([]);
  });

  test("an aborted statement of a transaction leaves nothing of it behind", async () => {
    await using pool = engine.driver.pool({ ...server.administrator("home"), limit: 1 });
    const controller = new AbortController();
    const work = async () => {
      await using own = await pool.session();
      await own.begin();
      await own.run(sql`insert into kept (id) values (1)`);
      setTimeout(() => controller.abort(), 100);
      await own.all(waitOf[name](60), { signal: controller.signal });
    };
    const thrown: unknown = await work().catch((reason: unknown) => reason);
    expect(isProblem(thrown)).toBe(false);
    expect(await pool.all(sql`select id from kept`)).toEqual([]);
  });

  /** Over TCP, as the administrator made for it. */
  async function connectTo(port: number): Promise<Session> {
    const make: Record<EngineName, readonly Sql[]> = {
      postgres: [sql`create role far login password 'far-pass'`],
      mariadb: [sql`create user if not exists far@'127.0.0.1' identified by 'far-pass'`, sql`grant all on home.* to far@'127.0.0.1'`],
    };
    for (const statement of make[name]) await watcher.run(statement).catch((thrown) => isProblem(thrown, "RH-SQL-004") || Promise.reject(thrown));
    return engine.driver.connect({
      host: "127.0.0.1",
      port,
      database: "home",
      user: "far",
      password: new Secret("far-pass"),
      applicationName: "far",
      statementTimeoutMs: 1_000,
    });
  }
});

/** The drivers and what is below them as JavaScript, for a process of its own. */
async function compileDrivers(): Promise<string> {
  const directory = await mkdtemp("/tmp/rowhouse-drivers-");
  const compilerOptions = { outDir: directory, rootDir: join(root, "src"), noCheck: true, declaration: false, sourceMap: false, types: [] };
  const include = ["drivers", "platform", "foundation"].map((layer) => join(root, "src", layer));
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include }));
  await writeFile(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  await symlink(join(root, "node_modules"), join(directory, "node_modules"));
  await runFile(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", directory]);
  return directory;
}
