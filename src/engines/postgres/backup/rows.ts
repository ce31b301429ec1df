// The columns of a table that take a value. Source: postgresql.org/docs/current/catalog-pg-attribute.html
import type { Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { TableName } from "../../backup.ts";

export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Columns that hold values of their own; generated ones follow from them. */
export async function columnsOf(session: Session, [schema = "", table = ""]: TableName): Promise<readonly Column[]> {
  return session.all<Column>(sql`
    select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relname = ${table} and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    order by a.attnum`);
}
