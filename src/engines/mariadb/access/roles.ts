// The roles of a house on MariaDB, where a user is a name and a host: each has one row per loopback form, so that no row
// shadows another (T4). The application gets its rows and nothing else. Source: mariadb.com/kb/en/grant, create-user
import type { Session } from "../../../drivers/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import type { Secret } from "../../../foundation/secret.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { AccessNames, Change, Creation, RolePasswords } from "../../engine.ts";
import { storedPassword } from "./password.ts";

/** The socket, TCP on loopback (names are not resolved), and where the application is when it is elsewhere. */
function hostsOf(names: Pick<AccessNames, "clientHost">): readonly string[] {
  return [...new Set(["localhost", "127.0.0.1", "::1", ...(names.clientHost === undefined ? [] : [names.clientHost])])];
}

/** The server's own. Roles that begin with pg_ or rowhouse_ are refused everywhere. */
export const reserved = ["root", "mysql", "public", "sys", "information_schema", "performance_schema"];

export function creation(names: AccessNames, passwords: RolePasswords): readonly Creation[] {
  const roles: readonly (readonly [string, Secret])[] = [
    [names.application, passwords.application],
    [names.owner, passwords.owner],
    [names.backup, passwords.backup],
    [names.monitor, passwords.monitor],
  ];
  const users = roles.flatMap(([role, password]) =>
    hostsOf(names).map((host) => ({
      name: `role ${role}@${host}`,
      statement: sql`create user ${account(role, host)} identified via mysql_native_password using ${sql.literal(storedPassword(password))}`,
    })),
  );
  const databases = [names.database, stepsTable(names.database)[0]].map((database) => ({
    name: `database ${database}`,
    statement: sql`create database ${sql.id(database)} character set utf8mb4 collate utf8mb4_nopad_bin`,
  }));
  return [...users, ...databases];
}

export async function existing(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.all<{ name: string }>(sql`
    select concat('role ', user, '@', host) as name from mysql.global_priv
    union all
    select concat('database ', schema_name) as name from information_schema.schemata`);
  return new Set(rows.map(({ name }) => name));
}

export function rights(names: AccessNames): Change {
  const grants = (role: string, what: Sql, database: string) =>
    hostsOf(names).map((host) => sql`grant ${what} on ${pattern(database)}.* to ${account(role, host)}`);
  const everywhere = (role: string, what: Sql) => hostsOf(names).map((host) => sql`grant ${what} on *.* to ${account(role, host)}`);
  const [steps] = stepsTable(names.database);
  return {
    database: undefined,
    title: "rights",
    statements: [
      ...grants(names.application, sql`select, insert, update, delete`, names.database),
      ...grants(names.application, sql`select`, steps),
      ...grants(names.owner, sql`all privileges`, names.database),
      ...grants(names.owner, sql`all privileges`, steps),
      ...everywhere(names.backup, sql`select, show view, trigger, event, lock tables, reload, process, replication client, binlog monitor`),
      ...everywhere(names.monitor, sql`process, replication client, binlog monitor, slave monitor`),
      ...grants(names.monitor, sql`select, show view`, names.database),
    ],
  };
}

export function resetPassword(role: string, password: Secret, names: AccessNames): readonly Sql[] {
  return hostsOf(names).map(
    (host) =>
      sql`alter user ${account(role, host)} identified via mysql_native_password using ${sql.literal(storedPassword(password))} account unlock`,
  );
}

export async function clientHost(session: Session): Promise<string | undefined> {
  const [row] = await session.all<{ host: string }>(sql`select substring_index(user(), '@', -1) as host`);
  return row?.host;
}

/** Waits up to 60 s. The lock lives as long as the session, and holds for the database the session is in. A lock's name has 64
 * characters at most, hence the hash. */
export async function waitForLock(session: Session, name: string): Promise<() => Promise<void>> {
  const [row] = await session.all<{ locked: number | null }>(sql`select get_lock(md5(concat(database(), ' ', ${name})), 60) as locked`);
  if (row?.locked !== 1) throw new Problem("RH-LOCK-001", `another session holds the lock "${name}" for over 60 s`);
  return async () => {
    await session.all(sql`select release_lock(md5(concat(database(), ' ', ${name}))) as released`);
  };
}

/** A database of its own: rights on the application's database reach every table in it, and the steps are not the application's. */
export function stepsTable(database: string): readonly [string, string] {
  return [`${database}_rowhouse`, "migrations"];
}

function account(role: string, host: string): Sql {
  return sql`${sql.literal(role)}@${sql.literal(host)}`;
}

/** In GRANT, `_` and `%` of a database name are wildcards. */
function pattern(database: string): Sql {
  return sql.id(database.replace(/[_%]/g, "\\$&"));
}
