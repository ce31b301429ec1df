// MariaDB writes out what it has read in as it would again, so a text that differs in a copy is another one.
// Source: mariadb.com/kb/en/show-create-table
import type { Session } from "../../../drivers/driver.ts";
import type { DatabaseObject } from "../../backup.ts";

/** Nothing has to be tried. */
export async function reread(_session: Session, _object: DatabaseObject): Promise<string | undefined> {
  return undefined;
}
