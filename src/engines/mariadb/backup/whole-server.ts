// What a MariaDB server holds besides its databases: users with their hosts, roles, who is in which, what they may do anywhere, their
// limits, and their passwords as hashes. Written as the server itself tells it (SHOW CREATE USER and the rights by name), in scripts
// that make only what is not there. Source: mariadb.com/kb/en/show-create-user, mysqlglobal_priv-table, mysql-proxies_priv-table
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Context } from "../../../platform/context.ts";
import { ensureDirectory, readIfThere, writeFileAtomic } from "../../../platform/files.ts";
import type { DatabaseObject } from "../../backup.ts";
import type { WholeDumpJob, WholeRestoreJob, WholeServer, WholeSurvey } from "../../whole-server.ts";
import { accountId, accountOf } from "./fill.ts";
import { type Account, grants, idOf, isPublic, nameOf, type Right } from "./roles.ts";
import { type Everyone, everyone } from "./everyone.ts";

const dayMs = 86_400_000;
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
  roleOf,
};

async function survey(session: Session, _login: ConnectionOptions): Promise<WholeSurvey> {
  await refusePartOnly(session);
  const [about] = await session.all<{ server: string; version: string; names: number }>(sql`
    select
      concat_ws(' ', @@hostname, @@port, @@datadir, @@server_id) as server,
      substring_index(version(), '-', 1) as version,
      @@lower_case_table_names as names`);
  if (!about) throw new Error("a select without from gave no row");
  const rows = await session.all<{ name: string }>(sql`select schema_name as name from information_schema.schemata order by binary schema_name`);
  const { lost } = await everyone(session);
  return {
    serverId: createHash("sha256").update(about.server).digest("hex").slice(0, 16),
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
  const made = all.accounts
    .filter((account) => account.isRole && !isPublic(account))
    .map((account) => sql`create role if not exists ${idOf(account)}`);
  const users: Sql[] = [];
  for (const account of all.accounts.filter(({ isRole }) => !isRole)) users.push(unlessThere(account, await statementsFor(session, account, all)));
  const ofRoles = all.accounts.filter(({ isRole }) => isRole).flatMap((account) => [...onServer(account, all), ...joins(account, all)]);
  return script("Users and roles, with their passwords as hashes: before any database. A user that is there is left as it is.", [
    ...made,
    ...ofRoles,
    ...users,
  ]);
}

/** The server's own words make the user; what else it has follows. */
async function statementsFor(session: Session, account: Account, all: Everyone): Promise<readonly Sql[]> {
  const [row] = await session.all<Record<string, string>>(sql`show create user ${idOf(account)}`);
  const role = all.settings.get(nameOf(account))?.["default_role"];
  return [
    sql.script(Object.values(row ?? {})[0] ?? ""),
    ...onServer(account, all),
    ...joins(account, all),
    ...(typeof role === "string" && role !== "" ? [sql`set default role ${sql.id(role)} for ${idOf(account)}`] : []),
  ];
}

function unlessThere(account: Account, statements: readonly Sql[]): Sql {
  const isThere = sql`exists (select * from mysql.user where user = ${sql.literal(account.user)} and host = ${sql.literal(account.host)})`;
  const all = sql.join(
    statements.map((statement) => sql`${statement};`),
    " ",
  );
  return sql`begin not atomic if not ${isThere} then ${all} end if; end`;
}

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

async function objects(session: Session): Promise<readonly DatabaseObject[]> {
  const { accounts, settings, rights, memberships, proxies } = await everyone(session);
  const object = (kind: string, name: string, definition: string) => ({ kind, name, definition });
  const of = (account: Account) => settings.get(nameOf(account)) ?? {};
  return [
    ...accounts.map((account) => object(account.isRole ? "role" : "user", nameOf(account), ordered(without(of(account), [...secret, ...fleeting])))),
    ...accounts.filter(({ isRole }) => !isRole).map((account) => object("password", nameOf(account), digest(ordered(only(of(account), secret))))),
    ...memberships.map(({ member, role, isAdmin }) =>
      object("membership", `${nameOf(member)} in ${nameOf(role)}`, isAdmin ? "with admin option" : ""),
    ),
    ...rights.map((right) =>
      object(
        "right",
        `${nameOf(right.account)}: ${right.privilege} on ${[right.level, right.database, right.what, right.detail].filter(Boolean).join(" ")}`,
        right.isGrantable ? "with grant option" : "",
      ),
    ),
    ...proxies.map(({ account, as, isGrantable }) =>
      object("proxy right", `${nameOf(account)}: as ${nameOf(as)}`, isGrantable ? "with grant option" : ""),
    ),
  ];
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
    select user as name, host as place, is_role as role from mysql.user order by 1, 2`);
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

function roleOf({ kind, name }: DatabaseObject): string {
  if (kind === "membership") return name.slice(0, name.indexOf(" in "));
  return kind === "right" || kind === "proxy right" ? name.slice(0, name.indexOf(": ")) : name;
}

async function makeRoles(job: WholeRestoreJob): Promise<readonly string[]> {
  await using session = await mariadbDriver.connect(job.login);
  const there = await roles(session);
  await runStatements(job, rolesFile);
  return there;
}

async function giveRights(job: WholeRestoreJob, kept: readonly string[]): Promise<void> {
  const ends = kept.map((name) => mariadbDriver.render(sql` to ${accountId(accountOf(name))}`).text);
  await runStatements(job, grantsFile, (statement) => ends.some((end) => statement.endsWith(end) || statement.endsWith(`${end} with grant option`)));
}

async function dropRoles(login: ConnectionOptions, names: readonly string[]): Promise<void> {
  await using session = await mariadbDriver.connect(login);
  for (const name of names) {
    const account = accountOf(name);
    await session.run(account.host === "" ? sql`drop role if exists ${accountId(account)}` : sql`drop user if exists ${accountId(account)}`);
  }
}

/** Each is one that this version wrote, between its delimiters. */
async function runStatements(
  { login, directory }: WholeRestoreJob,
  file: string,
  isLeft: (statement: string) => boolean = () => false,
): Promise<void> {
  const text = (await readIfThere(join(directory, file))) ?? "";
  const body = text.slice(text.indexOf("DELIMITER //\n") + "DELIMITER //\n".length, text.lastIndexOf("DELIMITER ;"));
  await using session = await mariadbDriver.connect({ ...login, statementTimeoutMs: dayMs });
  await session.run(sql`set sql_mode = ''`);
  for (const statement of body.split(" //\n").filter((one) => one.trim() !== "" && !isLeft(one))) await session.run(sql.script(statement));
}
