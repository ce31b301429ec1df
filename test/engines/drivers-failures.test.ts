// One code for the same fault on both engines: what a statement can fail with.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Pool, Session } from "../../src/drivers/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import type { ProblemCode } from "../../src/foundation/problems.ts";
import { isProblem } from "../../src/foundation/problem.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { type Sql, sql, sqlText } from "../../src/foundation/sql.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";

const textOf: Record<EngineName, (value: string) => Sql> = {
  postgres: (value) => sql`select ${value}::text`,
  mariadb: (value) => sql`select ${value}`,
};

const waitOf: Record<EngineName, (seconds: number) => Sql> = {
  postgres: (seconds) => sql`select pg_sleep(${seconds})`,
  mariadb: (seconds) => sql`select sleep(${seconds})`,
};

/** What has no statement in common. */
const own: Record<EngineName, readonly { readonly code: ProblemCode; readonly statement: Sql }[]> = {
  postgres: [
    { code: "RH-DATA-005", statement: sql`select 1 / 0` },
    { code: "RH-DATA-005", statement: sql`select ${"pear"}::integer` },
    { code: "RH-SQL-002", statement: sql`drop role nobody_here` },
    { code: "RH-SQL-002", statement: sql`set nonsense_setting = 1` },
    { code: "RH-SQL-002", statement: sql`select * from nowhere.t` },
    { code: "RH-SQL-004", statement: sql`create schema public` },
    { code: "RH-SQL-004", statement: sql`create role postgres` },
  ],
  mariadb: [
    { code: "RH-DATA-005", statement: sql`insert into parent (id, amount) values (5, 1 / 0)` },
    { code: "RH-SQL-002", statement: sql`drop user nobody_here` },
    { code: "RH-SQL-002", statement: sql`alter user nobody_here identified by 'x'` },
    { code: "RH-SQL-002", statement: sql`set nonsense_setting = 1` },
    { code: "RH-SQL-002", statement: sql`select * from nowhere.t` },
    { code: "RH-SQL-004", statement: sql`create user root@localhost` },
    { code: "RH-SQL-002", statement: sql`alter table parent drop column nonsense` },
  ],
};

const failures: readonly { readonly title: string; readonly code: ProblemCode; readonly statement: Sql }[] = [
  { title: "a primary key twice", code: "RH-DATA-001", statement: sql`insert into parent (id) values (1)` },
  { title: "a unique value twice", code: "RH-DATA-001", statement: sql`insert into parent (id, name) values (2, ${"one"})` },
  { title: "a reference to nothing", code: "RH-DATA-002", statement: sql`insert into child (id, parent_id) values (9, 99)` },
  { title: "deleting what is referred to", code: "RH-DATA-002", statement: sql`delete from parent where id = 1` },
  { title: "a value that a check refuses", code: "RH-DATA-003", statement: sql`insert into parent (id, amount) values (3, -1)` },
  { title: "NULL where a value must be", code: "RH-DATA-004", statement: sql`insert into child (id, parent_id) values (2, ${null})` },
  { title: "a column without default left out", code: "RH-DATA-004", statement: sql`insert into child (id) values (2)` },
  { title: "a text that is too long", code: "RH-DATA-005", statement: sql`insert into parent (id, name) values (4, ${"x".repeat(21)})` },
  { title: "a number over the column's range", code: "RH-DATA-005", statement: sql`insert into parent (id, amount) values (4, ${2 ** 31})` },
  { title: "a word for a number", code: "RH-DATA-005", statement: sql`insert into parent (id, amount) values (4, ${"many"})` },
  { title: "a day that does not exist", code: "RH-DATA-005", statement: sql`insert into parent (id, day) values (4, ${"2025-02-30"})` },
  { title: "a statement that is none", code: "RH-SQL-001", statement: sql`selec 1` },
  { title: "two statements in one", code: "RH-SQL-001", statement: sql`select 1; select 2` },
  { title: "two statements in one with a value", code: "RH-SQL-001", statement: sql`select ${1}; delete from child` },
  { title: "a table that is not there", code: "RH-SQL-002", statement: sql`select a from nothing_here` },
  { title: "a column that is not there", code: "RH-SQL-002", statement: sql`select nothing_here from parent` },
  { title: "a function that is not there", code: "RH-SQL-002", statement: sql`select nothing_here(1)` },
  { title: "dropping a table that is not there", code: "RH-SQL-002", statement: sql`drop table nothing_here` },
  { title: "dropping a database that is not there", code: "RH-SQL-002", statement: sql`drop database nothing_here` },
  { title: "a table that is there already", code: "RH-SQL-004", statement: sql`create table parent (id integer)` },
  { title: "a column that is there already", code: "RH-SQL-004", statement: sql`alter table parent add column name integer` },
  { title: "an index that is there already", code: "RH-SQL-004", statement: sql`create index by_name on parent (name)` },
  { title: "a database that is there already", code: "RH-SQL-004", statement: sql`create database taken` },
];

