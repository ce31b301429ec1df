// A MariaDB server that a backup is restored on while it serves others: its databases looked at, made, dropped.
// Source: mariadb.com/kb/en/create-database, information-schema-processlist-table, get_lock
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Content, DatabaseObject, Survey, TableName } from "../../backup.ts";
import type { Connection, DatabaseLook, FillJob, TargetFloor, TargetServer } from "../../target.ts";
import { objects } from "./catalogue.ts";
import { content as contentIn } from "./content.ts";
import { type Account, accountId, accountOf, fill, fillCommands, giveRights, homeDatabase, runScript, takeAllBack } from "./fill.ts";
import { forgetWay, keptTable, move, moveStatements, resume, takeBackLent, unfinishedMoves, wayTable } from "./move.ts";
import { dropRoles, keepOwnerOut, letOwnerIn, ownersLeft } from "./owner.ts";
import { creation, makeDatabase } from "./properties.ts";
import { serverFiles } from "./restore.ts";

export const target: TargetFloor = {
  nameLimitBytes: 64,
  homeDatabase,
  about,
  serverFiles,
  look,
  missingRoles,
  makeStatements,
  make,
  drop,
  letOwnerIn,
  keepOwnerOut,
  ownersLeft,
  dropRoles,
  fillCommands,
  fill,
  content,
  close,
  moveStatements,
  move,
  unfinishedMoves,
  resume,
  laterKinds: ["event"],
  serverKinds: ["role", "membership", "grant"],
  finish,
  objectsAfterMove,
  complete,
  belongsTo,
  lock,
};

const neededRights = ["SELECT", "INSERT", "CREATE", "DROP", "ALTER", "TRIGGER", "EVENT", "CREATE VIEW", "CREATE ROUTINE", "SUPER", "PROCESS"];

async function about(session: Session, survey: Survey): Promise<TargetServer> {
  const [row] = await session.all<{ version: string; directory: string; who: string; names: number; readonly: number }>(sql`
    select
      substring_index(version(), '-', 1) as version, @@datadir as directory, current_user() as who,
      @@lower_case_table_names as names, @@read_only as readonly`);
  if (!row) throw new Error("a select without from gave no row");
  const rights = await session.all<{ name: string }>(sql`
    select privilege_type as name from information_schema.user_privileges
    where grantee = concat('''', replace(substring_index(current_user(), '@', 1), '''', ''''''), '''@''', substring_index(current_user(), '@', -1), '''')`);
  const collation = survey.settings["collation"] ?? "";
  const collations = await session.all(sql`select collation_name as name from information_schema.collations where collation_name = ${collation}`);
  const lacking = neededRights.filter((right) => !rights.some(({ name }) => name === right || (right === "SUPER" && name === "SET USER")));
  const names = survey.settings["lower_case_table_names"] ?? "0";
  const refusals = [
    ...(lacking.length > 0 ? [`${row.who} is no administrator: it lacks ${lacking.join(", ")}`] : []),
    ...(row.readonly ? ["the server is read-only"] : []),
    ...(collations.length === 0 ? [`the server has no collation ${collation}`] : []),
    ...(String(row.names) === names
      ? []
      : [`the server has lower_case_table_names ${row.names}, the original had ${names}: names would not be the same`]),
  ];
  return { version: row.version, dataDirectory: row.directory, refusals };
}

async function look(session: Session, name: string, _login: ConnectionOptions): Promise<DatabaseLook | undefined> {
  const there = await session.all(sql`select schema_name as name from information_schema.schemata where schema_name = ${name}`);
  if (there.length === 0) return undefined;
  const connections = await session.all<Connection>(sql`
    select concat(user, ' from ', host) as who, user from information_schema.processlist
    where db = ${name} and id <> connection_id() and command <> 'Daemon' order by 1`);
  const [row] = await session.all<{ objects: number }>(sql`
    select
      (select count(*) from information_schema.tables where table_schema = ${name} and table_name not in (${wayTable}, ${keptTable}))
      + (select count(*) from information_schema.routines where routine_schema = ${name})
      + (select count(*) from information_schema.events where event_schema = ${name}) as objects`);
  return { name, connections, objects: Number(row?.objects ?? 0) };
}

