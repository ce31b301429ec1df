// A server of our own for a dump of PostgreSQL's: a role that owns one database and may do nothing else, what every role may before and
// afterwards, and what in the database could do more than its owner. The administrator asks catalogues only: a query over a table of
// the dump's may run what its indexes are made of, and is the owner's. Source: postgresql.org/docs/current/catalogs.html, ddl-priv.html
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Survey } from "../../backup.ts";
import type { ServerPlace } from "../../engine.ts";
import type { Owner } from "../../foreign.ts";
import { storedPassword } from "../access/password.ts";
import { creation } from "../backup/properties.ts";
import { localeOf } from "../backup/survey.ts";
import { administrator } from "../server/process.ts";

export async function takenNames(session: Session): Promise<readonly string[]> {
  return (await session.all<{ name: string }>(sql`select rolname::text as name from pg_roles`)).map(({ name }) => name);
}

/** As `create database` without a word makes it. */
export async function freshSurvey(session: Session, database: string): Promise<Survey> {
  const [row] = await session.all<{ version: string }>(sql`select split_part(current_setting('server_version'), ' ', 1) as version`);
  return {
    serverId: "",
    version: row?.version ?? "",
    database,
    settings: await localeOf(session, sql`'template1'`),
    roles: [],
    extensions: [],
    tableBytes: 0,
    databaseBytes: 0,
    refusals: [],
  };
}

export async function prepare(
  session: Session,
  place: ServerPlace,
  { owner, survey }: { readonly owner: Owner; readonly survey: Survey },
): Promise<void> {
  const [role, database] = [sql.id(owner.name), sql.id(survey.database)];
  await session.run(sql`create role ${role} login bypassrls password ${sql.literal(storedPassword(owner.password))}`); // policies of its own tables hide nothing from it
  await session.run(creation(survey.database, survey));
  await session.run(sql`alter database ${database} owner to ${role}`);
  await session.run(sql`alter database ${database} connection limit -1`);
  await using inside = await postgresDriver.connect(administrator(place, survey.database));
  await inside.run(sql`alter schema public owner to ${role}`);
}

export async function shield(session: Session, owner: Owner): Promise<void> {
  await session.run(sql`alter role ${sql.id(owner.name)} set search_path = pg_catalog`);
}

export function login(place: ServerPlace, { owner, database }: { readonly owner: Owner; readonly database: string }): ConnectionOptions {
  return { ...administrator(place, database), user: owner.name, password: owner.password, applicationName: "rowhouse restore" };
}

/** Nobody else reads it: what a query plans, it may run. */
export function reader(place: ServerPlace, own: { readonly owner: Owner; readonly database: string }): ConnectionOptions {
  return login(place, own);
}

export async function roles(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ line: string }>(sql`
    select 'role ' || to_jsonb(a)::text as line from pg_authid as a
    union all
    select 'membership ' || (to_jsonb(m) - 'oid')::text from pg_auth_members as m
    union all
    select 'settings ' || to_jsonb(s)::text from pg_db_role_setting as s
    union all
    select concat_ws(' ', 'database', datname, datdba, datallowconn, datacl::text) from pg_database
    union all
    select 'tablespace ' || to_jsonb(t)::text from pg_tablespace as t
    union all
    select 'setting ' || name || ' ' || setting from pg_settings where source not in ('client', 'session', 'default')
    order by 1`);
  return rows.map(({ line }) => line);
}

export async function escalations(session: Session, owner: Owner): Promise<readonly string[]> {
  await session.all(sql`select pg_catalog.set_config('search_path', 'pg_catalog', false) as value`);
  const rows = await session.all<{ what: string }>(sql`
    with own (classid, oid, owner) as (
      select 'pg_class'::regclass, oid, relowner from pg_class
      union all
      select 'pg_proc'::regclass, oid, proowner from pg_proc
      union all
      select 'pg_type'::regclass, oid, typowner from pg_type
      union all
      select 'pg_namespace'::regclass, oid, nspowner from pg_namespace
      union all
      select 'pg_event_trigger'::regclass, oid, evtowner from pg_event_trigger
      union all
      select 'pg_largeobject'::regclass, oid, lomowner from pg_largeobject_metadata
    ),
    made as (
      select * from own where oid >= 16384 and not exists (
        select from pg_depend as d where d.classid = own.classid and d.objid = own.oid and d.deptype in ('e', 'i'))
    )
    select format('%s belongs to %s', pg_describe_object(classid, oid, 0), pg_get_userbyid(owner)) as what
    from made where pg_get_userbyid(owner) <> ${owner.name}
    union all
    select format('%s is in the language %s, which is not trusted', pg_describe_object(classid, made.oid, 0), l.lanname)
    from made join pg_proc as p on made.classid = 'pg_proc'::regclass and p.oid = made.oid join pg_language as l on l.oid = p.prolang
    where l.lanname <> 'sql' and not l.lanpltrusted and p.prokind <> 'a'
    union all
    select format('the event trigger %s', evtname) from pg_event_trigger
    order by 1`);
  return rows.map(({ what }) => what);
}