describe.each(await engineVersions())("failures on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let session: Session;
  const connect = (more: object = {}) => engine.driver.connect({ ...server.administrator("taken"), ...more });

  beforeAll(async () => {
    server = await startServer(version);
    await using administrator = await engine.driver.connect(server.administrator());
    await administrator.run(sql`create database taken`);
    session = await connect();
    await session.run(sql`
      create table parent (
        id integer primary key,
        name varchar(20) unique,
        amount integer,
        day date,
        constraint chk_amount check (amount >= 0)
      )`);
    await session.run(sql`create index by_name on parent (name)`);
    await session.run(sql`create table child (id integer primary key, parent_id integer not null references parent (id))`);
    await session.run(sql`insert into parent (id, name) values (1, 'one')`);
    await session.run(sql`insert into child (id, parent_id) values (1, 1)`);
  });
  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const codeOf = async (work: Promise<unknown>) => {
    const thrown: unknown = await work.then(
      () => "nothing was thrown",
      (reason: unknown) => reason,
    );
    return isProblem(thrown) ? thrown.code : thrown;
  };
  const usable = async (one: Session) => expect(await one.all(sql`select 1 as one`)).toEqual([{ one: 1 }]);

  test.each(failures)("$title is $code, and the session goes on", async ({ code, statement }) => {
    expect(await codeOf(session.run(statement))).toBe(code);
    await usable(session);
  });

  test.each(own[name])("$statement.parts.0.text is $code", async ({ code, statement }) => {
    expect(await codeOf(session.run(statement))).toBe(code);
    await usable(session);
  });

  test("text with NUL is RH-DATA-005 before it is sent", async () => {
    expect(await codeOf(session.all(textOf[name]("a\0b")))).toBe("RH-DATA-005");
    await usable(session);
  });

  test("of two transactions that wait for each other one is RH-TX-001, and the other commits", async () => {
    await using left = await connect();
    await using right = await connect();
    await session.run(sql`insert into parent (id, amount) values (100, 0), (101, 0)`);
    const add = (one: Session, id: number) => one.run(sql`update parent set amount = amount + 1 where id = ${id}`);
    for (const [one, id] of [
      [left, 100],
      [right, 101],
    ] as const) {
      await one.begin();
      await add(one, id);
    }
    const ends = await Promise.all(
      (
        [
          [left, 101],
          [right, 100],
        ] as const
      ).map(async ([one, id]) => {
        const code = await codeOf(add(one, id));
        await (code === "nothing was thrown" ? one.commit() : one.rollback());
        return code;
      }),
    );
    expect(ends.toSorted()).toEqual(["RH-TX-001", "nothing was thrown"]);
    expect(await session.all(sql`select amount from parent where id in (100, 101)`)).toEqual([{ amount: 1 }, { amount: 1 }]);
  });

  test("a change of what the transaction has read is RH-TX-002", async () => {
    // MariaDB sees it with innodb_snapshot_isolation alone, which is off by default in 10.11.
    const strict: Record<EngineName, readonly Sql[]> = {
      postgres: [sql`set default_transaction_isolation = 'serializable'`],
      mariadb: [sql`set session transaction isolation level repeatable read`, sql`set session innodb_snapshot_isolation = on`],
    };
    await using reader = await connect();
    await session.run(sql`insert into parent (id, amount) values (110, 0)`);
    for (const statement of strict[name]) await reader.run(statement);
    await reader.begin();
    await reader.all(sql`select amount from parent where id = 110`);
    await session.run(sql`update parent set amount = 5 where id = 110`);
    expect(await codeOf(reader.run(sql`update parent set amount = amount + 1 where id = 110`))).toBe("RH-TX-002");
    await reader.rollback();
    expect(await reader.all(sql`select amount from parent where id = 110`)).toEqual([{ amount: 5 }]);
  });

  test("a lock that is not granted within lockTimeoutMs is RH-TX-003", async () => {
    await using holder = await connect();
    await using waiter = await connect({ lockTimeoutMs: 1_000 });
    await holder.begin();
    await holder.run(sql`update parent set name = 'held' where id = 1`);
    expect(await codeOf(waiter.run(sql`update parent set name = 'mine' where id = 1`))).toBe("RH-TX-003");
    await holder.rollback();
    expect(await waiter.run(sql`update parent set name = 'one' where id = 1`)).toBe(1);
  });

  test("a statement over its deadline is RH-TIME-001, ended by the server, and the session goes on", async () => {
    await using hasty = await connect({ statementTimeoutMs: 300 });
    expect(await codeOf(hasty.all(waitOf[name](20)))).toBe("RH-TIME-001");
    await usable(hasty);
  });

  test("writing where only reading is allowed is RH-SRV-001, reading goes on", async () => {
    const reading: Record<EngineName, readonly [Sql, Sql]> = {
      postgres: [sql`alter system set default_transaction_read_only = on`, sql`alter system reset default_transaction_read_only`],
      mariadb: [sql`set global read_only = on`, sql`set global read_only = off`],
    };
    const [on, off] = reading[name];
    const reload = async () => name === "postgres" && (await session.all(sql`select pg_reload_conf()`));
    await plainUser(name, session);
    await using plain = await engine.driver.connect({ ...loginOf("plain"), database: "taken" });
    await session.run(on);
    await reload();
    await expect.poll(() => codeOf(plain.run(sql`insert into parent (id) values (120)`)), { timeout: 10_000 }).toBe("RH-SRV-001");
    await usable(plain);
    await session.run(off);
    await reload();
    await expect.poll(() => codeOf(plain.run(sql`delete from parent where id = 120`)), { timeout: 10_000 }).toBe("nothing was thrown");
    await plain.begin();
    await plain.rollback();
    await using reader = await connect();
    await reader.run(sql`start transaction read only`);
    expect(await codeOf(reader.run(sql`insert into parent (id) values (121)`))).toBe("RH-SRV-001");
  });

  test("what the login may not do is RH-AUTH-003, and a file outside the allowed directory is not a read-only server", async () => {
    const forbidden: Record<EngineName, readonly Sql[]> = {
      postgres: [
        sql`create schema mine`, // a table in schema public is refused from PostgreSQL 15 on only
        sql`create role mine`,
        sql`select pg_read_file('/etc/passwd')`,
        sql`select * from child`,
      ],
      mariadb: [
        sql`create table mine (id integer)`,
        sql`create user mine`,
        sql`load data infile '/etc/passwd' into table parent`,
        sql`select 1 into outfile '/tmp/rowhouse-mine'`,
        sql`set global max_connections = 10`,
        sql`select * from child`,
      ],
    };
    await plainUser(name, session);
    await using plain = await engine.driver.connect({ ...loginOf("plain"), database: "taken" });
    for (const statement of forbidden[name]) expect(await codeOf(plain.run(statement))).toBe("RH-AUTH-003");
    if (name === "mariadb") expect(await codeOf(session.run(sql`load data infile '/etc/passwd' into table parent`))).toBe("RH-AUTH-003");
  });

  test("a transaction in which a statement failed is not reported as committed when it was rolled back", async () => {
    const outcome: Record<EngineName, { readonly code: unknown; readonly rows: number }> = {
      postgres: { code: "RH-SQL-003", rows: 0 }, // the whole transaction is lost with its first failure
      mariadb: { code: "nothing was thrown", rows: 1 }, // only the failed statement is
    };
    await using one = await connect();
    await one.begin();
    await one.run(sql`insert into parent (id) values (130)`);
    await codeOf(one.run(sql`insert into parent (id) values (1)`));
    expect(await codeOf(one.commit())).toBe(outcome[name].code);
    expect(await session.all(sql`select id from parent where id = 130`)).toHaveLength(outcome[name].rows);
  });

  test("a secret is neither in the problem of its statement nor in its text", async () => {
    const secrets = ["hunter2", "it's", "back\\slash"];
    for (const secret of secrets) {
      const statement = sql`create nonsense ${sql.literal(new Secret(secret))} more nonsense`;
      expect(sqlText(statement)).not.toContain(secret);
      const thrown: unknown = await session.run(statement).catch((reason: unknown) => reason);
      expect(isProblem(thrown, "RH-SQL-001")).toBe(true);
      expect([JSON.stringify(thrown), String((thrown as Error).message), String((thrown as Error).cause)].join()).not.toContain(secret);
      expect(String((thrown as Error).message)).not.toContain(Buffer.from(secret).toString("hex"));
    }
  });

  test("500 failing statements leak no connection of the pool", async () => {
    const pool: Pool = engine.driver.pool({ ...server.administrator("taken"), limit: 4 });
    await Promise.all(
      Array.from({ length: 500 }, (_, at) => codeOf(pool.run(at % 2 === 0 ? sql`selec 1` : sql`insert into parent (id) values (1)`))),
    );
    const { open, idle, waiting } = pool.stats();
    expect({ leaked: open - idle, waiting, isWithin: open <= 4 }).toEqual({ leaked: 0, waiting: 0, isWithin: true });
    await pool[Symbol.asyncDispose]();
    expect(pool.stats()).toEqual({ open: 0, idle: 0, waiting: 0 });
  });

  const loginOf = (user: string) => ({
    host: "127.0.0.1",
    port: server.place.port,
    user,
    password: new Secret(`${user}-pass`),
    applicationName: "test",
  });
});

/** A login by password over TCP that may read and write one table. */
async function plainUser(name: EngineName, session: Session): Promise<void> {
  const make: Record<EngineName, readonly Sql[]> = {
    postgres: [
      sql`drop owned by plain`,
      sql`drop role if exists plain`,
      sql`create role plain login password ${sql.literal(new Secret("plain-pass"))}`,
      sql`grant select, insert, update, delete on parent to plain`,
    ],
    mariadb: [
      sql`create or replace user plain@'127.0.0.1' identified by ${sql.literal(new Secret("plain-pass"))}`,
      sql`grant select, insert, update, delete on taken.parent to plain@'127.0.0.1'`,
    ],
  };
  for (const statement of make[name]) await session.run(statement).catch((thrown) => isProblem(thrown, "RH-SQL-002") || Promise.reject(thrown));
}
