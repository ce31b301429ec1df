// What a migration made, as data: columns, indexes and constraints of the application's database, in the engine's words to
// compare two runs, and in ours, through an explicit map of types, to compare the engines.
import type { Session } from "../../src/drivers/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";

/** How each engine writes the types that the application's tables use; the keys are ours. */
const types: Record<EngineName, Readonly<Record<string, string>>> = {
  postgres: {
    integer: "integer",
    bigint: "bigint",
    boolean: "boolean",
    "timestamp with time zone": "moment",
    text: "text",
    json: "json",
    "character(64)": "text of exactly 64",
    "character varying(20)": "text of 20",
    "character varying(40)": "text of 40",
    "character varying(64)": "text of 64",
    "character varying(100)": "text of 100",
    "character varying(200)": "text of 200",
  },
  mariadb: {
    "int(11)": "integer",
    "bigint(20)": "bigint",
    "tinyint(1)": "boolean",
    "datetime(6)": "moment",
    text: "text",
    longtext: "json",
    "char(64)": "text of exactly 64",
    mediumtext: "text",
    "varchar(20)": "text of 20",
    "varchar(40)": "text of 40",
    "varchar(64)": "text of 64",
    "varchar(100)": "text of 100",
    "varchar(200)": "text of 200",
  },
};

const defaults: Record<EngineName, Readonly<Record<string, string>>> = {
  postgres: { "'pending'::character varying": "pending", CURRENT_TIMESTAMP: "now", true: "true" },
  mariadb: { "'pending'": "pending", "current_timestamp(6)": "now" },
};

interface Column {
  readonly tab: string;
  readonly col: string;
  readonly kind: string;
  readonly is_null: string;
  readonly preset: string | null;
  readonly is_counted: number | boolean;
}

export const columnsOf: Record<EngineName, Sql> = {
  postgres: sql`
    select
      table_name as tab,
      column_name as col,
      data_type || coalesce('(' || character_maximum_length || ')', '') as kind,
      is_nullable as is_null,
      column_default as preset,
      is_identity = 'YES' as is_counted
    from information_schema.columns
    where table_schema = 'public'
    order by table_name, ordinal_position`,
  mariadb: sql`
    select
      table_name as tab,
      column_name as col,
      column_type as kind,
      is_nullable as is_null,
      nullif(column_default, 'NULL') as preset,
      extra = 'auto_increment' as is_counted
    from information_schema.columns
    where table_schema = database()
    order by table_name, ordinal_position`,
};

const indexesOf: Record<EngineName, Sql> = {
  postgres: sql`
    select
      t.relname as tab,
      replace(case when x.indisprimary then 'PRIMARY' else i.relname end, '', '') as name,
      case when x.indisunique then 1 else 0 end as is_unique,
      (select string_agg(a.attname, ',' order by k.at) from unnest(x.indkey) with ordinality as k (number, at) join pg_attribute as a on a.attrelid = t.oid and a.attnum = k.number) as cols
    from pg_index as x
    join pg_class as i on i.oid = x.indexrelid
    join pg_class as t on t.oid = x.indrelid
    where t.relnamespace = 'public'::regnamespace
    order by 1, 2`,
  mariadb: sql`
    select table_name as tab, index_name as name, 1 - non_unique as is_unique, group_concat(column_name order by seq_in_index) as cols
    from information_schema.statistics
    where table_schema = database()
    group by table_name, index_name, non_unique
    order by binary table_name, binary index_name`,
};

const constraintsOf: Record<EngineName, Sql> = {
  postgres: sql`
    select c.conrelid::regclass::text as tab, c.conname as name, c.contype::text as kind, pg_get_constraintdef(c.oid) as text
    from pg_constraint as c
    where c.connamespace = 'public'::regnamespace and c.contype in ('c', 'f')
    order by 1, 2`,
  mariadb: sql`
    select table_name as tab, constraint_name as name, 'c' as kind, check_clause as text
    from information_schema.check_constraints
    where constraint_schema = database()
    union all
    select r.table_name, r.constraint_name, 'f', concat(k.column_name, ' ', r.referenced_table_name, ' ', r.delete_rule)
    from information_schema.referential_constraints as r
    join information_schema.key_column_usage as k on k.constraint_schema = r.constraint_schema and k.constraint_name = r.constraint_name and k.table_name = r.table_name
    where r.constraint_schema = database()
    order by 1, 2`,
};

/** Everything that a migration made, as data. */
export async function catalogueOf(session: Session, name: EngineName): Promise<Record<string, readonly unknown[]>> {
  return {
    columns: await session.all(columnsOf[name]),
    indexes: await session.all(indexesOf[name]),
    constraints: await session.all(constraintsOf[name]),
    probe: await session.all(sql`select id from write_probe`),
  };
}

/** The columns in our own words. */
export async function plainColumns(session: Session, name: EngineName) {
  const rows = await session.all<Column>(columnsOf[name]);
  return rows.map(({ tab, col, kind, is_null, preset, is_counted }) => {
    const type = types[name][kind] ?? `not in the map: ${kind}`;
    const given = preset === null ? null : (defaults[name][preset] ?? preset);
    const value = type === "boolean" && given === "1" ? "true" : given;
    return [tab, col, type, is_null === "YES" ? "null" : "not null", is_counted ? "counted" : value];
  });
}
