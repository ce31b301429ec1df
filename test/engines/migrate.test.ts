// Migrations: up from nothing, again without effect, refused when changed or unknown, mended and resumed, killed after every
// statement, run twice at once; and the same catalogue on both engines.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import type { Engine } from "../../src/engines/engine.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { isProblem, type Problem } from "../../src/foundation/problem.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { schemaVersion } from "../../src/app/migrations/version.ts";
import { bundledMigrations, type Migration, migrate, readMigrations } from "../../src/operations/stack/migrate.ts";
import { catalogueOf, columnsOf, plainColumns } from "../support/catalogue.ts";
import { type EngineVersion, engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

const versions = await engineVersions();

/** The chapter's tables of 13.7, in its order; `project_id` and `assigned_to` come in 13.7 and 13.8. */
const chapter = [
  ["tasks", "id", "integer", "not null", "counted"],
  ["tasks", "title", "text of 200", "not null", null],
  ["tasks", "description", "text", "null", null],
  ["tasks", "status", "text of 20", "not null", "pending"],
  ["tasks", "priority", "integer", "null", "0"],
  ["tasks", "is_active", "boolean", "null", "true"],
  ["tasks", "due_date", "moment", "null", null],
  ["tasks", "created_at", "moment", "null", "now"],
  ["tasks", "project_id", "integer", "null", null],
  ["tasks", "assigned_to", "text of 100", "null", null],
  ["projects", "id", "integer", "not null", "counted"],
  ["projects", "name", "text of 100", "not null", null],
  ["projects", "created_at", "moment", "null", "now"],
];

/** The engine with sessions that the server ends after the statement of that number, unless there are fewer. */
function killing({
  engine,
  server,
  after,
}: {
  readonly engine: Engine;
  readonly server: TestServer;
  readonly after: number;
}): Engine & { isKilled(): boolean } {
  const kill: Record<string, (id: number) => Sql> = {
    postgres: (id) => sql`select pg_terminate_backend(${id})`,
    mariadb: (id) => sql`kill connection ${id}`,
  };
  const own: Record<string, Sql> = { postgres: sql`select pg_backend_pid() as id`, mariadb: sql`select connection_id() as id` };
  let count = 0;
  const connect: Engine["driver"]["connect"] = async (options) => {
    const session = await engine.driver.connect(options);
    const [row] = await session.all<{ id: number }>(own[engine.name] ?? sql``);
    const run: Session["run"] = async (statement, how) => {
      const changed = await session.run(statement, how);
      if (++count !== after) return changed;
      await using administrator = await engine.driver.connect(server.administrator());
      await administrator.run((kill[engine.name] as (id: number) => Sql)(row?.id ?? 0));
      return changed;
    };
    return {
      run,
      all: (statement, how) => session.all(statement, how),
      stream: (statement, how) => session.stream(statement, how),
      begin: (kind) => session.begin(kind),
      commit: () => session.commit(),
      rollback: () => session.rollback(),
      whole: (statement) => session.whole(statement),
      interrupt: () => session.interrupt(),
      isUsable: () => session.isUsable(),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  };
  return { ...engine, driver: { ...engine.driver, connect }, isKilled: () => count >= after };
}

describe.each(versions)("migrations on $title", (version: EngineVersion) => {
  const { engine, name } = version;
  let server: TestServer;
  let migrations: readonly Migration[];
  let directory: string;
  let reference: Awaited<ReturnType<typeof catalogueOf>>;
  let databases = 0;

  beforeAll(async () => {
    server = await startServer(version);
    directory = await mkdtemp("/tmp/rowhouse-migrations-");
    migrations = await bundledMigrations(engine);
    const database = await freshDatabase();
    await up(database);
    reference = await within(database, (session) => catalogueOf(session, name));
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  async function freshDatabase(): Promise<string> {
    const database = `fresh_${++databases}`;
    const [schema] = engine.access.stepsTable(database);
    await using administrator = await engine.driver.connect(server.administrator());
    await administrator.run(sql`create database ${sql.id(database)}`);
    if (name === "mariadb") await administrator.run(sql`create database ${sql.id(schema)}`);
    else await within(database, (session) => session.run(sql`create schema ${sql.id(schema)}`));
    return database;
  }
  async function within<T>(database: string, work: (session: Session) => Promise<T>): Promise<T> {
    await using session = await engine.driver.connect(server.administrator(database));
    return await work(session);
  }
  const up = (database: string, more: { readonly engine?: Engine; readonly migrations?: readonly Migration[] } = {}) =>
    migrate(testContext, { engine, owner: server.administrator(database), migrations, ...more });
  const steps = (database: string) =>
    within(database, (session) =>
      session.all(sql`select version, step, steps, state from ${sql.id(...engine.access.stepsTable(database))} order by version`),
    );
  const problemOf = async (work: Promise<unknown>): Promise<Problem> => {
    const thrown: unknown = await work.catch((reason: unknown) => reason);
    if (!isProblem(thrown)) throw new Error(`no problem was thrown: ${String(thrown)}`);
    return thrown;
  };
  /** Migrations of the test's own: the script of each, by number. */
  const written = async (...scripts: readonly string[]) => {
    await rm(directory, { recursive: true, force: true });
    const own = await mkdtemp("/tmp/rowhouse-migrations-");
    directory = own;
    for (const [index, script] of scripts.entries()) await writeFile(join(own, `000${index + 1}-step.sql`), script);
    return readMigrations(own);
  };

  test("there are as many migrations as the application was written for", () => {
    expect(migrations).toHaveLength(schemaVersion);
  });

  test("up from nothing is recorded, and a second run does nothing", async () => {
    const database = await freshDatabase();
    expect((await up(database)).seen).toBe(`schema at version ${migrations.length}, ${migrations.length} applied`);
    const first = await steps(database);
    expect(first).toEqual(
      migrations.map(({ version: number, statements }) => ({ version: number, step: statements.length, steps: statements.length, state: "done" })),
    );
    expect((await up(database)).seen).toBe(`schema at version ${migrations.length}, nothing to do`);
    expect(await steps(database)).toEqual(first);
    expect(await within(database, (session) => catalogueOf(session, name))).toEqual(reference);
  });

  test("the chapter's columns are there, in its order, with its defaults (E3)", async () => {
    const columns = await within("fresh_1", (session) => plainColumns(session, name));
    for (const table of ["tasks", "projects"]) {
      const wanted = chapter.filter(([tab]) => tab === table);
      expect(columns.filter(([tab, col]) => tab === table && wanted.some(([, known]) => known === col))).toEqual(wanted);
    }
  });

  test("a migration that was applied and has changed is RH-MIG-001, and nothing runs", async () => {
    const database = await freshDatabase();
    await up(database, { migrations: await written("create table a (id integer);") });
    const changed = await written("create table a (id integer); -- harmless", "create table b (id integer);");
    expect((await problemOf(up(database, { migrations: changed }))).code).toBe("RH-MIG-001");
    expect((await problemOf(within(database, (session) => session.run(sql`select id from b`)))).code).toBe("RH-SQL-002");
  });

  test("a database that is newer than the program is RH-MIG-003", async () => {
    const database = await freshDatabase();
    await up(database, { migrations: await written("create table a (id integer);", "create table b (id integer);") });
    const problem = await problemOf(up(database, { migrations: await written("create table a (id integer);") }));
    expect(problem).toMatchObject({ code: "RH-MIG-003", message: "the database is at version 2, this program knows up to 1" });
  });

  test("files that are misnamed or leave a gap are RH-MIG-001, a script that reads two ways is RH-SQL-001", async () => {
    await written("select 1;");
    for (const wrong of ["0003-gap.sql", "2-short.sql", "0002_underscore.sql", "0002-Upper.sql", "0001-twice.sql"]) {
      await writeFile(join(directory, wrong), "select 1;");
      expect((await problemOf(readMigrations(directory))).code).toBe("RH-MIG-001");
      await rm(join(directory, wrong));
    }
    await writeFile(join(directory, "0002-ambiguous.sql"), "select 'a\\';");
    expect((await problemOf(readMigrations(directory))).code).toBe("RH-SQL-001");
  });

  test("a failing statement is RH-MIG-002 with its number: all or nothing, or resumed once it is mended", async () => {
    const database = await freshDatabase();
    const broken = [
      "create table a (id integer);",
      "create table b (id integer); insert into a values (1); insert into a values ('many'); create table c (id integer);",
    ];
    const mended = [broken[0] ?? "", (broken[1] ?? "").replace("'many'", "2")];
    const problem = await problemOf(up(database, { migrations: await written(...broken) }));
    expect(problem.code).toBe("RH-MIG-002");
    expect(problem.message).toMatch(/^migration 2 \(step\) failed at step 3 of 4: /);
    const left: Record<EngineName, { readonly rows: readonly unknown[]; readonly steps: readonly unknown[] }> = {
      postgres: { rows: [], steps: [{ version: 1, step: 1, steps: 1, state: "done" }] },
      mariadb: {
        rows: [{ id: 1 }],
        steps: [
          { version: 1, step: 1, steps: 1, state: "done" },
          { version: 2, step: 2, steps: 4, state: "running" },
        ],
      },
    };
    expect(await within(database, (session) => session.all(sql`select id from a`))).toEqual(left[name].rows);
    expect(await steps(database)).toEqual(left[name].steps);
    const otherPast = [broken[0] ?? "", (mended[1] ?? "").replace("values (1)", "values (7)")];
    if (!engine.facts.transactionalDdl) expect((await problemOf(up(database, { migrations: await written(...otherPast) }))).code).toBe("RH-MIG-001");
    await up(database, { migrations: await written(...mended) });
    expect(await within(database, (session) => session.all(sql`select id from a order by id`))).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await within(database, (session) => session.all(sql`select id from c`))).toEqual([]);
    expect(await steps(database)).toMatchObject([{ state: "done" }, { state: "done", step: 4, steps: 4 }]);
    expect((await up(database, { migrations: await written(...mended) })).seen).toMatch(/nothing to do/);
  });

  test("killed after every statement in turn, the next run ends with the catalogue of a run never killed", async () => {
    let kills = 0;
    const columnCount = async (database: string) => (await within(database, (session) => session.all(columnsOf[name]))).length;
    const wholes = [0]; // columns after each migration: with transactional DDL a kill leaves one of these
    for (let count = 1; count <= migrations.length; count++) {
      const database = await freshDatabase();
      await up(database, { migrations: migrations.slice(0, count) });
      wholes.push(await columnCount(database));
    }
    for (let after = 1; ; after++) {
      const database = await freshDatabase();
      const deadly = killing({ engine, server, after });
      const outcome = await up(database, { engine: deadly }).catch((thrown: unknown) => thrown);
      if (!deadly.isKilled()) break;
      kills++;
      if (outcome instanceof Error) expect(isProblem(outcome), outcome.message).toBe(true);
      if (isProblem(outcome)) expect(["RH-CONN-003", "RH-MIG-002", "RH-LOCK-001"]).toContain(outcome.code); // the last while it waits for the lock
      if (engine.facts.transactionalDdl && isProblem(outcome)) {
        expect(wholes).toContain(await columnCount(database));
      }
      await up(database);
      expect(await within(database, (session) => catalogueOf(session, name))).toEqual(reference);
      expect(await steps(database)).toMatchObject(migrations.map(() => ({ state: "done" })));
    }
    expect(kills).toBeGreaterThanOrEqual(migrations.reduce((sum, { statements }) => sum + statements.length, 0) + 1);
  });

  test("two runners at once: one waits, both succeed, each migration is applied once", async () => {
    for (let round = 0; round < 5; round++) {
      const database = await freshDatabase();
      const seen = (await Promise.all([up(database), up(database), up(database)])).map((evidence) => evidence.seen.replace(/.*, /, ""));
      expect(seen.toSorted()).toEqual([`${migrations.length} applied`, "nothing to do", "nothing to do"]);
      expect(await within(database, (session) => catalogueOf(session, name))).toEqual(reference);
    }
  });

  test("where DDL commits by itself every statement may be repeated", async () => {
    const database = await freshDatabase();
    const again = engine.facts.transactionalDdl ? [] : migrations.flatMap(({ statements }) => statements);
    await up(database);
    for (const statement of again) await within(database, (session) => session.run(sql.script(statement)));
    expect(await within(database, (session) => catalogueOf(session, name))).toEqual(reference);
  });
});

describe("migrations of both engines", () => {
  test("end with the same tables, columns, types, defaults, indexes and constraints", async () => {
    const plain = await Promise.all(
      versions.map(async (version) => {
        await using server = await startServer(version);
        const { engine, name } = version;
        await using first = await engine.driver.connect(server.administrator());
        const [schema] = engine.access.stepsTable("taskdb");
        await first.run(sql`create database taskdb`);
        if (name === "mariadb") await first.run(sql`create database ${sql.id(schema)}`);
        await using session = await engine.driver.connect(server.administrator("taskdb"));
        if (name === "postgres") await session.run(sql`create schema ${sql.id(schema)}`);
        await migrate(testContext, { engine, owner: server.administrator("taskdb"), migrations: await bundledMigrations(engine) });
        const { constraints = [], indexes } = await catalogueOf(session, name);
        const named = (constraints as readonly { tab: string; name: string; kind: string }[]).filter(({ name: own }) => own.includes("_"));
        return { columns: await plainColumns(session, name), indexes, constraints: named.map(({ tab, name: own, kind }) => ({ tab, own, kind })) };
      }),
    );
    for (const other of plain.slice(1)) expect(other).toEqual(plain[0]);
    expect(JSON.stringify(plain)).not.toContain("not in the map");
    expect(plain[0]?.columns.length).toBeGreaterThanOrEqual(chapter.length);
  });
});
