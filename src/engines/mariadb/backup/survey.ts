// A look at a MariaDB database before a backup: which server, what a copy of it needs, and what could not be carried. A login
// that sees only a part is refused here, because the catalogue hides the rest without a word.
// Source: mariadb.com/kb/en/information-schema-tables, mariadb-dump, system-versioned-tables
import { createHash } from "node:crypto";
import type { Session } from "../../../drivers/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Survey } from "../../backup.ts";
import { properties } from "./properties.ts";
import { roles } from "./roles.ts";

interface About {
  readonly server: string;
  readonly version: string;
  readonly database: string | null;
  readonly table_bytes: number | string;
  readonly database_bytes: number | string;
}

export async function survey(session: Session): Promise<Survey> {
  const [about] = await session.all<About>(sql`
    select
      concat_ws(' ', @@hostname, @@port, @@datadir, @@server_id) as server,
      substring_index(version(), '-', 1) as version,
      database() as \`database\`,
      (select coalesce(sum(data_length), 0) from information_schema.tables where table_schema = database()) as table_bytes,
      (select coalesce(sum(data_length + index_length), 0) from information_schema.tables where table_schema = database()) as database_bytes`);
  if (!about?.database) throw new Error("the session is in no database");
  await refusePartOnly(session, about.database);
  return {
    serverId: createHash("sha256").update(about.server).digest("hex").slice(0, 16),
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

/** Throws RH-AUTH-003 where a right is missing without which tables, views, triggers, events or routines are not seen. */
async function refusePartOnly(session: Session, database: string): Promise<void> {
  const rows = await session.all<{ right_name: string }>(sql`
    with me as (
      select concat('''', replace(substring_index(current_user(), '@', 1), '''', ''''''), '''@''', substring_index(current_user(), '@', -1), '''') as grantee
      union all
      select concat('''', current_role(), '''@''''') as grantee from dual where current_role() is not null
    )
    select p.privilege_type as right_name from information_schema.user_privileges as p join me on me.grantee = p.grantee
    union
    select p.privilege_type from information_schema.schema_privileges as p join me on me.grantee = p.grantee
    where database() like p.table_schema or database() = p.table_schema`);
  const missing = wanted.filter((right) => !rows.some(({ right_name }) => right_name === right));
  const hint = "Give them, or log in as an administrator: grant select, show view, trigger, event on the database, and select on mysql.proc.";
  if (missing.length > 0) throw new Problem("RH-AUTH-003", `the login cannot see all of ${database}: it lacks ${missing.join(", ")}`, { hint });
  await session.all(sql`select count(*) as routines from mysql.proc where db = database()`).catch((cause: unknown) => {
    if (!isProblem(cause, "RH-AUTH-003")) throw cause;
    throw new Problem("RH-AUTH-003", `the login cannot see all of ${database}: it may not read mysql.proc, where routines are`, { cause, hint });
  });
}

async function refusals(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ what: string }>(sql`
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
    order by 1`);
  return rows.map(({ what }) => what);
}
