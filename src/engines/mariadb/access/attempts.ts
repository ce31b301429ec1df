// What the application must not be able to do on MariaDB. Each is tried as the application; one that the server lets pass
// without a word is judged by its effect (TRAP-14) and undone at once. None of them could hurt data if it were let through: they
// aim at a table that was made for them, or change nothing.
import { Secret } from "../../../foundation/secret.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Attempt, Change, ProofGround } from "../../engine.ts";
import { stepsTable } from "./roles.ts";

export function attempts(ground: ProofGround): readonly Attempt[] {
  const { names } = ground;
  const canary = sql.id(names.database, ground.canary);
  const planted = sql.id(`${ground.canary}_planted`);
  const inOwn = sql`${sql.id(names.database)}.${planted}`;
  const own = sql`${sql.literal(names.application)}@localhost`;
  const stranger = sql`${sql.literal(ground.canary)}@localhost`;
  return [
    { title: "make a table", act: sql`create table ${inOwn} (id integer)`, undo: [sql`drop table ${inOwn}`] },
    { title: "make a temporary table", act: sql`create temporary table ${inOwn} (id integer)` },
    { title: "make a view", act: sql`create view ${inOwn} as select 1 as one`, undo: [sql`drop view ${inOwn}`] },
    { title: "make a procedure", act: sql`create procedure ${inOwn}() select 1`, undo: [sql`drop procedure ${inOwn}`] },
    { title: "change a table", act: sql`alter table ${canary} add column planted integer` },
    { title: "empty a table by TRUNCATE", act: sql`truncate table ${canary}` },
    { title: "drop a table", act: sql`drop table ${canary}` },
    { title: "make an index", act: sql`create index planted on ${canary} (id)` },
    { title: "give its rights to somebody", act: sql`grant select on ${canary} to ${own}` },
    { title: "make a user", act: sql`create user ${stranger}`, undo: [sql`drop user ${stranger}`] },
    { title: "make itself administrator", act: sql`grant all privileges on *.* to ${own}`, undo: [sql`revoke all privileges on *.* from ${own}`] },
    { title: "make a database called test_q", act: sql`create database test_q`, undo: [sql`drop database test_q`] },
    { title: "make a database", act: sql`create database ${planted}`, undo: [sql`drop database ${planted}`] },
    { title: "change a server setting", act: sql`set global max_connections = @@global.max_connections` },
    { title: "read password hashes", act: sql`select priv from mysql.global_priv` },
    { title: "write a file of the server", act: sql`select 1 into outfile '/tmp/rowhouse-planted'` },
    { title: "load a file of the server", act: sql`load data infile '/etc/passwd' into table ${canary}` },
    {
      title: "load a file of the client",
      act: sql`load data local infile '/etc/passwd' into table ${canary}`,
      tookEffect: sql`select 1 from ${canary} having count(*) > 1`,
      refusedAlsoBy: ["RH-SQL-003"], // the server: 4166, local_infile is off
    },
    { title: "write the record of migrations", act: sql`delete from ${sql.id(...stepsTable(names.database))} where version < 0` },
    ...(ground.otherDatabase === undefined
      ? []
      : [{ title: "read another database", act: sql`select * from ${sql.id(ground.otherDatabase, "secrets")}` }]),
    { title: "log in without a name", login: { ...ground.login, user: "", password: new Secret("") } },
    { title: "log in as the administrator over TCP", login: { ...ground.login, host: "127.0.0.1", user: "root", password: new Secret("") } },
  ];
}

export function otherDatabase(name: string): { readonly make: readonly Change[]; readonly drop: readonly Sql[] } {
  const table = sql.id(name, "secrets");
  return {
    make: [
      { database: undefined, title: "other database", statements: [sql`create database ${sql.id(name)}`, sql`create table ${table} (id integer)`] },
    ],
    drop: [sql`drop database if exists ${sql.id(name)}`],
  };
}
