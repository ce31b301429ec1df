// A look at a MariaDB database before a backup: which server, what a copy of it needs, and what could not be carried. A login
// that sees only a part is refused here, because the catalogue hides the rest without a word.
// Source: mariadb.com/kb/en/information-schema-tables, mariadb-dump, system-versioned-tables
import { createHash } from "node:crypto";
import type { Session } from "../../../drivers/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Survey } from "../../backup.ts";
import { objects } from "./catalogue.ts";
import { properties } from "./properties.ts";
import { roles } from "./roles.ts";

interface About {
  readonly version: string;
  readonly database: string | null;
  readonly table_bytes: number | string;
  readonly database_bytes: number | string;
}

export async function survey(session: Session): Promise<Survey> {
  const [about] = await session.all<About>(sql`
    select
      substring_index(version(), '-', 1) as version,
      database() as \`database\`,
      (select coalesce(sum(data_length), 0) from information_schema.tables where table_schema = database()) as table_bytes,
      (select coalesce(sum(data_length + index_length), 0) from information_schema.tables where table_schema = database()) as database_bytes`);
  if (!about?.database) throw new Error("the session is in no database");
  await refusePartOnly(session, about.database);
  return {
    serverId: await serverId(session),
    version: about.version,
    database: about.database,
    settings: await settings(session),
    roles: await roles(session),
    extensions: [],
    tableBytes: Number(about.table_bytes),
    databaseBytes: Number(about.database_bytes),
    refusals: await refusals(session),
  };
}

/** A server has no name of its own, so that where it is and what it reads stand for it. */
export async function serverId(session: Session): Promise<string> {
  const [row] = await session.all<{ server: string }>(sql`select concat_ws(' ', @@hostname, @@port, @@datadir, @@server_id) as server`);
  return createHash("sha256")
    .update(row?.server ?? "")
    .digest("hex")
    .slice(0, 16);
}

async function settings(session: Session): Promise<Readonly<Record<string, string>>> {
  const [row] = await session.all<Record<string, string | number>>(sql`
    select
      @@lower_case_table_names as lower_case_table_names,
      @@innodb_page_size as innodb_page_size
    from information_schema.schemata
    where schema_name = database()`);
  const all = { ...row, ...(await properties(session)) };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])));
}

const wanted = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"];

/** Throws RH-AUTH-003 where a right is missing without which tables, views, triggers, events, routines or rights are not seen. */
async function refusePartOnly(session: Session, database: string): Promise<void> {
  const rows = await session.all<{ right_name: string; place: string }>(sql`
    with me as (
      select concat('''', left(current_user(), char_length(current_user()) - char_length(substring_index(current_user(), '@', -1)) - 1), '''@''', substring_index(current_user(), '@', -1), '''') as grantee
      union all
      select concat('''', current_role(), '''@''''') as grantee from dual where current_role() is not null
      union all
      select '''PUBLIC''@''''' as grantee
    )
    select p.privilege_type as right_name, 'server' as place from information_schema.user_privileges as p join me on me.grantee = p.grantee
    union
    select p.privilege_type, if(p.table_schema = 'mysql', 'mysql', 'database')
    from information_schema.schema_privileges as p join me on me.grantee = p.grantee
    where database() like p.table_schema or database() = p.table_schema or p.table_schema = 'mysql'`);
  const missing = wanted.filter((right) => !rows.some(({ right_name, place }) => right_name === right && place !== "mysql"));
  const hint = "Give them, or log in as an administrator: grant select, show view, trigger, event on the database, and select on mysql.*.";
  if (missing.length > 0) throw new Problem("RH-AUTH-003", `the login cannot see all of ${database}: it lacks ${missing.join(", ")}`, { hint });
  if (rows.some(({ right_name, place }) => right_name === "SELECT" && place !== "database")) return;
  throw new Problem("RH-AUTH-003", `the login cannot see all of ${database}: it may not read the database mysql, where routines and rights are`, {
    hint,
  });
}

async function refusals(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ what: string }>(notCarried);
  return [
    ...rows.map(({ what }) => what),
    ...(await unreadableLabels(session)),
    ...(await unreadableDefaults(session)),
    ...(await elsewhere(session)),
  ];
}

