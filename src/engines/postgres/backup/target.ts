// A PostgreSQL server that a backup is restored on while it serves others: its databases looked at, made, dropped, closed.
// Source: postgresql.org/docs/current/sql-createdatabase.html, monitoring-stats.html (pg_stat_activity)
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Content, DatabaseObject, Survey, TableName } from "../../backup.ts";
import type { ServerPlace } from "../../engine.ts";
import type { Connection, DatabaseLook, FillJob, ServerFiles, TargetFloor, TargetServer } from "../../target.ts";
import { content as contentIn } from "./content.ts";
import { fill, fillCommands, homeDatabase } from "./fill.ts";
import { move, moveStatements, resume, unfinishedMoves } from "./move.ts";
import { dropRoles, keepOwnerOut, letOwnerIn, ownersLeft } from "./owner.ts";
import { creation } from "./properties.ts";
import { isPartOf } from "./scope.ts";

export const target: TargetFloor = {
  nameLimitBytes: 63,
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
  laterKinds: [],
  serverKinds: ["role", "membership"],
  finish,
  objectsAfterMove,
  complete,
  belongsTo,
  lock,
};

async function about(session: Session, survey: Survey): Promise<TargetServer> {
  const [row] = await session.all<{ version: string; directory: string; is_super: boolean; is_standby: boolean; who: string }>(sql`
    select
      split_part(current_setting('server_version'), ' ', 1) as version,
      case when rolsuper then current_setting('data_directory') else '' end as directory,
      rolsuper as is_super,
      pg_is_in_recovery() as is_standby,
      rolname::text as who
    from pg_roles where rolname = current_user`);
  if (!row) throw new Error("the current user has no role");
  const { version, directory, is_super: isSuper, is_standby: isStandby, who } = row;
  const available = await session.all<{ name: string }>(sql`select name::text as name from pg_available_extensions`);
  const missing = survey.extensions.filter((wanted) => !available.some((one) => one.name === wanted));
  const refusals = [
    ...(isSuper ? [] : [`${who} is no superuser: owners and rights could not be given back`]),
    ...(isStandby ? ["the server is a standby: it takes no writes"] : []),
    ...missing.map((name) => `the server has no extension ${name}`),
  ];
  return { version, dataDirectory: directory, refusals };
}

/** pg_restore sends rows through its connections. */
function serverFiles(_place: ServerPlace): ServerFiles | undefined {
  return undefined;
}

async function look(session: Session, name: string, login: ConnectionOptions): Promise<DatabaseLook | undefined> {
  const there = await session.all(sql`select from pg_database where datname = ${name}`);
  if (there.length === 0) return undefined;
  const connections = await session.all<Connection>(sql`
    select
      concat_ws(' ', usename, 'from', coalesce(host(client_addr), 'this machine'), nullif('(' || application_name || ')', '()')) as who,
      usename::text as "user"
    from pg_stat_activity
    where datname = ${name} and pid <> pg_backend_pid() and backend_type = 'client backend'
    order by 1`);
  return { name, connections, objects: await objectsIn({ ...login, database: name }) };
}

/** One that cannot be entered is not called empty. */
async function objectsIn(login: ConnectionOptions): Promise<number> {
  try {
    await using session = await postgresDriver.connect(login);
    const [row] = await session.all<{ objects: number }>(sql`
      with own as (select oid from pg_namespace where nspname <> 'information_schema' and nspname not like 'pg\\_%')
      select
        (select count(*) from pg_class where relnamespace in (select oid from own))
        + (select count(*) from pg_proc where pronamespace in (select oid from own))
        + (select count(*) from pg_type where typnamespace in (select oid from own) and typtype <> 'c')
        + (select count(*) from own) - 1
        + (select count(*) from pg_largeobject_metadata) as objects`);
    return Math.max(0, row?.objects ?? 0);
  } catch (thrown) {
    if (isProblem(thrown)) return 1;
    throw thrown;
  }
}

async function missingRoles(session: Session, { roles }: Survey): Promise<readonly string[]> {
  const there = await session.all<{ name: string }>(sql`select rolname::text as name from pg_roles`);
  return roles.filter((role) => !there.some(({ name }) => name === role));
}

function makeStatements(name: string, survey: Survey, missing: readonly string[]): readonly Sql[] {
  return [...missing.map((role) => sql`create role ${sql.id(role)}`), creation(name, survey)];
}

async function make(session: Session, name: string, survey: Survey): Promise<void> {
  for (const statement of makeStatements(name, survey, await missingRoles(session, survey))) await session.run(statement);
}

/** Sessions of a restore that was killed may still be in it. */
async function drop(session: Session, name: string): Promise<void> {
  await session.run(sql`drop database if exists ${sql.id(name)} with (force)`);
}

async function content(session: Session, { database, survey, onProgress }: Pick<FillJob, "database" | "survey" | "onProgress">): Promise<Content> {
  const found = await contentIn(session, onProgress);
  const original = ({ name, ...object }: DatabaseObject): DatabaseObject => {
    if (object.kind === "database" && name === database) return { ...object, name: survey.database };
    return {
      ...object,
      name: object.kind === "grant" ? name.replace(` on database ${database} to `, () => ` on database ${survey.database} to `) : name,
    };
  };
  const objects = found.objects.map(original);
  return { ...found, objects };
}

async function close(session: Session, name: string, { settings }: Survey): Promise<void> {
  const limit = Number(settings["connection_limit"] ?? -1);
  await session.run(sql`alter database ${sql.id(name)} allow_connections false`);
  await session.run(sql`update pg_catalog.pg_database set datconnlimit = ${limit} where datname = ${name}`); // ALTER takes no bound value
}

async function finish(_job: FillJob): Promise<void> {
  // a dump of PostgreSQL holds nothing that acts by itself
}

async function objectsAfterMove(): Promise<undefined> {
  return undefined;
}

async function complete(): Promise<void> {
  // a database with its own name is whole
}

function belongsTo(object: DatabaseObject, table: TableName): boolean {
  return ["table", "column", "index"].includes(object.kind) && isPartOf(object, table);
}

async function lock(session: Session, name: string): Promise<void> {
  const [row] = await session.all<{ locked: boolean }>(sql`
    select pg_try_advisory_lock(hashtextextended(${`rowhouse restore ${name}`}, 0)) as locked`);
  if (row?.locked) return;
  const [holder] = await session.all<{ pid: number; since: string }>(sql`
    select l.pid, a.backend_start::text as since
    from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted
    order by a.backend_start limit 1`);
  throw new Problem("RH-LOCK-001", `another restore into ${name} runs, in session ${holder?.pid} of the server since ${holder?.since}`, {
    hint: "Wait for it.",
  });
}
