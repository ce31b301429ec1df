// A MariaDB dump put into a database that `make` made: the schema by the client in its sandbox, the rows by LOAD DATA, the triggers;
// the first error or warning ends it. Events wait for `finish`. Of a part, the whole schema is made, only the wanted rows are loaded,
// and what is not wanted is dropped before anybody sees it. Source: mariadb.com/kb/en/load-data-infile
import { join } from "node:path";
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Context } from "../../../platform/context.ts";
import { readIfThere } from "../../../platform/files.ts";
import { run } from "../../../platform/processes.ts";
import type { FillJob } from "../../target.ts";
import { programIn } from "./dump.ts";
import { loginOption, writeLogin } from "./login.ts";
import { loadTables, offers, runFile } from "./restore.ts";

const dayMs = 86_400_000;
export const homeDatabase = undefined;

export function fillCommands({
  tools,
  database,
  secretsDirectory,
}: Pick<FillJob, "tools" | "database" | "secretsDirectory">): readonly (readonly string[])[] {
  return [[programIn(tools, "mariadb"), loginOption(secretsDirectory), "--sandbox", "--local-infile=0", "--batch", `--database=${database}`]];
}

export async function fill(_context: Context, job: FillJob): Promise<void> {
  const { database, files, only } = job;
  const login = { ...job.login, database, statementTimeoutMs: dayMs, applicationName: "rowhouse restore" };
  const tables = job.tables.filter(({ name }) => only === undefined || only.includes(name.join(".")));
  await using session = await mariadbDriver.connect(files ? login : { ...login, sends: offers(job) });
  await runScript(job, "schema.sql");
  if (!only) {
    await lend(session, database, await lackingRights(session, database, job.survey.roles.map(accountOf)));
    await runScript(job, "views.sql");
  }
  await session.run(sql`set session foreign_key_checks = 0, unique_checks = 0`);
  await loadTables(session, { ...job, tables });
  if (!only) await runScript(job, "triggers.sql");
  else await dropRest(session, only);
  await takeBack(session, database, await withRights(session, database));
}

/** A user with its host, or a role without one. */
export interface Account {
  readonly user: string;
  readonly host: string;
}

/** Of the manifest's roles: `'app'@'%'`, or a role's name. */
export function accountOf(name: string): Account {
  const [, user, host] = /^'([\s\S]*)'@'([\s\S]*)'$/.exec(name) ?? [];
  return user === undefined ? { user: name, host: "" } : { user, host: host ?? "" };
}

export function accountId({ user, host }: Account): Sql {
  return host === "" ? sql.id(user) : sql`${user === "" ? sql`''` : sql.id(user)}@${sql.id(host)}`;
}

/** Those of `accounts` that are there, may not do everything, and have no rights on exactly this database. */
export async function lackingRights(session: Session, database: string, accounts: readonly Account[]): Promise<readonly Account[]> {
  const rows = await session.all<Account>(sql`
    select u.user as \`user\`, u.host as host from mysql.user as u
    where u.super_priv <> 'Y' and u.user not in ('PUBLIC', 'mariadb.sys')
      and not exists (select * from mysql.db as d where d.user = u.user and d.host = u.host and d.db in (${database}, ${escaped(database)}))`);
  return rows.filter(({ user, host }) => accounts.some((one) => one.user === user && one.host === host));
}

async function withRights(session: Session, database: string): Promise<readonly Account[]> {
  return session.all<Account>(sql`select user as \`user\`, host as host from mysql.db where db = ${escaped(database)}`);
}

/** In GRANT, `_` and `%` of a database's name are wildcards. */
function escaped(database: string): string {
  return database.replace(/[_%\\]/g, "\\$&");
}

/** Rights for as long as views are made: a view over another one is refused while that one's definer may not read what it shows. */
export async function lend(session: Session, database: string, accounts: readonly Account[]): Promise<void> {
  for (const account of accounts) await session.run(sql`grant select, show view, execute on ${sql.id(escaped(database))}.* to ${accountId(account)}`);
}

export async function takeBack(session: Session, database: string, accounts: readonly Account[]): Promise<void> {
  for (const account of accounts)
    await session.run(sql`revoke select, show view, execute on ${sql.id(escaped(database))}.* from ${accountId(account)}`);
}

/** The rights of the original, on a database of another name; one of the same name has what the server gives it. */
export async function giveRights(job: FillJob): Promise<void> {
  const { database, survey, directory } = job;
  if (database === survey.database) return;
  const text = (await readIfThere(join(directory, "dump/grants.sql"))) ?? "";
  const lines = text.split("\n").flatMap((line) => {
    const [, before, name = "", after] = /^(grant [A-Z, ]+ on )`((?:[^`]|``)*)`(\.\* to .*)$/i.exec(line) ?? [];
    if (before === undefined) return [line];
    const isOwn = [survey.database, escaped(survey.database)].includes(name.replaceAll("``", "`"));
    return isOwn ? [`${before}\`${escaped(database).replaceAll("`", "``")}\`${after}`] : []; // a pattern of many databases is the server's
  });
  await writeLogin({ ...job.login, database }, job.secretsDirectory);
  for (const argv of fillCommands(job)) await run({ argv, input: lines.join("\n"), timeoutMs: dayMs, signal: job.signal });
}

export async function runScript(job: FillJob, name: string): Promise<void> {
  await writeLogin({ ...job.login, database: job.database }, job.secretsDirectory);
  for (const argv of fillCommands(job)) await runFile(argv, { ...job, name });
}

async function dropRest(session: Session, only: readonly string[]): Promise<void> {
  await session.run(sql`set session foreign_key_checks = 0`);
  const keys = await session.all<{ tab: string; name: string; parent: string }>(sql`
    select table_name as tab, constraint_name as name, referenced_table_name as parent
    from information_schema.referential_constraints where constraint_schema = database()`);
  for (const { tab, name, parent } of keys)
    if (only.includes(tab) && !only.includes(parent)) await session.run(sql`alter table ${sql.id(tab)} drop foreign key ${sql.id(name)}`);
  const rows = await session.all<{ name: string; type: string }>(sql`
    select table_name as name, table_type as type from information_schema.tables where table_schema = database()`);
  for (const { name, type } of rows) {
    if (type === "VIEW") await session.run(sql`drop view ${sql.id(name)}`);
    else if (type !== "SEQUENCE" && !only.includes(name)) await session.run(sql`drop table ${sql.id(name)}`);
  }
  const routines = await session.all<{ name: string; type: string }>(sql`
    select routine_name as name, routine_type as type from information_schema.routines where routine_schema = database()`);
  for (const { name, type } of routines) {
    if (type === "FUNCTION") await session.run(sql`drop function ${sql.id(name)}`);
    else if (type === "PROCEDURE") await session.run(sql`drop procedure ${sql.id(name)}`);
    else if (type === "PACKAGE") await session.run(sql`drop package ${sql.id(name)}`);
  }
}
