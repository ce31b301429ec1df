// Who may do what in a database: its roles, their memberships, and each right by name. The dump gives the rights and names the
// roles; it does not make them, so a script does, without their passwords. Superusers need no right and are left out, as are
// the server's own roles. Source: postgresql.org/docs/current/ddl-priv.html, catalog-pg-init-privs.html, role-membership.html
import type { Session } from "../../../drivers/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";

/** Roles that own something here, hold a right on it, or are in one another, whoever is the superuser. */
export const involved = sql`
  with recursive here as (select oid from pg_database where datname = current_database()),
  named (role) as (
    select refobjid from pg_shdepend, here
    where refclassid = 'pg_authid'::regclass
      and (dbid = here.oid or (classid = 'pg_database'::regclass and objid = here.oid))
    union
    select setrole from pg_db_role_setting, here where setdatabase = here.oid and setrole <> 0
    union
    select datdba from pg_database, here where pg_database.oid = here.oid
    union
    select case when m.member = named.role then m.roleid else m.member end
    from named join pg_auth_members as m on named.role in (m.member, m.roleid) join pg_roles as r on r.oid = named.role and r.rolname not like 'pg\\_%'
  )`;

/** By name, those of the server itself left out. */
export async function roles(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ name: string }>(sql`
    ${involved}
    select r.rolname::text as name from named join pg_roles as r on r.oid = named.role where r.rolname not like 'pg\\_%' order by 1`);
  return rows.map(({ name }) => name);
}

const attributes = sql`
  concat_ws(' ', case when r.rolsuper then 'superuser' end, case when r.rolinherit then 'inherit' else 'noinherit' end,
    case when r.rolcreaterole then 'createrole' end, case when r.rolcreatedb then 'createdb' end, case when r.rolreplication then 'replication' end,
    case when r.rolbypassrls then 'bypassrls' end, 'connection limit ' || r.rolconnlimit)`;

export const roleKinds: Readonly<Record<string, Sql>> = {
  role: sql`
    ${involved}
    select quote_ident(r.rolname) as name, ${attributes} as definition
    from named join pg_roles as r on r.oid = named.role where r.rolname not like 'pg\\_%' and not r.rolsuper order by 1`,
  membership: sql`
    ${involved}
    select format('%I in %I', m.rolname, g.rolname) as name, string_agg((to_jsonb(a) - 'oid' - 'roleid' - 'member' - 'grantor')::text, ' ' order by a.admin_option) as definition
    from pg_auth_members as a join pg_roles as g on g.oid = a.roleid join pg_roles as m on m.oid = a.member
    where a.member in (select role from named) and not m.rolsuper group by 1 order by 1`,
  /** What differs from what such an object has at first, so that a right that was given is one, and a right that was taken away. */
  grant: sql`
    with object (classid, objid, objsubid, acl, kind, owner) as (
      select 'pg_class'::regclass, oid, 0, relacl, case when relkind = 'S' then 's' else 'r' end, relowner from pg_class
      union all
      select 'pg_attribute'::regclass, attrelid, attnum, attacl, 'c', relowner from pg_attribute join pg_class on pg_class.oid = attrelid where not attisdropped
      union all
      select 'pg_proc'::regclass, oid, 0, proacl, 'f', proowner from pg_proc
      union all
      select 'pg_type'::regclass, oid, 0, typacl, 'T', typowner from pg_type
      union all
      select 'pg_namespace'::regclass, oid, 0, nspacl, 'n', nspowner from pg_namespace
      union all
      select 'pg_language'::regclass, oid, 0, lanacl, 'l', lanowner from pg_language
      union all
      select 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwacl, 'F', fdwowner from pg_foreign_data_wrapper
      union all
      select 'pg_foreign_server'::regclass, oid, 0, srvacl, 'S', srvowner from pg_foreign_server
      union all
      select 'pg_largeobject'::regclass, oid, 0, lomacl, 'L', lomowner from pg_largeobject_metadata
      union all
      select 'pg_database'::regclass, oid, 0, datacl, 'd', datdba from pg_database where datname = current_database()
    ),
    changed as (
      select o.*, coalesce(i.initprivs, case when o.kind <> 'c' then acldefault(o.kind::"char", o.owner) end) as first
      from object as o
      left join pg_init_privs as i
        on i.objoid = o.objid and i.objsubid = o.objsubid and i.classoid = case when o.kind = 'c' then 'pg_class'::regclass else o.classid end
      where o.acl is not null
    ),
    item as (
      select c.*, x.grantee, x.privilege_type, x.is_grantable, true as is_now from changed as c, aclexplode(c.acl) as x
      union all
      select c.*, x.grantee, x.privilege_type, x.is_grantable, false from changed as c, aclexplode(c.first) as x
    ),
    told as (
      select
        pg_describe_object(case when kind = 'c' then 'pg_class'::regclass else classid end, objid, objsubid) as object,
        case when grantee = owner or (not is_now and grantee = 10) then 'its owner' when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as who,
        privilege_type,
        bool_or(is_now) as is_now,
        bool_or(not is_now) as was_first,
        coalesce(bool_or(is_grantable and grantee <> owner) filter (where is_now), false) as is_grantable
      from item
      group by 1, 2, 3
    )
    select
      concat(case when is_now then '' else 'no ' end, privilege_type, ' on ', object, ' to ', who) as name,
      case when is_grantable then 'with grant option' else '' end as definition
    from told
    where not (is_now and was_first)
    order by 1`,
};

/** Makes the roles that are not there, in the order in which they were made, unable to log in, and puts them into one another. */
export async function roleScript(session: Session): Promise<string> {
  const made = await session.all<{ line: string }>(sql`
    ${involved}
    select format('if not exists (select from pg_roles where rolname = %L) then create role %I nologin %s; end if;', r.rolname, r.rolname, ${attributes}) as line
    from named join pg_roles as r on r.oid = named.role where r.rolname not like 'pg\\_%' order by r.oid`);
  const joined = await session.all<{ line: string }>(sql`
    ${involved}
    select format('grant %I to %I%s;', g.rolname, m.rolname,
      case when a.j ? 'inherit_option' then format(' with admin %s, inherit %s, set %s', a.j ->> 'admin_option', a.j ->> 'inherit_option', a.j ->> 'set_option')
        when (a.j ->> 'admin_option')::boolean then ' with admin option' else '' end) as line
    from (select roleid, member, to_jsonb(pg_auth_members) as j from pg_auth_members) as a
    join pg_roles as g on g.oid = a.roleid join pg_roles as m on m.oid = a.member
    where a.member in (select role from named) order by 1`);
  const lines = [...made, ...joined].map(({ line }) => `  ${line}`);
  return `${heading}\ndo ${asciiText(["", "begin", ...lines, "end", ""].join("\n"))};\n`;
}

const heading = `-- Roles that the dump names, for psql, before pg_restore: as they were, but without passwords and unable to log in. A role that
-- is there is left as it is. Afterwards: alter role … login, and \\password.`;

/** Read alike in whatever encoding a client is. */
function asciiText(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "''");
  return `E'${escaped.replace(/[^\n -~]/gu, (letter) => `\\U${(letter.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`)}'`;
}
