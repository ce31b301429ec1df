// A server of our own for a dump of MariaDB's: a user with rights on one database and on nothing else, what every account may before and
// afterwards, and what in the database would run as anybody but its owner. Nothing that a table of MariaDB's is made of is code, so an
// administrator may read it. Source: mariadb.com/kb/en/grant, the-mysql-database-tables
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Survey } from "../../backup.ts";
import type { ServerPlace } from "../../engine.ts";
import type { Owner } from "../../foreign.ts";
import { storedPassword } from "../access/password.ts";
import { makeDatabase } from "../backup/properties.ts";
import { administrator } from "../server/process.ts";

export async function takenNames(session: Session): Promise<readonly string[]> {
  return (await session.all<{ name: string }>(sql`select distinct user as name from mysql.user`)).map(({ name }) => name);
}

/** As `create database` without a word makes it. */
export async function freshSurvey(session: Session, database: string): Promise<Survey> {
  const [row] = await session.all<Record<string, string | number>>(sql`
    select
      substring_index(version(), '-', 1) as version,
      @@lower_case_table_names as lower_case_table_names,
      @@innodb_page_size as innodb_page_size,
      @@character_set_server as character_set,
      @@collation_server as collation`);
  const { version = "", ...rest } = row ?? {};
  const settings = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, String(value)]));
  return { serverId: "", version: String(version), database, settings, roles: [], extensions: [], tableBytes: 0, databaseBytes: 0, refusals: [] };
}

export async function prepare(
  session: Session,
  _place: ServerPlace,
  { owner, survey }: { readonly owner: Owner; readonly survey: Survey },
): Promise<void> {
  const user = sql`${sql.id(owner.name)}@localhost`;
  await makeDatabase(session, survey.database, survey);
  await session.run(sql`create user ${user} identified by password ${sql.literal(storedPassword(owner.password))}`);
  await session.run(sql`grant all privileges on ${sql.id(survey.database.replace(/[_%\\]/g, "\\$&"))}.* to ${user}`);
}

export async function shield(_session: Session, _owner: Owner): Promise<void> {
  // a routine of a database is called by its name only there, and never in the place of the server's own
}

export function login(place: ServerPlace, { owner, database }: { readonly owner: Owner; readonly database: string }): ConnectionOptions {
  return { ...administrator(place, database), user: owner.name, password: owner.password, applicationName: "rowhouse restore" };
}

export function reader(place: ServerPlace, { database }: { readonly owner: Owner; readonly database: string }): ConnectionOptions {
  return administrator(place, database);
}

/** Rights on routines that one made are no rights that one got. */
export async function roles(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ line: string }>(sql`
    select concat_ws(' ', 'account', user, host, priv) as line from mysql.global_priv
    union all
    select concat_ws(' ', 'database', user, host, db, grant_priv, select_priv, insert_priv, execute_priv, event_priv, trigger_priv, alter_priv) from mysql.db
    union all
    select concat_ws(' ', 'table', user, host, db, table_name, table_priv, column_priv) from mysql.tables_priv
    union all
    select concat_ws(' ', 'column', user, host, db, table_name, column_name, column_priv) from mysql.columns_priv
    union all
    select concat_ws(' ', 'routine', p.user, p.host, p.db, p.routine_name, p.proc_priv)
    from mysql.procs_priv as p
    where not exists (select * from mysql.proc as r where r.db = p.db and r.name = p.routine_name and r.definer = concat(p.user, '@', p.host))
    union all
    select concat_ws(' ', 'membership', user, host, role, admin_option) from mysql.roles_mapping
    union all
    select concat_ws(' ', 'proxy', user, host, proxied_user, proxied_host, with_grant) from mysql.proxies_priv
    union all
    select concat_ws(' ', 'plugin', name, dl) from mysql.plugin
    union all
    select concat_ws(' ', 'library', name, dl) from mysql.func
    union all
    select concat_ws(' ', 'server', server_name, host, db) from mysql.servers
    union all
    select concat_ws(' ', 'schema', schema_name) from information_schema.schemata
    union all
    select concat_ws(' ', 'setting', variable_name, variable_value) from information_schema.global_variables where variable_name not like 'gtid%'
    order by 1`);
  return rows.map(({ line }) => line);
}

export async function escalations(session: Session, owner: Owner): Promise<readonly string[]> {
  const own = `${owner.name}@localhost`;
  const rows = await session.all<{ what: string }>(sql`
    select concat('view ', table_name, ' runs as ', definer) as what from information_schema.views where table_schema = database() and definer <> ${own}
    union all
    select concat(lower(type), ' ', name, ' runs as ', definer) from mysql.proc where db = database() and definer <> ${own}
    union all
    select concat('trigger ', trigger_name, ' runs as ', definer) from information_schema.triggers where trigger_schema = database() and definer <> ${own}
    union all
    select concat('event ', event_name, ' runs as ', definer) from information_schema.events where event_schema = database() and definer <> ${own}
    order by 1`);
  return rows.map(({ what }) => what);
}
