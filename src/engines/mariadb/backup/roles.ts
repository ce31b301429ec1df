// Who may do what in a database: the users and roles that hold rights on it or that its code runs as, their memberships, and each
// right by name. mariadb-dump leaves them out, so a script makes them, without their passwords. Who may do everything (SUPER)
// needs no right and is not compared. Source: mariadb.com/kb/en/grant, mysql-roles_mapping-table, mysql-procs_priv-table
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { DatabaseObject } from "../../backup.ts";

export interface Account {
  readonly user: string;
  readonly host: string;
  readonly isRole: boolean;
  readonly isSuper: boolean;
}

export interface Right {
  readonly account: Account;
  readonly level: "server" | "database" | "table" | "column" | "routine";
  /** Of a table, column or routine that is in another one than the session's. */
  readonly database?: string;
  /** A pattern of databases, a table, a routine. */
  readonly what: string;
  /** A column, or a routine's kind. */
  readonly detail: string;
  readonly privilege: string;
  readonly isGrantable: boolean;
}

interface Membership {
  readonly member: Account;
  readonly role: Account;
  readonly isAdmin: boolean;
}

interface Held {
  readonly accounts: readonly Account[];
  readonly rights: readonly Right[];
  readonly memberships: readonly Membership[];
}

/** By name, for the manifest. */
export async function roles(session: Session): Promise<readonly string[]> {
  return (await held(session)).accounts.map(nameOf).toSorted();
}

/** Accounts, memberships and rights, each an object of its own, so that a missing one has a name. */
export async function roleObjects(session: Session): Promise<readonly DatabaseObject[]> {
  const { accounts, rights, memberships } = await held(session);
  const object = (kind: string, name: string, definition: string) => ({ kind, name, definition });
  return [
    ...accounts.filter(({ isSuper }) => !isSuper).map((account) => object("role", nameOf(account), account.isRole ? "role" : "user")),
    ...memberships
      .filter(({ member }) => !member.isSuper)
      .map(({ member, role, isAdmin }) => object("membership", `${nameOf(member)} in ${nameOf(role)}`, isAdmin ? "with admin option" : "")),
    ...rights
      .filter(({ account }) => !account.isSuper)
      .map((right) =>
        object("grant", `${right.privilege} on ${objectOf(right)} to ${nameOf(right.account)}`, right.isGrantable ? "with grant option" : ""),
      ),
  ].toSorted((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));
}

/** Makes the accounts that are not there, users locked, and puts them into one another: before the schema, which may name a role. */
export async function roleScript(session: Session): Promise<string> {
  const { accounts, rights, memberships } = await held(session);
  const made = accounts
    .filter((account) => !isPublic(account))
    .map((account) =>
      creation(
        account,
        rights.filter((right) => right.account === account && right.level === "server"),
      ),
    );
  const joined = memberships
    .filter(({ member }) => !member.isSuper)
    .map(({ member, role, isAdmin }) => sql`grant ${idOf(role)} to ${idOf(member)}${isAdmin ? sql` with admin option` : sql``}`);
  const heading = `-- Users and roles with rights on this database, for the mariadb client: before schema.sql. Without passwords; a user that is not
-- there is made locked. Afterwards: ALTER USER … IDENTIFIED BY … ACCOUNT UNLOCK.`;
  return [heading, ...opening, "DELIMITER //", ...made.map((statement) => `${text(statement)} //`), "DELIMITER ;", ...lines(joined), ""].join("\n");
}

/** Gives the rights: after the schema, whose tables and routines they name, and before the views. */
export async function grantScript(session: Session): Promise<string> {
  const { rights } = await held(session);
  const here = rights.filter(({ level }) => level !== "server");
  const ofPackage = (right: Right) => right.level === "routine" && right.detail.startsWith("PACKAGE");
  const packages = grants(here.filter(ofPackage));
  const mode = packages.length > 0 ? [sql`set sql_mode = 'ORACLE'`] : []; // the mode that knows packages
  const heading = "-- What users and roles may do here, for the mariadb client: after schema.sql, before views.sql.";
  return [heading, ...opening, ...lines([...grants(here.filter((right) => !ofPackage(right))), ...mode, ...packages]), ""].join("\n");
}

