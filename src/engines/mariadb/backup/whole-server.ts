// What a MariaDB server holds besides its databases: users with their hosts, roles, who is in which, what they may do anywhere, their
// limits, and their passwords as hashes. Written as the server itself tells it (SHOW CREATE USER and the rights by name), in scripts
// that make only what is not there. Source: mariadb.com/kb/en/show-create-user, mysqlglobal_priv-table, mysql-proxies_priv-table
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import { dayMs } from "../../../foundation/units.ts";
import { ScriptBytes } from "../../../formats/statements.ts";
import type { Context } from "../../../platform/context.ts";
import { ensureDirectory, readIfThere, writeFileAtomic } from "../../../platform/files.ts";
import type { RoleObject, WholeDumpJob, WholeRestoreJob, WholeServer, WholeSurvey } from "../../whole-server.ts";
import { partsOf } from "../foreign/script.ts";
import { accountId, accountOf } from "./fill.ts";
import { type Account, grants, idOf, isPublic, nameOf, type Right } from "./roles.ts";
import { type Everyone, everyone } from "./everyone.ts";
import { serverId } from "./survey.ts";

const rolesFile = "server/roles.sql";
const grantsFile = "server/grants.sql";
const ownDatabases = ["information_schema", "mysql", "performance_schema", "sys"];

export const wholeServer: WholeServer = {
  survey,
  dumpCommands: () => [],
  dump,
  objects,
  roles,
  ownRoles,
  makeRoles,
  giveRights,
  dropRoles,
};

async function survey(session: Session, _login: ConnectionOptions): Promise<WholeSurvey> {
  await refusePartOnly(session);
  const [about] = await session.all<{ version: string; names: number }>(sql`
    select
      substring_index(version(), '-', 1) as version,
      @@lower_case_table_names as names`);
  if (!about) throw new Error("a select without from gave no row");
  const rows = await session.all<{ name: string }>(sql`select schema_name as name from information_schema.schemata order by binary schema_name`);
  const { lost } = await everyone(session);
  return {
    serverId: await serverId(session),
    version: about.version,
    settings: { lower_case_table_names: String(about.names) },
    databases: rows.map(({ name }) => name).filter((name) => !ownDatabases.includes(name)),
    leftOut: [`databases ${ownDatabases.join(", ")}: the server's own`, ...lost],
    refusals: [],
    hasPasswords: true,
  };
}

/** Throws RH-AUTH-003 where databases, users or their rights would be hidden. */
async function refusePartOnly(session: Session): Promise<void> {
  const rows = await session.all<{ right_name: string }>(sql`
    select p.privilege_type as right_name from information_schema.user_privileges as p
    where p.grantee in (
      concat('''', left(current_user(), char_length(current_user()) - char_length(substring_index(current_user(), '@', -1)) - 1), '''@''', substring_index(current_user(), '@', -1), ''''),
      concat('''', coalesce(current_role(), ''), '''@'''''), '''PUBLIC''@''''')`);
  const lacks = (right: string) => !rows.some(({ right_name }) => right_name === right);
  const hint = "Grant it select, show view, trigger and event on *.*, or log in as an administrator.";
  if (lacks("SELECT") && lacks("SHOW DATABASES"))
    throw new Problem("RH-AUTH-003", "the login cannot see all databases: it lacks SHOW DATABASES", { hint });
  await session.all(sql`select user as name from mysql.global_priv limit 1`).catch((thrown: unknown) => {
    if (!isProblem(thrown, "RH-AUTH-003")) throw thrown;
    throw new Problem("RH-AUTH-003", "the login cannot see who may log in: it may not read the database mysql", { cause: thrown, hint });
  });
}

async function dump(_context: Context, job: WholeDumpJob): Promise<void> {
  await using session = await mariadbDriver.connect({ ...job.login, statementTimeoutMs: dayMs });
  const all = await everyone(session);
  await ensureDirectory(join(job.directory, "server"));
  await writeFileAtomic(join(job.directory, rolesFile), await roleScript(session, all));
  await writeFileAtomic(join(job.directory, grantsFile), script("What they may do in databases: after all of these.", statementsAfter(all)));
}

function script(heading: string, statements: readonly Sql[]): string {
  const text = statements.map((statement) => `${mariadbDriver.render(statement).text} //`);
  return [`-- ${heading}`, "SET NAMES utf8mb4;", "SET sql_mode = '';", "DELIMITER //", ...text, "DELIMITER ;", ""].join("\n");
}