const notCarried = sql`
  select concat('table ', table_name, ': its engine ', engine, ' shows no single moment; alter table … engine = InnoDB') as what
  from information_schema.tables
  where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE') and engine <> 'InnoDB'
  union all
  select concat('table ', table_name, ': the history of a system-versioned table is not dumped')
  from information_schema.tables
  where table_schema = database() and table_type = 'SYSTEM VERSIONED'
  union all
  select concat('table ', table_name, ': the server cannot open it')
  from information_schema.tables
  where table_schema = database() and table_type = 'BASE TABLE' and engine is null
  union all
  select concat('database ', schema_name, ': it is the server''s own')
  from information_schema.schemata
  where schema_name = database() and schema_name in ('mysql', 'sys', 'information_schema', 'performance_schema')
  union all
  select concat('database ', database(), ': mariadb-dump loses the events of a database with a quote, a backslash or a line break in its name') from dual
  where database() regexp '[\\'"\\\\\\\\\\n\\r]' and exists (select * from information_schema.events where event_schema = database())
  union all
  select concat('event ', event_name, ': its moment is over, so that a copy would drop it') from information_schema.events
  where event_schema = database() and event_type = 'ONE TIME' and on_completion = 'NOT PRESERVE' and execute_at < now()
  union all
  select concat('column ', g_table_name, '.', g_geometry_column, ': its REF_SYSTEM_ID is in no statement that the server shows')
  from information_schema.geometry_columns where g_table_schema = database() and srid <> 0
  union all
  select concat('view ', v.table_name, ': it reads the database ', s.schema_name, ', which is not in this backup')
  from information_schema.views as v
  join information_schema.schemata as s on s.schema_name <> database() and locate(concat('\`', replace(s.schema_name, '\`', '\`\`'), '\`.\`'), v.view_definition) > 0
  where v.table_schema = database() and s.schema_name not in ('mysql', 'sys', 'information_schema', 'performance_schema')
  order by 1`;

interface TextColumn {
  readonly tab: string;
  readonly col: string;
  readonly type: string;
  readonly labels: string;
}

/** The server shows labels and defaults with a question mark for each letter beyond U+FFFF; such columns have one. */
function withQuestionMark(where: Sql): Sql {
  return sql`
    select c.table_name as tab, c.column_name as col, c.data_type as type, c.column_type as labels
    from information_schema.columns as c join information_schema.tables as t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = database() and t.table_type = 'BASE TABLE' and c.character_set_name in ('utf8mb4', 'utf16', 'utf16le', 'utf32') and ${where}
    order by 1, 2`;
}

/** Rows show whether each of an enum's question marks is one; of a set nothing does. */
async function unreadableLabels(session: Session): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { tab, col, type, labels } of await session.all<TextColumn>(
    withQuestionMark(sql`c.data_type in ('enum', 'set') and locate('?', c.column_type) > 0`),
  )) {
    const shown = (labels.match(/'(?:[^']|'')*'/g) ?? []).filter((label) => label.includes("?")).length;
    const [row] = await session.all<{ real: number }>(sql`
      select count(distinct ${sql.id(col)} + 0) as \`real\` from ${sql.id(tab)} where locate('?', convert(${sql.id(col)} using utf8mb4)) > 0`);
    if (type === "enum" && row?.real === shown) continue;
    found.push(`column ${tab}.${col}: the server shows a ? in its labels that may stand for a letter beyond U+FFFF`);
  }
  return found;
}

async function unreadableDefaults(session: Session): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { tab, col } of await session.all<TextColumn>(withQuestionMark(sql`c.column_default like '''%?%'`))) {
    const [row] = await session.all<{ bytes: string | null }>(sql`
      select hex(convert(default(t.${sql.id(col)}) using utf8mb4)) as bytes from (select 1 as one) as o left join ${sql.id(tab)} as t on false`);
    if (/^(?:..)*?F[0-4]/.test(row?.bytes ?? ""))
      found.push(`column ${tab}.${col}: the server shows its default with a ? for a letter beyond U+FFFF`);
  }
  return found;
}

/** Tables whose files lie in a directory of their own. */
export async function elsewhere(session: Session): Promise<readonly string[]> {
  const tables = (await objects(session)).filter(({ kind, definition }) => kind === "table" && /\b(DATA|INDEX) DIRECTORY\s*=/.test(definition));
  return tables.map(({ name }) => `table ${name}: its files lie in a directory of their own`);
}
