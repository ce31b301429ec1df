// A server with three databases, one of an odd name, and with people and roles who may do different things in them.
import { Secret } from "../../../src/foundation/secret.ts";
import { type Sql, sql } from "../../../src/foundation/sql.ts";
import type { EngineName } from "../../../src/engines/engines.ts";
import { type EngineVersion, startServer, type TestServer } from "../servers.ts";

export const oddName = `o'd host=x "q" ünd`;
export const databases = [oddName, "sales", "stock"] as const;

/** With what stands between the statements of a script, and between a name and what is said of it. */
const oddUser = "in in: out //\n";

/** Of everybody who may log in. */
export const password = new Secret("app-pass");

/** On the server, before its databases have anything in them. */
const people: Record<EngineName, readonly Sql[]> = {
  postgres: [
    sql`create role readers nologin`,
    sql`create role clerks nologin`,
    sql`create role "o'd clerk" login password 'app-pass' connection limit 7 valid until '2099-01-01' in role clerks`,
    sql`create role "a reader" login password 'app-pass'`,
    sql`grant readers to "a reader" with admin option`,
    sql`alter role "a reader" set work_mem to '7MB'`,
    sql`comment on role readers is 'who reads;
more'`,
    sql`create role robot login password 'app-pass' nosuperuser createdb`,
    sql`alter database sales owner to robot`,
    sql`create role "in in: out //" in role readers`,
    sql`create role auditors in role readers`,
    sql`revoke connect on database stock from public`,
    sql`grant connect on database stock to clerks`,
  ],
  mariadb: [
    sql`create role readers`,
    sql`create role clerks`,
    sql`create user \`o'd clerk\`@'127.0.0.1' identified by 'app-pass' with max_user_connections 7`,
    sql`grant clerks to \`o'd clerk\`@'127.0.0.1'`,
    sql`set default role clerks for \`o'd clerk\`@'127.0.0.1'`,
    sql`create user \`a reader\`@'127.0.0.1' identified by 'app-pass'`,
    sql`grant readers to \`a reader\`@'127.0.0.1' with admin option`,
    sql`set default role readers for \`a reader\`@'127.0.0.1'`,
    sql`create user robot@'%' identified via mysql_native_password using password('app-pass') or unix_socket require none`,
    sql`grant process, create user on *.* to robot@'%'`,
    sql`grant all privileges on \`sal_s\`.* to robot@'%' with grant option`,
    sql`grant select on \`not_there_yet\`.* to readers`,
    sql`create user locked@'%' identified by 'app-pass' account lock`,
    sql`create user ${sql.id(oddUser)}@'%' identified by 'app-pass'`,
    sql`grant readers to ${sql.id(oddUser)}@'%'`,
    sql`create role auditors`,
    sql`grant file on *.* to auditors`,
    sql`grant select on sales.* to public`,
    sql`grant binlog monitor on *.* to public`,
    sql`grant readers to auditors`,
  ],
};

/** In each database. */
const common: readonly Sql[] = [
  sql`create table orders (id int primary key, item varchar(40) not null, n int not null)`,
  sql`create table seen (id int primary key)`,
  sql`insert into orders values (1, 'a chair', 2), (2, 'a table', 1)`,
];

/** mariadb-dump cannot carry events of a database with a quote in its name. */
const insideEven: Record<EngineName, readonly Sql[]> = {
  postgres: [],
  mariadb: [sql`create event cleaned on schedule every 1 day do delete from seen where id < 0`],
};

const inside: Record<EngineName, readonly Sql[]> = {
  postgres: [
    ...common,
    sql`create procedure ergänze(i int, what text) language sql as 'insert into orders values (i, what, 1)'`,
    sql`create function noted() returns trigger language plpgsql as 'begin insert into seen values (new.id); return new; end' security definer`,
    sql`create trigger noted after insert on orders for each row execute function noted()`,
    sql`grant select on orders to readers`,
    sql`grant insert, select on orders to clerks`,
    sql`grant select on seen to clerks`,
    sql`grant usage on schema public to readers, clerks`,
  ],
  mariadb: [
    ...common,
    sql`create procedure ergänze(i int, what text) sql security invoker insert into orders values (i, what, 1)`,
    sql`create trigger noted after insert on orders for each row insert into seen values (new.id)`,
    sql`grant select (id, item) on orders to readers`,
    sql`grant insert, select on orders to clerks`,
    sql`grant execute on procedure ergänze to clerks`,
  ],
};

/** PostgreSQL since 15. */
export function hasParameterRights({ name, installation }: EngineVersion): boolean {
  return name === "postgres" && Number(installation.major) >= 15;
}

/** A server with all of it. */
export async function startPeopled(version: EngineVersion): Promise<TestServer> {
  const { engine, name } = version;
  const server = await startServer(version);
  await using session = await engine.driver.connect(server.administrator());
  for (const database of databases) await session.run(sql`create database ${sql.id(database)}`);
  for (const statement of people[name]) await session.run(statement);
  if (hasParameterRights(version))
    for (const role of ["auditors", "readers", "public"])
      await session.run(sql`grant set, alter system on parameter work_mem to ${sql.script(role)}`);
  for (const database of databases) {
    await using within = await engine.driver.connect(server.administrator(database));
    for (const statement of [...inside[name], ...(database === oddName ? [] : insideEven[name])]) await within.run(statement);
  }
  return server;
}

/** Some of the same names, elsewhere, who may do nothing. */
export const others: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`create role "a reader" login password 'another'`, sql`create role auditors`, sql`create role "in in: out //"`],
  mariadb: [
    sql`create user \`a reader\`@'127.0.0.1' identified by 'another'`,
    sql`create role auditors`,
    sql`create user ${sql.id(oddUser)}@'%' identified by 'another'`,
    sql`grant select on elsewhere.* to public`,
  ],
};

interface PartLogin {
  readonly user: string;
  readonly statements: readonly Sql[];
  /** Undefined for one that may take a backup. */
  readonly lacks?: string;
  /** Of such a one. */
  readonly seesPasswords?: boolean;
}

/** Logins that see a part of the server. */
export const partLogins: Record<EngineName, readonly PartLogin[]> = {
  postgres: [
    {
      user: "not_everywhere",
      statements: [sql`create role not_everywhere login password 'app-pass' in role pg_read_all_data`],
      lacks: "may not connect to stock",
    },
    {
      user: "auditor",
      statements: [sql`create role auditor login password 'app-pass' in role pg_read_all_data, clerks`],
      seesPasswords: true,
    },
    { user: "one_clerk", statements: [sql`create role one_clerk login password 'app-pass' in role clerks`], seesPasswords: false },
  ],
  mariadb: [
    {
      user: "not_everywhere",
      statements: [sql`create user not_everywhere@'127.0.0.1' identified by 'app-pass'`, sql`grant select on sales.* to not_everywhere@'127.0.0.1'`],
      lacks: "lacks SHOW DATABASES",
    },
    {
      user: "no_roles",
      statements: [sql`create user no_roles@'127.0.0.1' identified by 'app-pass'`, sql`grant show databases on *.* to no_roles@'127.0.0.1'`],
      lacks: "may not read the database mysql",
    },
    {
      user: "auditor",
      statements: [
        sql`create user auditor@'127.0.0.1' identified by 'app-pass'`,
        sql`grant select, show view, trigger, event on *.* to auditor@'127.0.0.1'`,
      ],
      seesPasswords: true,
    },
  ],
};
