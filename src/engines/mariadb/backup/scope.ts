// A part of a MariaDB database: which tables there are to choose from, what a choice of them needs that is not among them, and which
// objects belong to them. Source: mariadb.com/kb/en/mariadb-dump, information-schema-key_column_usage-table
import type { Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { DatabaseObject, Scope, TableName } from "../../backup.ts";
import { tableNames } from "./content.ts";

export async function tables(session: Session): Promise<readonly TableName[]> {
  return (await tableNames(session)).map((name) => [name]);
}

/** What the tables could not be made without, each with its name. */
export async function needs(session: Session, chosen: readonly TableName[]): Promise<readonly string[]> {
  const names = sql.join(
    chosen.map(([name = ""]) => sql`${name}`),
    ", ",
  );
  const rows = await session.all<{ what: string }>(sql`
    select distinct concat('table ', table_name, ' needs table ', referenced_table_name) as what
    from information_schema.key_column_usage
    where table_schema = database() and referenced_table_name is not null and table_name in (${names})
      and (referenced_table_schema <> database() or referenced_table_name not in (${names}))
    union
    select concat('table ', table_name, ' needs a sequence for its column ', column_name)
    from information_schema.columns
    where table_schema = database() and table_name in (${names}) and (column_default like '%nextval(%' or column_default like '%lastval(%')
    order by 1`);
  return rows.map(({ what }) => what);
}

const partKinds = ["constraint", "column", "index"];

/** What comes with the table and goes with it; a trigger tells its table first. */
export function isPartOf({ kind, name, definition }: DatabaseObject, [table = ""]: TableName): boolean {
  if (kind === "table") return name === table;
  if (kind === "trigger") return definition.startsWith(`${table} `);
  return partKinds.includes(kind) && name.startsWith(`${table}.`);
}

/** The names that mariadb-dump is told after the database's; none means all. */
export function scopeTables({ kind, tables: chosen }: Scope): readonly string[] {
  return kind === "tables" ? chosen.map(([name = ""]) => name) : [];
}