/** Users and roles that code of the database runs as, or that have rights on it. */
async function missingRoles(session: Session, { roles }: Survey): Promise<readonly string[]> {
  const there = await session.all<Account>(sql`select user as \`user\`, host as host from mysql.user`);
  return roles.filter((role) => {
    const { user, host } = accountOf(role);
    return user !== "PUBLIC" && !there.some((one) => one.user === user && one.host === host);
  });
}

function makeStatements(name: string, survey: Survey, missing: readonly string[]): readonly Sql[] {
  return [...missing.map(accountOf).map(accountCreation), creation(name, survey)];
}

function accountCreation(account: Account): Sql {
  return account.host === ""
    ? sql`create role if not exists ${accountId(account)}`
    : sql`create user if not exists ${accountId(account)} account lock`;
}

async function make(session: Session, name: string, survey: Survey): Promise<void> {
  for (const role of await missingRoles(session, survey)) await session.run(accountCreation(accountOf(role)));
  await takeAllBack(session, name);
  await makeDatabase(session, name, survey);
}

async function drop(session: Session, name: string): Promise<void> {
  await takeBackLent(session, name);
  await session.run(sql`drop database if exists ${sql.id(name)}`);
}

/** A view is stored with the name of its database: it is told as if the copy had the original's. */
async function content(session: Session, { database, survey, onProgress }: Pick<FillJob, "database" | "survey" | "onProgress">): Promise<Content> {
  const found = await contentIn(session, onProgress);
  return { ...found, objects: asOriginals(found.objects, { database, survey }) };
}

function asOriginals(found: readonly DatabaseObject[], { database, survey }: Pick<FillJob, "database" | "survey">): readonly DatabaseObject[] {
  const [here, there] = [database, survey.database].map((name) => `\`${name.replaceAll("`", "``")}\`.`) as [string, string];
  const original = (object: DatabaseObject): DatabaseObject => ({
    ...object,
    name: object.kind === "database" && object.name === database ? survey.database : object.name,
    definition: object.definition.replaceAll(here, () => there),
    ...(object.text === undefined ? {} : { text: object.text.replaceAll(here, () => there) }),
  });
  return found.map(original);
}

/** Nobody has rights on a name that was made up for a restore, but administrators. */
async function close(_session: Session, _name: string, _survey: Survey): Promise<void> {
  // nothing to close
}

async function finish(job: FillJob): Promise<void> {
  if (!job.only) await runScript(job, "events.sql");
}

/** Rights come last: until then the database is nobody's. */
async function complete(session: Session, job: FillJob): Promise<void> {
  await takeBackLent(session, job.database);
  if (!job.only) await giveRights(job);
  await forgetWay(session, job.database);
}

async function objectsAfterMove(login: ConnectionOptions, job: Pick<FillJob, "database" | "survey">): Promise<readonly DatabaseObject[]> {
  await using session = await mariadbDriver.connect({ ...login, database: job.database });
  const found = await objects(session);
  const own = found.filter(({ name }) => name !== wayTable && !name.startsWith(`${wayTable}.`));
  return asOriginals(own, job);
}

function belongsTo({ kind, name }: DatabaseObject, [table = ""]: TableName): boolean {
  if (kind === "table") return name === table;
  return (kind === "column" || kind === "index") && name.startsWith(`${table}.`);
}

async function lock(session: Session, name: string): Promise<void> {
  const key = sql`md5(${`rowhouse restore ${name}`})`;
  const [row] = await session.all<{ locked: number | null; holder: number | null }>(sql`
    select get_lock(${key}, 0) as locked, is_used_lock(${key}) as holder`);
  if (row?.locked === 1) return;
  throw new Problem("RH-LOCK-001", `another restore into ${name} runs, in session ${row?.holder} of the server`, { hint: "Wait for it." });
}
