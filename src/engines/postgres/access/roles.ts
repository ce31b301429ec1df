// The roles of a house on PostgreSQL and what they may do. The application gets its rows and nothing else: no CREATE, no TEMP,
// no other database, and what the owner makes later is usable at once (T1, T2).
// Source: postgresql.org/docs/current/sql-grant.html, sql-alterdefaultprivileges.html, ddl-schemas.html
import type { Session } from "../../../drivers/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import type { Secret } from "../../../foundation/secret.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { AccessNames, Change, RolePasswords } from "../../engine.ts";
import { storedPassword } from "./password.ts";

export async function missing(session: Session, names: AccessNames, passwords: RolePasswords): Promise<readonly Change[]> {
  const roles = await session.all<{ name: string }>(sql`select rolname as name from pg_roles`);
  const has = new Set(roles.map(({ name }) => name));
  const databases = await session.all<{ name: string }>(sql`select datname as name from pg_database where datname = ${names.database}`);
  const wanted: readonly (readonly [string, Secret, Sql])[] = [
    [names.application, passwords.application, sql``],
    [names.owner, passwords.owner, sql``],
    [names.backup, passwords.backup, sql`replication`],
    [names.monitor, passwords.monitor, sql`in role pg_monitor`],
  ];
  const roleChanges = wanted
    .filter(([role]) => !has.has(role))
    .map(([role, password, more]) => sql`create role ${sql.id(role)} login password ${sql.literal(storedPassword(password))} ${more}`);
  return [
    ...(roleChanges.length > 0 ? [{ database: undefined, title: "roles", statements: roleChanges }] : []),
    ...(databases.length === 0 ? [{ database: undefined, title: "database", statements: [createDatabase(names)] }] : []),
  ];
}

function createDatabase(names: AccessNames): Sql {
  return sql`create database ${sql.id(names.database)} owner ${sql.id(names.owner)} encoding 'UTF8' template template0`;
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
    throw new Problem("RH-LOCK-001", `another session holds the lock "${name}" for over 60 s`, { cause });
  });
  return async () => {
    await session.all(sql`select pg_advisory_unlock(hashtextextended(${name}, 0)) as unlocked`);
  };
}

export function stepsTable(_database: string): readonly [string, string] {
  return ["rowhouse", "migrations"];
}
