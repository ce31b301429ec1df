// The owner of a database let in while it is filled with what nobody vouches for: here nobody has to be. What a table of MariaDB's is made
// of calls no routine, triggers come after the rows and events last, so that filling and reading runs nothing of what is filled in.
// Source: mariadb.com/kb/en/generated-columns, constraint (CHECK), stored-routine-limitations
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import type { OwnedDatabase } from "../../target.ts";

export async function letOwnerIn(_session: Session, { login }: OwnedDatabase): Promise<ConnectionOptions> {
  return login;
}

export async function keepOwnerOut(_session: Session, _owner: string): Promise<void> {
  // it was not let in
}
