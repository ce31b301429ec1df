// The owner of a database let in while it is filled with what nobody vouches for: here nobody has to be. What a table of MariaDB's is made
// of calls no routine, triggers come after the rows and events last, so that filling and reading runs nothing of what is filled in.
// Source: mariadb.com/kb/en/generated-columns, constraint (CHECK), stored-routine-limitations
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { OwnedDatabase } from "../../target.ts";
import { accountId, accountOf } from "./fill.ts";

export async function letOwnerIn(_session: Session, { login }: OwnedDatabase): Promise<ConnectionOptions> {
  return login;
}

export async function keepOwnerOut(_session: Session, _owner: string): Promise<void> {
  // it was not let in
}

export async function ownersLeft(_session: Session, _database: string): Promise<readonly string[]> {
  return []; // an account has no comment that could say so
}

export async function dropRoles(session: Session, roles: readonly string[]): Promise<void> {
  for (const account of roles.map(accountOf))
    await session.run(account.host === "" ? sql`drop role if exists ${accountId(account)}` : sql`drop user if exists ${accountId(account)}`);
}
