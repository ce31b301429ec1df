// What a backup cannot carry, made in a database of its own, with what a refusal has to say of it; and logins that see a part.
import { type Sql, sql } from "../../../src/foundation/sql.ts";
import type { EngineName } from "../../../src/engines/engines.ts";

/** In a name with a quote, which mariadb-dump takes for another one when it comes to events. */
export const refusedDatabase = "refused's";

export const notCarried: Record<EngineName, readonly Sql[]> = {
  postgres: [
    sql`create extension postgres_fdw`,
    sql`create server elsewhere foreign data wrapper postgres_fdw`,
    sql`create foreign table far (id int) server elsewhere`,
    sql`create subscription follows connection 'dbname=x' publication p with (connect = false)`,
    sql`create table config (id int)`,
    sql`create extension hstore`,
    sql`update pg_extension set extconfig = array['config'::regclass::oid], extcondition = array[''] where extname = 'hstore'`,
  ],
  mariadb: [
    sql`create table aria (id int) engine = aria`,
    sql`create table of_myisam (id int) engine = myisam`,
    sql`create table versioned (id int) with system versioning`,
    sql`create table placed (p point ref_system_id = 4326)`,
    sql`create table labelled (e enum('a', '🦄'), f set('🦄'), kept enum('?')) character set utf8mb4`,
    sql`insert into labelled values ('a', '', '?')`,
    sql`create table with_default (v varchar(9) default '🦄', kept varchar(9) default '?') character set utf8mb4`,
    sql`create database other_one`,
    sql`create table other_one.t (id int)`,
    sql`create view across as select id from other_one.t`,
    sql`create event coming on schedule every 1 day starts '2037-01-01' do select 1`,
    sql`create event gone on schedule at '2037-01-01' do select 1`,
    sql`update mysql.event set execute_at = '2001-01-01' where name = 'gone'`,
  ],
};

/** Each is named, with its reason. */
export const refusals: Record<EngineName, readonly string[]> = {
  postgres: [
    "foreign table far: its rows are on another server",
    "subscription follows: a copy would connect",
    "extension hstore: it keeps rows of its own (config)",
  ],
  mariadb: [
    "table aria: its engine Aria",
    "table of_myisam: its engine MyISAM",
    "table versioned: the history",
    "column placed.p: its REF_SYSTEM_ID",
    "column labelled.e: the server shows a ? in its labels",
    "column labelled.f: the server shows a ? in its labels",
    "column with_default.v: the server shows its default with a ?",
    "view across: it reads the database other_one",
    "database refused's: mariadb-dump loses the events",
    "event gone: its moment is over",
  ],
};

/** What is as good as it looks, beside what is refused. */
export const accepted: Record<EngineName, readonly string[]> = { postgres: ["postgres_fdw:"], mariadb: [".kept", "coming"] };

/** The password of all of them. */
export const partPassword = "part-pass";

interface PartLogin {
  readonly user: string;
  readonly statements: readonly Sql[];
  /** In the refusal; undefined where the login sees everything. */
  readonly lacks: string | undefined;
}

/** In a database that has a table `seen`, a table `hidden`, and on PostgreSQL a table with policies. */
export const partLogins: Record<EngineName, readonly PartLogin[]> = {
  postgres: [
    { user: "one_table", statements: [sql`grant select on seen to one_table`], lacks: "no select on public.hidden" },
    {
      user: "no_schema",
      statements: [sql`grant select on seen, hidden, ruled, aside.t to no_schema`],
      lacks: "no usage of the schema aside",
    },
    {
      user: "under_policy",
      statements: [sql`grant pg_read_all_data to under_policy`],
      lacks: "no select on the large object 4711; row security hides rows of public.ruled",
    },
  ],
  mariadb: [
    {
      user: "one_table",
      statements: [sql`grant select on parts.seen to one_table@'127.0.0.1'`],
      lacks: "it lacks SELECT, SHOW VIEW, TRIGGER, EVENT",
    },
    { user: "no_trigger", statements: [sql`grant select, show view, event on *.* to no_trigger@'127.0.0.1'`], lacks: "it lacks TRIGGER" },
    {
      user: "no_rights",
      statements: [
        sql`grant select, show view, event, trigger on parts.* to no_rights@'127.0.0.1'`,
        sql`grant select on mysql.proc to no_rights@'127.0.0.1'`,
      ],
      lacks: "it may not read the database mysql",
    },
    {
      user: "enough",
      statements: [sql`grant select, show view, event, trigger on parts.* to enough@'127.0.0.1'`, sql`grant select on mysql.* to enough@'127.0.0.1'`],
      lacks: undefined,
    },
  ],
};

export const partTables: Record<EngineName, readonly Sql[]> = {
  postgres: [
    sql`create table seen (id int)`,
    sql`create table hidden (id int)`,
    sql`create schema aside`,
    sql`create table aside.t (id int)`,
    sql`create table ruled (id int)`,
    sql`alter table ruled enable row level security`,
    sql`select lo_create(4711)`,
  ],
  mariadb: [sql`create table seen (id int)`, sql`create table hidden (id int)`],
};

export function partUser(name: EngineName, user: string): Sql {
  const statements: Record<EngineName, Sql> = {
    postgres: sql`create role ${sql.id(user)} login password ${sql.literal(partPassword)}`,
    mariadb: sql`create user ${sql.id(user)}@'127.0.0.1' identified by ${sql.literal(partPassword)}`,
  };
  return statements[name];
}
