// The roles of a house on PostgreSQL and what they may do. The application gets its rows and nothing else: no CREATE, no TEMP,
// no other database, and what the owner makes later is usable at once (T1, T2).
// Source: postgresql.org/docs/current/sql-grant.html, sql-alterdefaultprivileges.html, ddl-schemas.html
import type { Session } from "../../../drivers/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import type { Secret } from "../../../foundation/secret.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { AccessNames, Change, Creation, RolePasswords } from "../../engine.ts";
import { storedPassword } from "./password.ts";

/** The server's own. Roles that begin with pg_ or rowhouse_ are refused everywhere. */
export const reserved = ["postgres", "template0", "template1", "public", "none"];

export function creation(names: AccessNames, passwords: RolePasswords): readonly Creation[] {
  const roles: readonly (readonly [string, Secret, Sql])[] = [
    [names.application, passwords.application, sql``],
    [names.owner, passwords.owner, sql``],
    [names.backup, passwords.backup, sql` replication`],
    [names.monitor, passwords.monitor, sql` in role pg_monitor`],
  ];
  return [
    ...roles.map(([role, password, more]) => ({
      name: `role ${role}`,
      statement: sql`create role ${sql.id(role)} login password ${sql.literal(storedPassword(password))}${more}`,
    })),
    {
      name: `database ${names.database}`,
      statement: sql`create database ${sql.id(names.database)} owner ${sql.id(names.owner)} encoding 'UTF8' template template0`,
    },
  ];
}

export async function existing(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.all<{ name: string }>(sql`
    select 'role ' || rolname as name from pg_roles
    union all
    select 'database ' || datname as name from pg_database`);
  return new Set(rows.map(({ name }) => name));
}

export function rights(names: AccessNames): Change {
  const [database, application, owner] = [sql.id(names.database), sql.id(names.application), sql.id(names.owner)];
  const readers = sql.join([sql.id(names.backup), sql.id(names.monitor)], ", ");
  return {
    database: names.database,
    title: "rights",
    statements: [
      sql`revoke connect, temporary on database ${database} from public`,
      sql`grant connect on database ${database} to ${application}, ${readers}`,
      sql`revoke create on schema public from public`,
      sql`grant usage on schema public to ${application}, ${readers}`,
      sql`grant create, usage on schema public to ${owner}`,
      sql`create schema if not exists rowhouse authorization ${owner}`,
      sql`grant usage on schema rowhouse to ${application}, ${readers}`,
      sql`grant select, insert, update, delete on all tables in schema public to ${application}`,
      sql`grant usage, select on all sequences in schema public to ${application}`,
      sql`grant select on all tables in schema public, rowhouse to ${readers}`,
      sql`grant select on all sequences in schema public, rowhouse to ${readers}`,
      sql`grant select on all tables in schema rowhouse to ${application}`,
      sql`alter default privileges for role ${owner} in schema public grant select, insert, update, delete on tables to ${application}`,
      sql`alter default privileges for role ${owner} in schema public grant usage, select on sequences to ${application}`,
      sql`alter default privileges for role ${owner} in schema public grant execute on functions to ${application}`,
      sql`alter default privileges for role ${owner} in schema rowhouse grant select on tables to ${application}`,
      sql`alter default privileges for role ${owner} grant select on tables to ${readers}`,
      sql`alter default privileges for role ${owner} grant select on sequences to ${readers}`,
      sql`alter role ${application} set statement_timeout = '10s'`,
      sql`alter role ${application} set lock_timeout = '5s'`,
      sql`alter role ${application} set idle_in_transaction_session_timeout = '30s'`,
    ],
  };
}

export function resetPassword(role: string, password: Secret, _names: AccessNames): readonly Sql[] {
  return [sql`alter role ${sql.id(role)} login password ${sql.literal(storedPassword(password))}`];
}

/** A role is a name here; where it may come from is the server's rules. */
export async function clientHost(_session: Session): Promise<string | undefined> {
  return undefined;
}

/** Waits up to 60 s. The lock lives as long as the session. */
export async function waitForLock(session: Session, name: string): Promise<() => Promise<void>> {
  await session.run(sql`set lock_timeout = '60s'`);
  await session.all(sql`select pg_advisory_lock(hashtextextended(${name}, 0)) as locked`).catch((cause: unknown) => {
    throw isProblem(cause, "RH-TX-003") ? new Problem("RH-LOCK-001", `another session holds the lock "${name}" for over 60 s`, { cause }) : cause;
  });
  await session.run(sql`reset lock_timeout`);
  return async () => {
    await session.all(sql`select pg_advisory_unlock(hashtextextended(${name}, 0)) as unlocked`);
  };
}

export function stepsTable(_database: string): readonly [string, string] {
  return ["rowhouse", "migrations"];
}