async function roleScript(session: Session, all: Everyone): Promise<string> {
  const made: Sql[] = [];
  for (const account of rolesFirst(all)) {
    const statements = [...(await creation(session, account)), ...onServer(account, all), ...joins(account, all), ...defaultRole(account, all)];
    if (statements.length > 0) made.push(unlessThere(account, statements));
  }
  return script("Users and roles, with their passwords as hashes: before any database. One that is there is left as it is.", made);
}

/** Each behind those that it is in; MariaDB refuses circles. */
function rolesFirst({ accounts, memberships }: Everyone): readonly Account[] {
  const ordered = new Set<Account>();
  const add = (account: Account) => {
    if (ordered.has(account)) return;
    for (const { member, role } of memberships) if (member === account) add(role);
    ordered.add(account);
  };
  for (const account of accounts) add(account);
  return [...ordered];
}

/** The server's own words make a user. */
async function creation(session: Session, account: Account): Promise<readonly Sql[]> {
  if (isPublic(account)) return [];
  if (account.isRole) return [sql`create role ${idOf(account)}`];
  const [row] = await session.all<Record<string, string>>(sql`show create user ${idOf(account)}`);
  return [sql.script(Object.values(row ?? {})[0] ?? "")];
}

function defaultRole(account: Account, { settings }: Everyone): readonly Sql[] {
  const role = settings.get(nameOf(account))?.["default_role"];
  return typeof role === "string" && role !== "" ? [sql`set default role ${sql.id(role)} for ${idOf(account)}`] : [];
}

function unlessThere(account: Account, statements: readonly Sql[]): Sql {
  const isThere = isPublic(account)
    ? hasPublicRights
    : sql`exists (select * from mysql.user where user = ${sql.literal(account.user)} and host = ${sql.literal(account.host)})`;
  const all = sql.join(
    statements.map((statement) => sql`${statement};`),
    " ",
  );
  return sql`begin not atomic if not ${isThere} then ${all} end if; end`;
}

const ofPublic = sql`where grantee = '''PUBLIC''@''''' and privilege_type <> 'USAGE'`;
/** It cannot be dropped, so that it may be there with nothing. */
const hasPublicRights = sql`(
  exists (select * from mysql.global_priv where user = 'PUBLIC' and host = '' and coalesce(json_value(priv, '$.access'), 0) <> 0) or exists (select * from information_schema.schema_privileges ${ofPublic})
  or exists (select * from information_schema.table_privileges ${ofPublic}) or exists (select * from information_schema.column_privileges ${ofPublic})
  or exists (select * from mysql.procs_priv where user = 'PUBLIC' and host = ''))`;

function onServer(account: Account, { rights }: Everyone): readonly Sql[] {
  return grants(rights.filter((right) => nameOf(right.account) === nameOf(account) && right.level === "server"));
}

function joins(account: Account, { memberships }: Everyone): readonly Sql[] {
  return memberships
    .filter(({ member }) => nameOf(member) === nameOf(account))
    .map(({ member, role, isAdmin }) => sql`grant ${idOf(role)} to ${idOf(member)}${isAdmin ? sql` with admin option` : sql``}`);
}

function statementsAfter({ rights, proxies }: Everyone): readonly Sql[] {
  const here = rights.filter(({ level }) => level !== "server");
  const ofPackage = (right: Right) => right.level === "routine" && right.detail.startsWith("PACKAGE");
  const packages = grants(here.filter(ofPackage));
  const mode = packages.length > 0 ? [sql`set sql_mode = 'ORACLE'`] : []; // the mode that knows packages
  const proxied = proxies.map(
    ({ account, as, isGrantable }) => sql`grant proxy on ${idOf(as)} to ${idOf(account)}${isGrantable ? sql` with grant option` : sql``}`,
  );
  return [...grants(here.filter((right) => !ofPackage(right))), ...proxied, ...mode, ...packages];
}

