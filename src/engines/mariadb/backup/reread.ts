// MariaDB writes out what it has read in as it would again, but for a view, where a table that is derived gains brackets. So a
// view's text that differs between a database and its copy is read in once more, in the copy, before it is called different.
// Source: mariadb.com/kb/en/information-schema-views-table
import type { Session } from "../../../drivers/driver.ts";
import { isProblem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";
import type { DatabaseObject } from "../../backup.ts";

const aside = "rowhouse aside";

/** The text as the server writes it once it has read it in; undefined where that cannot be tried. */
export async function reread(session: Session, { kind, text }: DatabaseObject): Promise<string | undefined> {
  if (kind !== "view" || text === undefined) return undefined;
  try {
    await session.run(sql`execute immediate concat('create view ${sql.id(aside)} as ', ${sql.literal(text)})`);
    const [row] = await session.all<{ text: string }>(sql`
      select view_definition as text from information_schema.views where table_schema = database() and table_name = ${aside}`);
    return row?.text;
  } catch (thrown) {
    if (isProblem(thrown)) return undefined;
    throw thrown;
  } finally {
    await session.run(sql`drop view if exists ${sql.id(aside)}`);
  }
}
