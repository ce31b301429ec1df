// Every user and role of a MariaDB server with all that they may do, in whatever database. A right on what is not there any more is
// lost: MariaDB keeps it, and refuses to give it again.
// Source: mariadb.com/kb/en/mysqlglobal_priv-table, mysql-roles_mapping-table, mysql-proxies_priv-table, information-schema-table-privileges-table
import type { Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import { type Account, isOfRoutine, isPublic, nameOf, partsOf, type Right, type RightRow, rightOf } from "./roles.ts";

export interface Everyone {
  /** Roles first; the one that owns the server's views is left out. */
  readonly accounts: readonly Account[];
  /** What mysql.global_priv says of each, by its name. */
  readonly settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly rights: readonly Right[];
  readonly memberships: readonly { readonly member: Account; readonly role: Account; readonly isAdmin: boolean }[];
  readonly proxies: readonly { readonly account: Account; readonly as: Account; readonly isGrantable: boolean }[];
  /** Rights on what is not there, each in words. */
  readonly lost: readonly string[];
}

export async function everyone(session: Session): Promise<Everyone> {
  const rows = await session.all<{ name: string; place: string; priv: string }>(sql`
    select user as name, host as place, priv from mysql.global_priv where user <> 'mariadb.sys' order by 1, 2`);
  const read = rows.map(({ name, place, priv }) => {
    const settings = JSON.parse(priv) as Readonly<Record<string, unknown>>;
    return { account: { user: name, host: place, isRole: settings["is_role"] === true, isSuper: false }, settings };
  });
  const accounts = read.map(({ account }) => account).toSorted((a, b) => Number(b.isRole) - Number(a.isRole));
  const find = (user: string, host: string) => accounts.find((one) => one.user === user && one.host === host);
  const given = (await session.all<RightRow & { readonly db: string; readonly is_there: number }>(rightsAnywhere)).flatMap((row) => {
    const account = find(...partsOf(row.grantee));
    const right = account ? { ...rightOf(account, row), ...(row.db === "" ? {} : { database: row.db }) } : undefined;
    return right ? [{ right, isThere: row.is_there === 1 }] : [];
  });
  return {
    accounts,
    settings: new Map(read.map(({ account, settings }) => [nameOf(account), settings])),
    rights: [...(await everybodys(session, accounts.find(isPublic))), ...given.filter(({ isThere }) => isThere).map(({ right }) => right)],
    memberships: await membershipsOf(session, find),
    proxies: await proxiesOf(session, find),
    lost: given
      .filter(({ isThere }) => !isThere)
      .map(({ right }) => `right ${right.privilege} on ${right.database}.${right.what} to ${nameOf(right.account)}: there is no such ${right.level}`),
  };
}

/** What everybody may do on the server, which information_schema.user_privileges does not tell. */
async function everybodys(session: Session, account: Account | undefined): Promise<readonly Right[]> {
  if (!account) return [];
  const lines = (await session.all<Record<string, string>>(sql`show grants for public`)).flatMap((row) => Object.values(row));
  const [, named = "", grantable] = lines.map((line) => /^GRANT (.+) ON \*\.\* TO `?PUBLIC`?( WITH GRANT OPTION)?$/i.exec(line)).find(Boolean) ?? [];
  const privileges = named.split(", ").filter((privilege) => privilege !== "" && privilege !== "USAGE");
  return privileges.map((privilege) => ({ account, level: "server", what: "", detail: "", privilege, isGrantable: grantable !== undefined }));
}

type Find = (user: string, host: string) => Account | undefined;

async function membershipsOf(session: Session, find: Find): Promise<Everyone["memberships"]> {
  const rows = await session.all<{ member: string; place: string; joined: string; admin: string }>(sql`
    select user as member, host as place, role as joined, admin_option as admin from mysql.roles_mapping order by 1, 2, 3`);
  return rows.flatMap((row) => {
    const [member, role] = [find(row.member, row.place), find(row.joined, "")];
    return member && role ? [{ member, role, isAdmin: row.admin === "Y" }] : [];
  });
}

async function proxiesOf(session: Session, find: Find): Promise<Everyone["proxies"]> {
  const rows = await session.all<{ name: string; place: string; as_user: string; as_host: string; may: number }>(sql`
    select user as name, host as place, proxied_user as as_user, proxied_host as as_host, with_grant as may from mysql.proxies_priv order by 1, 2, 3, 4`);
  return rows.flatMap((row) => {
    const account = find(row.name, row.place);
    const as = { user: row.as_user, host: row.as_host || "%", isRole: false, isSuper: false };
    return account ? [{ account, as, isGrantable: row.may === 1 }] : [];
  });
}

const rightsAnywhere = sql`
  select grantee, 'server' as level, '' as db, '' as what, '' as detail, privilege_type as privilege, is_grantable, 1 as is_there
  from information_schema.user_privileges where privilege_type <> 'USAGE'
  union all
  select grantee, 'database', '', table_schema, '', privilege_type, is_grantable, 1
  from information_schema.schema_privileges
  union all
  select p.grantee, 'table', p.table_schema, p.table_name, '', p.privilege_type, p.is_grantable, t.table_name is not null
  from information_schema.table_privileges as p
  left join information_schema.tables as t on t.table_schema = p.table_schema and t.table_name = p.table_name
  union all
  select p.grantee, 'column', p.table_schema, p.table_name, p.column_name, p.privilege_type, p.is_grantable, c.column_name is not null
  from information_schema.column_privileges as p
  left join information_schema.columns as c on c.table_schema = p.table_schema and c.table_name = p.table_name and c.column_name = p.column_name
  union all
  select concat('''', p.user, '''@''', p.host, ''''), 'routine', coalesce(r.db, p.db), coalesce(r.name, p.routine_name), p.routine_type, k.kind,
    if(find_in_set('Grant', p.proc_priv) > 0, 'YES', 'NO'), r.name is not null
  from mysql.procs_priv as p
  left join mysql.proc as r on ${isOfRoutine}
  join (select 'EXECUTE' as kind union all select 'ALTER ROUTINE' union all select 'SHOW CREATE ROUTINE') as k on find_in_set(k.kind, upper(p.proc_priv)) > 0
  order by 1, 2, 3, 4, 5, 6`;
