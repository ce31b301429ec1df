// Every role of a PostgreSQL server as its catalogue has it: attributes, memberships, settings, comments, and passwords by a digest.
// Source: postgresql.org/docs/current/catalog-pg-authid.html, catalog-pg-auth-members.html, catalog-pg-db-role-setting.html
import type { Session } from "../../../drivers/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { RoleObject } from "../../whole-server.ts";

const named = sql`rolname not like 'pg\\_%'`;

const kinds: Readonly<Record<string, Sql>> = {
  role: sql`
    select rolname::text as role, rolname::text as name,
      concat_ws(' ', case when rolsuper then 'superuser' end, case when rolinherit then 'inherit' end, case when rolcreaterole then 'createrole' end,
        case when rolcreatedb then 'createdb' end, case when rolcanlogin then 'login' end, case when rolreplication then 'replication' end,
        case when rolbypassrls then 'bypassrls' end, 'connection limit', rolconnlimit, 'valid until', rolvaliduntil) as definition
    from pg_roles where ${named} order by 1`,
  membership: sql`
    select m.rolname::text as role, format('%I in %I', m.rolname, g.rolname) as name,
      string_agg((to_jsonb(a) - 'oid' - 'roleid' - 'member' - 'grantor')::text, ' ' order by a.admin_option) as definition
    from pg_auth_members as a join pg_roles as g on g.oid = a.roleid join pg_roles as m on m.oid = a.member
    where m.${named} group by 1, 2 order by 2`,
  setting: sql`
    select rolname::text as role, rolname::text as name, setconfig::text as definition
    from pg_db_role_setting join pg_roles on pg_roles.oid = setrole where setdatabase = 0 order by 1`,
  comment: sql`
    select rolname::text as role, rolname::text as name, shobj_description(oid, 'pg_authid') as definition
    from pg_roles where ${named} and shobj_description(oid, 'pg_authid') is not null order by 1`,
};

const passwords = sql`
  select rolname::text as role, rolname::text as name, left(encode(sha256(convert_to(rolpassword, 'UTF8')), 'hex'), 32) as definition
  from pg_authid where ${named} and rolpassword is not null order by 1`;

/** Since version 15. */
const parameterRights = sql`
  select coalesce(rolname, 'public')::text as role, format('%I: %s on %s', coalesce(rolname, 'public'), privilege_type, parname) as name,
    string_agg(case when is_grantable then 'with grant option' else '' end, ' ' order by is_grantable) as definition
  from pg_parameter_acl cross join lateral aclexplode(paracl) left join pg_roles on pg_roles.oid = grantee
  group by 1, 2 order by 2`;

/** A role's name comes first in each object's own. */
export async function objects(session: Session): Promise<readonly RoleObject[]> {
  const [row] = await session.all<{ sees: boolean }>(sql`select has_table_privilege('pg_authid', 'select') as sees`);
  const more = {
    ...((await hasParameterRights(session)) ? { "parameter right": parameterRights } : {}),
    ...(row?.sees ? { password: passwords } : {}),
  };
  const found: RoleObject[] = [];
  for (const [kind, statement] of Object.entries({ ...kinds, ...more })) {
    const rows = await session.all<{ role: string; name: string; definition: string }>(statement);
    found.push(...rows.map(({ role, name, definition }) => ({ kind, name, definition, role })));
  }
  return found;
}

async function hasParameterRights(session: Session): Promise<boolean> {
  const [row] = await session.all<{ has: boolean }>(sql`select to_regclass('pg_catalog.pg_parameter_acl') is not null as has`);
  return row?.has === true;
}

/** With `public` where it has rights of its own. */
export async function roles(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ name: string }>(sql`select rolname::text as name from pg_roles where ${named} order by 1`);
  const ofAll = (await hasParameterRights(session))
    ? await session.all<{ name: string }>(sql`
        select 'public' as name where exists (select from pg_parameter_acl cross join lateral aclexplode(paracl) where grantee = 0)`)
    : [];
  return [...rows, ...ofAll].map(({ name }) => name);
}

/** The first one and `public`, which no server is without, and our own. */
export async function ownRoles(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ name: string }>(
    sql`select rolname::text as name from pg_roles where oid = 10 or rolname in (current_user, session_user)`,
  );
  return [...rows.map(({ name }) => name), "public"];
}
