// A MariaDB dump put into a database that `make` made: the schema by the client in its sandbox, the rows by LOAD DATA, the triggers;
// the first error or warning ends it. Events wait for `finish`. Of a part, the whole schema is made, only the wanted rows are loaded,
// and what is not wanted is dropped before anybody sees it. Source: mariadb.com/kb/en/load-data-infile
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import { dayMs } from "../../../foundation/units.ts";
import type { Context } from "../../../platform/context.ts";
import { readIfThere } from "../../../platform/files.ts";
import { run } from "../../../platform/processes.ts";
import { programIn } from "../../../platform/tools.ts";
import type { FillJob } from "../../target.ts";
import { loginOption, writeLogin } from "./login.ts";
import { loadTables, offerOf, type Parcel } from "./load.ts";
import { runFile } from "./restore.ts";

export const homeDatabase = undefined;

export function fillCommands({
  tools,
  database,
  secretsDirectory,
}: Pick<FillJob, "tools" | "database" | "secretsDirectory">): readonly (readonly string[])[] {
  return [[programIn(tools, "mariadb"), loginOption(secretsDirectory), "--sandbox", "--local-infile=0", "--batch", `--database=${database}`]];
}

export async function fill(context: Context, job: FillJob): Promise<void> {
  const { database, files, only } = job;
  const login = { ...job.login, database, statementTimeoutMs: dayMs, applicationName: "rowhouse restore" };
  const tables = job.tables.filter(({ name }) => only === undefined || only.includes(name.join(".")));
  const packetBytes = files ? undefined : await mostAtOnce(login);
  const open = (parcel: Parcel) => mariadbDriver.connect(packetBytes === undefined ? login : { ...login, sends: offerOf(parcel) });
  await using session = await mariadbDriver.connect(login);
  await runScript(job, "schema.sql");
  const borrowers = only ? [] : await lackingRights(session, database, job.survey.roles.map(accountOf));
  await lend(session, database, borrowers);
  if (!only) await runScript(job, "views.sql");
  await loadTables(context, open, { ...job, tables, packetBytes });
  if (!only) await runScript(job, "triggers.sql");
  else await dropRest(session, only);
  await takeBack(session, database, borrowers);
}

/** Bytes that the server takes from a client's file at once; undefined where it takes none. */
async function mostAtOnce(login: ConnectionOptions): Promise<number | undefined> {
  await using session = await mariadbDriver.connect(login);
  const [row] = await session.all<{ takes: number; bytes: number }>(sql`select @@local_infile as takes, @@max_allowed_packet as bytes`);
  return row?.takes === 1 ? row.bytes : undefined;
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

/** What views need while they are made. */
const viewRights = ["select", "show view", "execute"] as const;

export interface Borrower extends Account {
  /** Of `viewRights`. */
  readonly lacks: readonly string[];
}

/** Those of `accounts` that are there and lack a right on exactly this database, which no right on the server makes up for. */
export async function lackingRights(session: Session, database: string, accounts: readonly Account[]): Promise<readonly Borrower[]> {
  const rows = await session.all<Account & Readonly<Record<(typeof viewRights)[number], string | null>>>(sql`
    select u.user as \`user\`, u.host as host, d.select_priv as \`select\`, d.show_view_priv as \`show view\`, d.execute_priv as \`execute\`
    from mysql.user as u left join mysql.db as d on d.user = u.user and d.host = u.host and d.db = ${escaped(database)}
    where u.super_priv <> 'Y' and u.user not in ('PUBLIC', 'mariadb.sys')`);
  return rows
    .filter(({ user, host }) => accounts.some((one) => one.user === user && one.host === host))
    .map((row) => ({ user: row.user, host: row.host, lacks: viewRights.filter((right) => row[right] !== "Y") }))
    .filter(({ lacks }) => lacks.length > 0);
}

/** In GRANT, `_` and `%` of a database's name are wildcards. */
function escaped(database: string): string {
  return database.replace(/[_%\\]/g, "\\$&");
}

/** Rights for as long as views are made: a view over another one is refused while that one's definer may not read what it shows. */
export async function lend(session: Session, database: string, borrowers: readonly Borrower[]): Promise<void> {
  for (const borrower of borrowers) await session.run(sql`grant ${rightsOf(borrower)} on ${sql.id(escaped(database))}.* to ${accountId(borrower)}`);
}

export async function takeBack(session: Session, database: string, borrowers: readonly Borrower[]): Promise<void> {
  for (const borrower of borrowers)
    await session.run(sql`revoke ${rightsOf(borrower)} on ${sql.id(escaped(database))}.* from ${accountId(borrower)}`);
}

/** What a restore that was killed lent on a name that only restores use. */
export async function takeAllBack(session: Session, database: string): Promise<void> {
  const rows = await session.all<Account>(sql`select user as \`user\`, host as host from mysql.db where db = ${escaped(database)}`);
  const all = rows.map(({ user, host }) => ({ user, host, lacks: viewRights }));
  await takeBack(session, database, all);
}

function rightsOf({ lacks }: Borrower): Sql {
  const words: Readonly<Record<string, Sql>> = { select: sql`select`, "show view": sql`show view`, execute: sql`execute` };
  return sql.join(
    lacks.map((right) => words[right] ?? sql`select`),
    ", ",
  );
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
  for (const argv of fillCommands(job)) await runFile(argv, { ...job, directory: join(job.directory, "dump"), name });
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
