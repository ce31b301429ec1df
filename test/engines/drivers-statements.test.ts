// Statements that come again and are remembered by their connection, and statements that are a transaction by themselves.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Pool, PoolOptions, Session } from "../../src/drivers/driver.ts";
import { transaction, wholeStatement } from "../../src/drivers/transaction.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { isProblem } from "../../src/foundation/problem.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";
import { relayTo } from "../support/wire.ts";

const logins: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`create role plain login password 'plain-pass'`],
  mariadb: [sql`create user plain@'127.0.0.1' identified by 'plain-pass'`],
};
const grants: Record<EngineName, (table: string) => Sql> = {
  postgres: (table) => sql`grant all on ${sql.id(table)} to plain`,
  mariadb: (table) => sql`grant all on ${sql.id("home", table)} to plain@'127.0.0.1'`,
};
const prepared: Record<EngineName, Sql> = {
  postgres: sql`select count(*) as total from pg_prepared_statements`,
  mariadb: sql`select cast(variable_value as integer) as total from information_schema.session_status where variable_name = 'PREPARED_STMT_COUNT'`,
};

interface Mark {
  readonly id: number;
  readonly note?: string;
}

/** Adds a mark and its copy, in one transaction and one statement. */
const both: Record<EngineName, (mark: Mark) => Sql> = {
  postgres: ({ id, note = "" }) => sql`
    with made as (insert into marks (id, note) select ${id}::integer, ${note}::text returning id),
    copied as (insert into copies (id) select id from made)
    select id from made`,
  mariadb: ({ id, note = "" }) => sql`
    begin not atomic
      declare exit handler for sqlexception begin rollback; resignal; end;
      start transaction;
      insert into marks (id, note) values (${id}, ${note}) returning id;
      insert into copies (id) values (${id});
      commit;
    end`,
};
const openTransactions: Record<EngineName, Sql> = {
  postgres: sql`select pid from pg_stat_activity where application_name = 'pooled' and state like 'idle in transaction%'`,
  mariadb: sql`select trx_id from information_schema.innodb_trx`,
};

