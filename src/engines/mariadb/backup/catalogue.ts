// The objects of a MariaDB database as its catalogue defines them. A table's own statement is taken apart line by line, so that
// a missing index has a name; its counter is left out, since it is compared for itself.
// Source: mariadb.com/kb/en/show-create-table, information-schema
import type { Session } from "../../../drivers/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { DatabaseObject } from "../../backup.ts";
import { roleObjects } from "./roles.ts";

export async function objects(session: Session): Promise<readonly DatabaseObject[]> {
  const found: DatabaseObject[] = [];
  const tables = await session.all<{ name: string; type: string }>(sql`
    select table_name as name, table_type as type
    from information_schema.tables
    where table_schema = database() and table_type in ('BASE TABLE', 'SEQUENCE')
    order by binary table_name`);
  for (const { name, type } of tables) {
    const [row] = await session.all<Record<string, string>>(
      type === "SEQUENCE" ? sql`show create sequence ${sql.id(name)}` : sql`show create table ${sql.id(name)}`,
    );
    const text = row?.["Create Table"] ?? "";
    found.push(...(type === "SEQUENCE" ? [{ kind: "sequence", name, definition: text }] : partsOf(name, text)));
  }
  for (const [kind, statement] of Object.entries(kinds)) {
    const rows = await session.all<{ name: string; definition: string; text?: string }>(statement);
    found.push(...rows.map(({ name, definition, text }) => ({ kind, name, definition, ...(text === undefined ? {} : { text }) })));
  }
  return [...found, ...(await roleObjects(session))];
}

/** Columns, indexes and constraints of a table, and what it is as a whole. */
export function partsOf(table: string, text: string): readonly DatabaseObject[] {
  const lines = text.split("\n").slice(1);
  const end = lines.findIndex((line) => line.startsWith(")"));
  const parts = lines.slice(0, end).map((line, index) => ({ ...partOf(line.trim().replace(/,$/, "")), index }));
  const whole = lines
    .slice(end)
    .join("\n")
    .replace(/ AUTO_INCREMENT=\d+/, "");
  return [
    { kind: "table", name: table, definition: whole },
    ...parts.map(({ kind, name, definition, index }) => ({
      kind,
      name: `${table}.${name}`,
      definition: kind === "column" ? `${index + 1} ${definition}` : definition,
    })),
  ];
}

function partOf(line: string): DatabaseObject {
  const quoted = /`((?:[^`]|``)*)`/.exec(line)?.[1]?.replaceAll("``", "`") ?? "";
  if (line.startsWith("`")) return { kind: "column", name: quoted, definition: line };
  if (line.startsWith("PRIMARY KEY")) return { kind: "index", name: "PRIMARY", definition: line };
  if (/^(UNIQUE |FULLTEXT |SPATIAL )?KEY/.test(line)) return { kind: "index", name: quoted, definition: line };
  if (line.startsWith("CONSTRAINT")) return { kind: "constraint", name: quoted, definition: line };
  return { kind: "constraint", name: line.slice(0, 60), definition: line };
}

const kinds: Readonly<Record<string, Sql>> = {
  database: sql`
    select schema_name as name, concat_ws(' ', default_character_set_name, default_collation_name, schema_comment) as definition
    from information_schema.schemata where schema_name = database()`,
  view: sql`
    select table_name as name, concat_ws(' ', algorithm, definer, security_type, character_set_client, collation_connection, check_option) as definition, view_definition as text
    from information_schema.views where table_schema = database() order by binary table_name`,
  routine: sql`
    select concat(type, ' ', name) as name,
      convert(concat_ws(' ', param_list, returns, definer, security_type, is_deterministic, sql_data_access, sql_mode, character_set_client, collation_connection, db_collation, comment, body_utf8) using utf8mb4) as definition
    from mysql.proc where db = database() order by binary type, binary name`,
  trigger: sql`
    select trigger_name as name,
      concat_ws(' ', event_object_table, action_timing, event_manipulation, action_order, definer, sql_mode, character_set_client, collation_connection, database_collation, trim(action_statement)) as definition
    from information_schema.triggers where trigger_schema = database() order by binary trigger_name`,
  event: sql`
    select event_name as name,
      concat_ws(' ', definer, time_zone, event_type, execute_at, interval_value, interval_field, sql_mode, starts, ends, status, on_completion, event_comment,
        character_set_client, collation_connection, trim(event_definition)) as definition
    from information_schema.events where event_schema = database() order by binary event_name`,
};
