// Which rights of an administrator the login has, by itself or through a role that it may become.
// Source: postgresql.org/docs/current/view-pg-roles.html, predefined-roles.html
import type { Queryable } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Excess } from "../store.ts";

interface RoleRow {
  readonly name: string;
  readonly login: string;
  readonly rolsuper: boolean;
  readonly rolcreaterole: boolean;
  readonly rolcreatedb: boolean;
  readonly rolbypassrls: boolean;
  readonly rolreplication: boolean;
  readonly reaches_files: boolean;
}

export async function excess(session: Queryable): Promise<Excess> {
  const roles = await session.all<RoleRow>(sql`
    select
      rolname as name,
      current_user as login,
      rolsuper,
      rolcreaterole,
      rolcreatedb,
      rolbypassrls,
      rolreplication,
      rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program') as reaches_files
    from pg_catalog.pg_roles
    where rolname = current_user or pg_has_role(current_user, oid, 'member')`);
  const user = roles[0]?.login ?? "";
  const others = roles.filter((role) => role.name !== user && rightsOf(role).length > 0).map((role) => sql.id(role.name));
  const revoke = others.length > 0 ? sql`; revoke ${sql.join(others, ", ")} from ${sql.id(user)}` : sql``;
  return {
    user,
    rights: roles.flatMap((role) => rightsOf(role).map((right) => (role.name === user ? right : `${right} through ${role.name}`))),
    mend: sql`alter role ${sql.id(user)} nosuperuser nocreaterole nocreatedb nobypassrls noreplication${revoke}`,
  };
}

function rightsOf(role: RoleRow): readonly string[] {
  return [
    ...(role.rolsuper ? ["superuser"] : []),
    ...(role.rolcreaterole ? ["createrole"] : []),
    ...(role.rolcreatedb ? ["createdb"] : []),
    ...(role.rolbypassrls ? ["bypassrls"] : []),
    ...(role.rolreplication ? ["replication"] : []),
    ...(role.reaches_files ? ["files and programs of the server"] : []),
  ];
}
