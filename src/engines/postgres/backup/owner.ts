// The owner of a database let in while it is filled with what nobody vouches for. A table's checks and an index's expressions are code,
// which runs as whoever writes the rows or reads them: an administrator neither fills nor reads such a database.
// Source: postgresql.org/docs/current/sql-createrole.html, sql-alterdatabase.html
import { randomBytes } from "node:crypto";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { Secret } from "../../../foundation/secret.ts";
import { sql } from "../../../foundation/sql.ts";
import type { OwnedDatabase } from "../../target.ts";
import { storedPassword } from "../access/password.ts";

/** By a password that nobody else knows; policies of its own tables hide nothing from it meanwhile. */
export async function letOwnerIn(session: Session, { database, owner, login }: OwnedDatabase): Promise<ConnectionOptions> {
  const password = new Secret(randomBytes(24).toString("base64url"));
  await session.run(sql`alter role ${sql.id(owner)} login bypassrls password ${sql.literal(storedPassword(password))}`);
  await session.run(sql`alter database ${sql.id(database)} owner to ${sql.id(owner)}`);
  await session.run(sql`alter database ${sql.id(database)} connection limit 5`);
  return { ...login, user: owner, password };
}

/** How many may be in the database is for `close` to say. */
export async function keepOwnerOut(session: Session, owner: string): Promise<void> {
  await session.run(sql`alter role ${sql.id(owner)} nologin nobypassrls password null`);
}