const opening = ["SET NAMES utf8mb4;", "SET sql_mode = '';"];

function lines(statements: readonly Sql[]): readonly string[] {
  return statements.map((statement) => `${text(statement)};`);
}

function text(statement: Sql): string {
  return mariadbDriver.render(statement).text;
}

/** Rights on the whole server are those of an account that is made; one that is there keeps its own. */
function creation(account: Account, onServer: readonly Right[]): Sql {
  if (account.isRole) return sql`create role if not exists ${idOf(account)}`;
  const given = sql.join(
    grants(onServer).map((statement) => sql`${statement};`),
    " ",
  );
  const isThere = sql`exists (select * from mysql.user where user = ${sql.literal(account.user)} and host = ${sql.literal(account.host)})`;
  return sql`begin not atomic if not ${isThere} then create user ${idOf(account)} account lock; ${given} end if; end`;
}

/** One statement for each account and object; of a column's rights, one for all columns of the table. */
export function grants(rights: readonly Right[]): readonly Sql[] {
  const groups = new Map<string, Right[]>();
  for (const right of rights) {
    const { account, level, database, what, detail, isGrantable } = right;
    const key = JSON.stringify([nameOf(account), level, database, what, level === "routine" ? detail : "", isGrantable]);
    groups.set(key, [...(groups.get(key) ?? []), right]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const option = first.isGrantable ? sql` with grant option` : sql``;
    return [sql`grant ${privilegesOf(group)} on ${target(first)} to ${idOf(first.account)}${option}`];
  });
}

function privilegesOf(group: readonly Right[]): Sql {
  const names = [...new Set(group.map(({ privilege }) => privilege))];
  return sql.join(
    names.map((name) => {
      const columns = group.filter(({ privilege, level }) => privilege === name && level === "column").map(({ detail }) => sql.id(detail));
      return columns.length === 0 ? keyWord(name) : sql`${keyWord(name)} (${sql.join(columns, ", ")})`;
    }),
    ", ",
  );
}

function target({ level, database, what, detail }: Right): Sql {
  if (level === "server") return sql`*.*`;
  if (level === "database") return sql`${sql.id(what)}.*`;
  const name = database === undefined ? sql.id(what) : sql.id(database, what);
  return level === "routine" ? sql`${keyWord(detail)} ${name}` : name;
}

function keyWord(word: string): Sql {
  if (!/^[A-Z_ ]+$/.test(word)) throw new Error(`no key word: ${word}`);
  return sql.script(word);
}

function objectOf({ level, what, detail }: Right): string {
  if (level === "server") return "the server";
  if (level === "column") return `column ${what}.${detail}`;
  return level === "routine" ? `${detail.toLowerCase()} ${what}` : `${level} ${what}`;
}

export function nameOf({ user, host, isRole }: Account): string {
  return isRole ? user : `'${user}'@'${host}'`;
}

export function isPublic({ user, isRole }: Account): boolean {
  return isRole && user === "PUBLIC";
}

export function idOf(account: Account): Sql {
  if (isPublic(account)) return sql`public`;
  if (account.isRole) return sql.id(account.user);
  return sql`${account.user === "" ? sql`''` : sql.id(account.user)}@${sql.id(account.host)}`;
}

async function held(session: Session): Promise<Held> {
  const all = await allAccounts(session);
  const find = (user: string, host: string) => all.find((one) => one.user === user && one.host === host);
  const mapped = await session.all<{ member: string; place: string; joined: string; admin: string }>(sql`
    select user as member, host as place, role as joined, admin_option as admin from mysql.roles_mapping order by 1, 2, 3`);
  const memberships = mapped.flatMap((row) => {
    const [member, joined] = [find(row.member, row.place), find(row.joined, "")];
    return member && joined ? [{ member, role: joined, isAdmin: row.admin === "Y" }] : [];
  });
  const given = (await session.all<RightRow>(rightsHere)).flatMap((row) => {
    const account = find(...partsOf(row.grantee));
    return account ? [rightOf(account, row)] : [];
  });
  const definers = await session.all<{ definer: string }>(definersHere);
  const named = new Set(given.filter(({ level }) => level !== "server").map(({ account }) => account));
  for (const { definer } of definers) {
    const at = definer.lastIndexOf("@");
    const account = find(definer.slice(0, at), definer.slice(at + 1));
    if (account) named.add(account);
  }
  for (let before = -1; before !== named.size; ) {
    before = named.size;
    for (const { member, role } of memberships) if (!member.isSuper && (named.has(role) || named.has(member))) named.add(role).add(member);
  }
  return {
    accounts: all.filter((account) => named.has(account)),
    rights: given.filter(({ account }) => named.has(account)),
    memberships: memberships.filter(({ role }) => named.has(role)),
  };
}

