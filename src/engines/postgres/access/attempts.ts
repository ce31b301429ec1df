// What the application must not be able to do on PostgreSQL. Each is tried as the application; one that the server lets pass
// without a word is judged by its effect (TRAP-14) and undone at once. None of them could hurt data if it were let through: they
// aim at a table that was made for them, or change nothing.
import { Secret } from "../../../foundation/secret.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Attempt, Change, ProofGround } from "../../engine.ts";
import { stepsTable } from "./roles.ts";

export function attempts(ground: ProofGround): readonly Attempt[] {
  const { names } = ground;
  const canary = sql.id("public", ground.canary);
  const own = sql.id(names.application);
  const planted = sql.id(`${ground.canary}_planted`);
  return [
    { title: "make a table", act: sql`create table public.${planted} (id integer)`, undo: [sql`drop table public.${planted}`] },
    { title: "make a temporary table", act: sql`create temporary table ${planted} (id integer)` },
    { title: "make a schema", act: sql`create schema ${planted}`, undo: [sql`drop schema ${planted}`] },
    {
      title: "make a function",
      act: sql`create function public.${planted}() returns integer language sql as 'select 1'`,
      undo: [sql`drop function public.${planted}()`],
    },
    { title: "change a table", act: sql`alter table ${canary} add column planted integer` },
    { title: "empty a table by TRUNCATE", act: sql`truncate ${canary}` },
    { title: "drop a table", act: sql`drop table ${canary}` },
    { title: "make an index", act: sql`create index on ${canary} (id)` },
    {
      title: "give its rights to everybody",
      act: sql`grant select on ${canary} to public`,
      tookEffect: sql`select 1 from pg_class as c, aclexplode(c.relacl) as a where c.oid = ${`public.${ground.canary}`}::regclass and a.grantee = 0`,
      undo: [sql`revoke all on ${canary} from public`],
    },
    { title: "make a role", act: sql`create role ${planted}`, undo: [sql`drop role ${planted}`] },
    { title: "make itself superuser", act: sql`alter role ${own} superuser`, undo: [sql`alter role ${own} nosuperuser`] },
    { title: "become the owner", act: sql`set role ${sql.id(names.owner)}` },
    { title: "become the administrator", act: sql`set session authorization ${sql.id(ground.administrator)}` },
    { title: "make a database", act: sql`create database ${planted}`, undo: [sql`drop database ${planted}`] },
    { title: "change a server setting", act: sql`alter system set rowhouse.planted = '1'`, undo: [sql`alter system reset rowhouse.planted`] },
    { title: "read password hashes", act: sql`select rolpassword from pg_authid` },
    { title: "read a file of the server", act: sql`select pg_read_file('/etc/passwd')` },
    { title: "load a file of the server", act: sql`copy ${canary} from '/etc/passwd'` },
    { title: "run a program on the server", act: sql`copy ${canary} to program 'true'` },
    { title: "write the record of migrations", act: sql`delete from ${sql.id(...stepsTable(names.database))} where version < 0` },
    ...(ground.otherDatabase === undefined
      ? []
      : [
          { title: "log in to the database postgres", login: { ...ground.login, database: "postgres" } },
          {
            title: "log in as the administrator over TCP",
            login: { ...ground.login, host: "127.0.0.1", user: "postgres", password: new Secret("") },
          },
          { title: "log in to another database", login: { ...ground.login, database: ground.otherDatabase } },
        ]),
  ];
}

export function otherDatabase(name: string): { readonly make: readonly Change[]; readonly drop: readonly Sql[] } {
  return {
    make: [{ database: undefined, title: "other database", statements: [sql`create database ${sql.id(name)} template template0`] }],
    drop: [sql`drop database if exists ${sql.id(name)}`],
  };
}
