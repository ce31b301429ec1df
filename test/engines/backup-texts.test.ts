// Definitions that an engine writes otherwise once it has read them in again: they are the same, and a changed one is not.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { proveBackup } from "../../src/operations/backup/prove.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { takeBackup } from "../support/backup/take.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

/** A varchar that is compared with a list, wherever an expression may stand. */
const statements: Record<EngineName, readonly Sql[]> = {
  postgres: [
    sql`create domain mood as varchar(9) check (value in ('good', 'bad'))`,
    sql`create table t (id int primary key, state varchar(9) default lower('A'::varchar || 'B'), m mood,
      late boolean generated always as (state in ('a', 'b')) stored, constraint known check (state in ('a', 'b', 'ab')))`,
    sql`create index few on t (id) where state in ('a', 'b')`,
    sql`create view v as select id from t where state in ('a', 'b')`,
    sql`create materialized view m as select id from t where state not in ('a', 'b')`,
    sql`create function f() returns trigger language plpgsql as 'begin return new; end'`,
    sql`create trigger g before update on t for each row when (new.state in ('a', 'b')) execute function f()`,
    sql`create rule r as on update to t where new.state in ('a', 'c') do also select 1`,
    sql`create policy p on t using (state in ('a', 'b')) with check (state in ('b', 'c'))`,
    sql`create role texts_reader`,
    sql`grant select (id), update on t to texts_reader`,
    sql`insert into t values (1, 'a', 'good'), (2, 'b', 'bad')`,
  ],
  mariadb: [
    sql`create table t (id int primary key, state varchar(9) default lower(concat('A', 'B')),
      late boolean as (state in ('a', 'b')) stored, constraint known check (state in ('a', 'b', 'ab')))`,
    sql`create view v as select id from t where state in ('a', 'b')`,
    sql`create trigger g before update on t for each row set new.state = if(new.state in ('a', 'b'), new.state, 'a')`,
    sql`create role texts_reader`,
    sql`grant select (id), update on t to texts_reader`,
    sql`insert into t (id, state) values (1, 'a'), (2, 'b')`,
  ],
};

/** What is changed in a copy, and what has to be said of it. */
const changes: Record<EngineName, Readonly<Record<string, readonly Sql[]>>> = {
  postgres: {
    "constraint public.t.known": [
      sql`alter table t drop constraint known`,
      sql`alter table t add constraint known check (state in ('a', 'b', 'abc') or state in ('ab'))`,
    ],
    "constraint public.mood.mood_check": [
      sql`alter domain mood drop constraint mood_check`,
      sql`alter domain mood add constraint mood_check check (value in ('good', 'bad', 'so'))`,
    ],
    "index public.few": [sql`drop index few`, sql`create index few on t (id) where state in ('a', 'c')`],
    "view public.v": [sql`create or replace view v as select id from t where state in ('a', 'c')`],
    "trigger public.t.g": [
      sql`drop trigger g on t`,
      sql`create trigger g before update on t for each row when (new.state in ('a', 'c')) execute function f()`,
    ],
    "rule public.t.r": [sql`create or replace rule r as on update to t where new.state in ('a', 'b') do also select 1`],
    "grant UPDATE on table public.t to texts_reader": [sql`revoke update on t from texts_reader`],
    "grant SELECT on column id of table public.t to texts_reader": [sql`revoke select (id) on t from texts_reader`],
    "policy public.t.p": [sql`alter policy p on t using (state in ('a', 'c'))`],
    "column public.t.state": [sql`alter table t alter column state set default lower('A'::varchar || 'C')`],
  },
  mariadb: {
    "constraint t.known": [sql`alter table t drop constraint known`, sql`alter table t add constraint known check (state in ('a', 'b', 'abc'))`],
    "grant UPDATE on table t to texts_reader": [sql`revoke update on t from texts_reader`],
    "grant SELECT on column t.id to texts_reader": [sql`revoke select (id) on t from texts_reader`],
    "view v": [sql`create or replace view v as select id from t where state in ('a', 'c')`],
    "trigger g": [sql`create or replace trigger g before update on t for each row set new.state = if(new.state in ('a', 'c'), new.state, 'a')`],
    "column t.state": [sql`alter table t alter column state set default lower(concat('A', 'C'))`],
  },
};

describe.each(await engineVersions())("texts of a backup on $title", (version) => {
  let server: TestServer;
  let backup: TakenBackup;
  let store: string;
  const { engine } = version;
  const signal = new AbortController().signal;
  const onProgress = () => undefined;

  beforeAll(async () => {
    server = await startServer(version);
    store = await mkdtemp("/tmp/rowhouse-test-");
    {
      await using session = await engine.driver.connect(server.administrator());
      await session.run(sql`create database texts`);
    }
    await using session = await engine.driver.connect(server.administrator("texts"));
    for (const statement of statements[version.name]) await session.run(statement);
    backup = await takeBackup({ engine, login: server.administrator(), database: "texts", store: join(store, "store"), isProved: true });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(store, { recursive: true, force: true });
  });

  test("that are written otherwise the second time are the same", () => {
    expect(backup.verdict).toMatchObject({ state: "sound" });
  });

  test("evidence turns faulty for each that is another one or gone", async () => {
    const certificate = await proveBackup(testContext, {
      engine,
      directory: backup.directory,
      signal,
      onProgress,
      onRestored: async (login) => {
        await using session = await engine.driver.connect(login);
        for (const statement of Object.values(changes[version.name]).flat()) await session.run(statement);
      },
    });
    const { verdict } = certificate;
    if (verdict.state !== "faulty") throw new Error(`it is ${verdict.state}`);
    const expected = [...Object.keys(changes[version.name]), "role texts_reader"]; // which has no right left in this database
    expect(verdict.findings.map(({ subject }) => subject).toSorted()).toEqual(expected.toSorted());
    for (const { seen } of verdict.findings) expect(seen).toMatch(/otherwise|missing/);
  });
});