describe.each(await engineVersions())("statements on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let watcher: Session;
  const open = (more: Partial<PoolOptions> = {}): Pool =>
    engine.driver.pool({ ...server.administrator("home"), applicationName: "pooled", limit: 1, rememberedStatements: 5, ...more });
  /** Over the loopback, where a relay can be. */
  const plain = (port: number) => ({ host: "127.0.0.1", port, user: "plain", password: new Secret("plain-pass") });
  const codeOf = async (work: Promise<unknown>) => {
    const thrown: unknown = await work.then(
      () => "nothing was thrown",
      (reason: unknown) => reason,
    );
    return isProblem(thrown) ? thrown.code : thrown;
  };
  const marks = async () =>
    (await watcher.all<{ id: number }>(sql`select marks.id from marks left join copies on copies.id = marks.id order by marks.id`)).map(
      ({ id }) => id,
    );
  const copies = async () => (await watcher.all<{ id: number }>(sql`select id from copies order by id`)).map(({ id }) => id);

  beforeAll(async () => {
    server = await startServer(version);
    await using administrator = await engine.driver.connect(server.administrator());
    await administrator.run(sql`create database home`);
    watcher = await engine.driver.connect(server.administrator("home"));
    for (const statement of logins[name]) await watcher.run(statement);
    await watcher.run(sql`create table marks (id integer primary key, note text)`);
    await watcher.run(sql`create table copies (id integer primary key)`);
    await watcher.run(sql`create table notes (id integer primary key, note varchar(20))`);
    for (const table of ["marks", "copies"]) await watcher.run(grants[name](table));
    await watcher.run(sql`insert into notes (id, note) values (1, 'one'), (2, 'two')`);
  });
  afterAll(async () => {
    await watcher?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  describe("that come again", () => {
    const note = (id: number) => sql`select note from notes where id = ${id}`;

    test("answer each time with what was asked then", async () => {
      await using pool = open();
      for (let round = 0; round < 4; round++) {
        expect(await pool.all(note(1))).toEqual([{ note: "one" }]);
        expect(await pool.all(note(2))).toEqual([{ note: "two" }]);
        expect(await pool.all(note(3))).toEqual([]);
      }
      await using session = await pool.session();
      expect(await session.all(prepared[name])).not.toEqual([{ total: 0 }]);
    });

    test("are forgotten again when there are too many, and answer all the same", async () => {
      await using pool = open();
      for (let round = 0; round < 3; round++) {
        for (let column = 0; column < 20; column++) {
          const statement = sql`select ${column} as ${sql.id(`column_${column}`)}, note from notes where id = ${1}`;
          expect(await pool.all(statement)).toMatchObject([{ note: "one" }]);
        }
      }
      await using session = await pool.session();
      const [row] = await session.all<{ total: number }>(prepared[name]);
      expect(row?.total).toBeLessThanOrEqual(name === "postgres" ? 5 : 256);
    });

    test("fail each time with what is wrong then, and the session goes on", async () => {
      await using pool = open();
      const add = (id: number) => sql`insert into marks (id) values (${id})`;
      for (let round = 0; round < 3; round++) {
        expect(await codeOf(pool.run(add(1_000)))).toBe(round === 0 ? "nothing was thrown" : "RH-DATA-001");
        expect(await codeOf(pool.all(sql`select nothing_here from notes where id = ${1}`))).toBe("RH-SQL-002");
        expect(await pool.all(note(1))).toEqual([{ note: "one" }]);
      }
      await watcher.run(sql`delete from marks`);
    });

    test("answer when a column has another type than before (TRAP-26), in a transaction too", async () => {
      await using pool = open();
      for (let round = 0; round < 3; round++) expect(await pool.all(note(1))).toEqual([{ note: "one" }]);
      await watcher.run(name === "postgres" ? sql`alter table notes alter column note type text` : sql`alter table notes modify note text`);
      expect(await pool.all(note(1))).toEqual([{ note: "one" }]);
      expect(await pool.all(note(2))).toEqual([{ note: "two" }]);
      await watcher.run(
        name === "postgres" ? sql`alter table notes alter column note type varchar(30)` : sql`alter table notes modify note varchar(30)`,
      );
      const read = await transaction(pool, async (session) => {
        await session.run(sql`insert into marks (id) values (${2_000})`);
        return session.all(note(2));
      });
      expect(read).toEqual([{ note: "two" }]);
      expect(await marks()).toEqual([2_000]);
      await watcher.run(sql`delete from marks`);
    });

    test("answer when somebody made the session forget them", async () => {
      await using pool = open();
      for (let round = 0; round < 3; round++) await pool.all(note(1));
      if (name === "postgres") await pool.run(sql`deallocate all`);
      expect(await pool.all(note(1))).toEqual([{ note: "one" }]);
    });
  });

  describe("that are a transaction", () => {
    const clean = async () => {
      await watcher.run(sql`delete from marks`);
      await watcher.run(sql`delete from copies`);
    };

    test("write all they should, and give their rows", async () => {
      await using pool = open();
      for (const id of [1, 2, 3]) expect(await wholeStatement(pool, both[name]({ id }))).toEqual([{ id }]);
      expect([await marks(), await copies()]).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
      await clean();
    });

    test("write nothing when their second half fails, and the session is free of them", async () => {
      await using pool = open();
      await watcher.run(sql`insert into copies (id) values (1)`);
      expect(await codeOf(wholeStatement(pool, both[name]({ id: 1 })))).toBe("RH-DATA-001");
      expect(await marks()).toEqual([]);
      expect(await wholeStatement(pool, both[name]({ id: 2 }))).toEqual([{ id: 2 }]);
      expect(await marks()).toEqual([2]);
      await clean();
    });

    test("are RH-CONN-004 when the server ends them at the deadline, which may come with the commit, and leave no transaction open", async () => {
      await using holder = await engine.driver.connect(server.administrator("home"));
      await using pool = open({ statementTimeoutMs: 400 });
      await holder.begin();
      await holder.run(sql`insert into copies (id) values (1)`);
      expect(await codeOf(wholeStatement(pool, both[name]({ id: 1 })))).toBe("RH-CONN-004");
      await holder.rollback();
      expect(await watcher.all(openTransactions[name])).toEqual([]);
      expect([await marks(), await copies()]).toEqual([[], []]);
      expect(await wholeStatement(pool, both[name]({ id: 1 }))).toEqual([{ id: 1 }]);
      await clean();
    });

    test.each(["before", "after"] as const)("that are cut %s the server has them are RH-CONN-004, whole or not there", async (when) => {
      await using relay = await relayTo(server.place.port);
      await using pool = open({ ...plain(relay.port) });
      for (const id of [1, 2]) await wholeStatement(pool, both[name]({ id }));
      relay.cutAt("cut here", when);
      expect(await codeOf(wholeStatement(pool, both[name]({ id: 3, note: "cut here" })))).toBe("RH-CONN-004");
      await expect.poll(marks, { timeout: 10_000 }).toEqual(when === "before" ? [1, 2] : [1, 2, 3]);
      expect(await copies()).toEqual(await marks());
      await clean();
    });

    test("that are given up on this side are RH-CONN-004 too", async () => {
      await using relay = await relayTo(server.place.port);
      await using pool = open({ ...plain(relay.port), statementTimeoutMs: 200 });
      await wholeStatement(pool, both[name]({ id: 1 }));
      relay.fallSilent();
      expect(await codeOf(wholeStatement(pool, both[name]({ id: 2 })))).toBe("RH-CONN-004");
      await clean();
    });

    test("that find no connection are not unknown: nothing was sent", async () => {
      await using pool = open({ acquireTimeoutMs: 200 });
      await using _held = await pool.session();
      expect(await codeOf(wholeStatement(pool, both[name]({ id: 1 })))).toBe("RH-CONN-007");
    });
  });
});