async function allAccounts(session: Session): Promise<readonly Account[]> {
  const rows = await session.all<{ name: string; place: string; role: string; super: string }>(sql`
    select user as name, host as place, is_role as role, super_priv as super from mysql.user where user <> 'mariadb.sys' order by 3 desc, 1, 2`);
  return rows.map((row) => ({ user: row.name, host: row.place, isRole: row.role === "Y", isSuper: row.super === "Y" }));
}

export interface RightRow {
  readonly grantee: string;
  readonly level: Right["level"];
  readonly what: string;
  readonly detail: string;
  readonly privilege: string;
  readonly is_grantable: string;
}

export function rightOf(account: Account, { level, what, detail, privilege, is_grantable }: RightRow): Right {
  return { account, level, what, detail, privilege, isGrantable: is_grantable === "YES" };
}

/** `'user'@'host'`, in which nothing is escaped. */
export function partsOf(grantee: string): readonly [string, string] {
  const at = grantee.lastIndexOf("'@'");
  return [grantee.slice(1, at), grantee.slice(at + 3, -1)];
}

/** As it was before it was taken for latin1 and encoded once more. */
function encodedOnce(column: Sql): Sql {
  return sql`convert(cast(convert(${column} using latin1) as binary) using utf8mb4)`;
}

/** Of a row `p` of mysql.procs_priv and a routine `r`. GRANT writes names beyond ASCII into it encoded twice. */
export const isOfRoutine = sql`
  r.type = p.routine_type and r.name in (p.routine_name, ${encodedOnce(sql`p.routine_name`)}) and r.db in (p.db, ${encodedOnce(sql`p.db`)})`;

const rightsHere = sql`
  select grantee, 'server' as level, '' as what, '' as detail, privilege_type as privilege, is_grantable
  from information_schema.user_privileges where privilege_type <> 'USAGE'
  union all
  select grantee, 'database', table_schema, '', privilege_type, is_grantable
  from information_schema.schema_privileges where database() like table_schema
  union all
  select p.grantee, 'table', p.table_name, '', p.privilege_type, p.is_grantable
  from information_schema.table_privileges as p join information_schema.tables as t on t.table_schema = p.table_schema and t.table_name = p.table_name
  where p.table_schema = database()
  union all
  select p.grantee, 'column', p.table_name, p.column_name, p.privilege_type, p.is_grantable
  from information_schema.column_privileges as p
  join information_schema.columns as c on c.table_schema = p.table_schema and c.table_name = p.table_name and c.column_name = p.column_name
  where p.table_schema = database()
  union all
  select concat('''', p.user, '''@''', p.host, ''''), 'routine', r.name, p.routine_type, k.kind, if(find_in_set('Grant', p.proc_priv) > 0, 'YES', 'NO')
  from mysql.procs_priv as p
  join mysql.proc as r on ${isOfRoutine}
  join (select 'EXECUTE' as kind union all select 'ALTER ROUTINE' union all select 'SHOW CREATE ROUTINE') as k on find_in_set(k.kind, upper(p.proc_priv)) > 0
  where r.db = database()
  order by 1, 2, 3, 4, 5`;

const definersHere = sql`
  select definer from information_schema.views where table_schema = database()
  union
  select definer from mysql.proc where db = database()
  union
  select definer from information_schema.triggers where trigger_schema = database()
  union
  select definer from information_schema.events where event_schema = database()`;
