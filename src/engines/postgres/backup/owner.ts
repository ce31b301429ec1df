// The owner of a database let in while it is filled with what nobody vouches for. A table's checks and an index's expressions are code,
// which runs as whoever writes the rows or reads them: an administrator neither fills nor reads such a database.
// Source: postgresql.org/docs/current/sql-createrole.html, sql-alterdatabase.html
import { randomBytes } from "node:crypto";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { Secret } from "../../../foundation/secret.ts";
import { sql } from "../../../foundation/sql.ts";
import type { OwnedDatabase } from "../../target.ts";
import { storedPassword } from "../access/password.ts";

/** By a password that nobody else knows; policies of its own tables hide nothing from it meanwhile. Its comment says so first. */
export async function letOwnerIn(session: Session, { database, owner, login }: OwnedDatabase): Promise<ConnectionOptions> {
  await session.run(sql`comment on role ${sql.id(owner)} is ${sql.literal(remark(database))}`);
  const password = new Secret(randomBytes(24).toString("base64url"));
  await session.run(sql`alter role ${sql.id(owner)} login bypassrls password ${sql.literal(storedPassword(password))}`);
  await session.run(sql`alter database ${sql.id(database)} owner to ${sql.id(owner)}`);
  await session.run(sql`alter database ${sql.id(database)} connection limit 5`);
  return { ...login, user: owner, password };
}

/** How many may be in the database is for `close` to say. */
export async function keepOwnerOut(session: Session, owner: string): Promise<void> {
  await session.run(sql`alter role ${sql.id(owner)} nologin nobypassrls password null`);
  await session.run(sql`comment on role ${sql.id(owner)} is null`);
}

export async function ownersLeft(session: Session, database: string): Promise<readonly string[]> {
  const rows = await session.all<{ name: string }>(sql`
    select rolname::text as name from pg_roles where shobj_description(oid, 'pg_authid') = ${remark(database)}`);
  return rows.map(({ name }) => name);
}

export async function dropRoles(session: Session, roles: readonly string[]): Promise<void> {
  for (const role of roles) await session.run(sql`drop role if exists ${sql.id(role)}`);
}

function remark(database: string): string {
  return `rowhouse restores into ${database}, and lets this role in meanwhile`;
}