async function objects(session: Session): Promise<readonly RoleObject[]> {
  const { accounts, settings, rights, memberships, proxies } = await everyone(session);
  const of = (account: Account) => settings.get(nameOf(account)) ?? {};
  return [
    ...accounts.map((account) =>
      object(account, { kind: account.isRole ? "role" : "user", definition: ordered(without(of(account), [...secret, ...fleeting])) }),
    ),
    ...accounts
      .filter(({ isRole }) => !isRole)
      .map((account) => object(account, { kind: "password", definition: digest(ordered(only(of(account), secret))) })),
    ...memberships.map(({ member, role, isAdmin }) =>
      object(member, { kind: "membership", more: ` in ${nameOf(role)}`, definition: isAdmin ? "with admin option" : "" }),
    ),
    ...rights.map((right) =>
      object(right.account, {
        kind: "right",
        more: `: ${right.privilege} on ${[right.level, right.database, right.what, right.detail].filter(Boolean).join(" ")}`,
        definition: right.isGrantable ? "with grant option" : "",
      }),
    ),
    ...proxies.map(({ account, as, isGrantable }) =>
      object(account, { kind: "proxy right", more: `: as ${nameOf(as)}`, definition: isGrantable ? "with grant option" : "" }),
    ),
  ];
}

function object(account: Account, { kind, more = "", definition }: { readonly kind: string; readonly more?: string; readonly definition: string }) {
  const role = nameOf(account);
  return { kind, name: `${role}${more}`, definition, role };
}

const secret = ["plugin", "authentication_string", "auth_or"];
/** When it was written, and by which version; the rights in it have names of their own. */
const fleeting = ["access", "version_id", "password_last_changed"];

type Settings = Readonly<Record<string, unknown>>;

function without(settings: Settings, keys: readonly string[]): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !keys.includes(key)));
}

function only(settings: Settings, keys: readonly string[]): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => keys.includes(key)));
}

/** What is 0, false or empty is as if it were not said. */
function ordered(settings: Settings): string {
  const said = Object.entries(settings).filter(([, value]) => Boolean(value));
  return JSON.stringify(Object.fromEntries(said.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

async function roles(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ name: string; place: string; role: string }>(sql`
    select user as name, host as place, is_role as role from mysql.user
    where is_role = 'N' or user <> 'PUBLIC' or ${hasPublicRights} order by 1, 2`);
  return rows.map(({ name, place, role }) => nameOf({ user: name, host: place, isRole: role === "Y", isSuper: false }));
}

/** Those that installing makes, and our own. */
async function ownRoles(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ name: string; place: string }>(sql`
    select user as name, host as place from mysql.user
    where is_role = 'N' and (host = 'localhost' and user in ('root', 'mysql', 'mariadb.sys') or concat(user, '@', host) = current_user())`);
  const users = rows.map(({ name, place }) => nameOf({ user: name, host: place, isRole: false, isSuper: false }));
  return [...users, "PUBLIC"];
}

async function makeRoles(job: WholeRestoreJob): Promise<readonly string[]> {
  await using session = await mariadbDriver.connect(job.login);
  const there = await roles(session);
  await runStatements(job, rolesFile);
  return there;
}

async function giveRights(job: WholeRestoreJob, kept: readonly string[]): Promise<void> {
  const ends = kept.map((name) => mariadbDriver.render(sql` to ${name === "PUBLIC" ? sql`public` : accountId(accountOf(name))}`).text);
  await runStatements(job, grantsFile, (statement) => ends.some((end) => statement.endsWith(end) || statement.endsWith(`${end} with grant option`)));
}

async function dropRoles(login: ConnectionOptions, names: readonly string[]): Promise<void> {
  await using session = await mariadbDriver.connect(login);
  for (const name of names.filter((one) => one !== "PUBLIC")) {
    const account = accountOf(name);
    await session.run(account.host === "" ? sql`drop role if exists ${accountId(account)}` : sql`drop user if exists ${accountId(account)}`);
  }
}

/** As the client would: what is between its delimiters, whatever is quoted in it. */
async function runStatements(
  { login, directory }: WholeRestoreJob,
  file: string,
  isLeft: (statement: string) => boolean = () => false,
): Promise<void> {
  const text = (await readIfThere(join(directory, file))) ?? "";
  await using session = await mariadbDriver.connect({ ...login, statementTimeoutMs: dayMs });
  await using script = new ScriptBytes(Readable.from([Buffer.from(text)]));
  for await (const part of partsOf(script)) {
    const statement = part.text.toString().trim();
    if (part.kind === "statement" && !isLeft(statement)) await session.run(sql.script(statement));
  }
}
