// MariaDB has no rename of a database: its tables are renamed into another one, all by one statement, and what is no table is made
// again there. The way is written into the new database before the first step, so that a move that a kill cut off is known, is
// used by nobody, and is ended by the next one. Source: mariadb.com/kb/en/rename-table (atomic since 10.6)
import type { Session } from "../../../drivers/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Move, MoveOptions } from "../../target.ts";
import { type Account, type Borrower, lackingRights, lend, takeBack } from "./fill.ts";
import { makeDatabase, makeProgram, type Program, programsOf, wordOf } from "./properties.ts";

/** In the database that is moved into, until all of it is there. */
export const wayTable = "rowhouse_moving";
/** In a database that was put aside: its events, which must not act on what is kept. */
export const keptTable = "rowhouse_kept_events";

export function moveStatements(moves: readonly Move[]): readonly Sql[] {
  return moves.flatMap(({ from, to }) => [
    sql`create database ${sql.id(to)}`,
    sql`rename table ${sql.id(from)}.… to ${sql.id(to)}.…`,
    sql`drop database ${sql.id(from)}`,
  ]);
}

export async function move(session: Session, moves: readonly Move[], { users }: MoveOptions): Promise<void> {
  await endSessions(session, moves, users);
  for (const one of moves) {
    await begin(session, one);
    await resume(session, one.to);
  }
}

async function endSessions(session: Session, moves: readonly Move[], users: MoveOptions["users"]): Promise<void> {
  for (const { from } of moves) {
    const rows = await session.all<{ id: number; user: string }>(sql`
      select id, user from information_schema.processlist where db = ${from} and id <> connection_id()`);
    for (const { id } of rows.filter(({ user }) => users === "all" || users.includes(user))) await endSession(session, id);
  }
}

async function endSession(session: Session, id: number): Promise<void> {
  await session.run(sql`kill connection ${id}`).catch((cause: unknown) => {
    if (!isProblem(cause)) throw cause; // it has ended meanwhile
  });
}

/** The way, in one transaction: without its first row nothing was begun. */
async function begin(session: Session, { from, to, isAside, isUnfinished }: Move): Promise<void> {
  if (await wayInto(session, to)) return;
  await refuseTables(session, to);
  const programs = await programsOf(session, from);
  const kept = await keptEvents(session, from);
  await session.run(sql`drop database if exists ${sql.id(to)}`); // empty, or a beginning that a kill cut off
  const settings = await settingsOf(session, from);
  await makeDatabase(session, to, { settings });
  await session.run(sql`
    create table ${sql.id(to, wayTable)} (
      step int not null primary key,
      \`from\` varchar(64) character set utf8mb4 not null,
      programs longtext character set utf8mb4 not null
    ) engine = InnoDB`);
  const lent = await lackingRights(session, to, await definersOf(session, from));
  const all = JSON.stringify({ programs: [...programs, ...kept], isAside: isAside === true, isUnfinished: isUnfinished === true, lent });
  await session.run(sql`insert into ${sql.id(to, wayTable)} (step, \`from\`, programs) values (1, ${from}, ${all})`);
}

async function refuseTables(session: Session, name: string): Promise<void> {
  const rows = await session.all<{ name: string }>(sql`
    select table_name as name from information_schema.tables where table_schema = ${name} and table_name <> ${wayTable}`);
  if (rows.length > 0) throw new Problem("RH-BACKUP-013", `${name} is there already and holds ${rows.length} tables and views`);
}

async function definersOf(session: Session, name: string): Promise<readonly Account[]> {
  const rows = await session.all<{ user: string; host: string }>(sql`
    select distinct substring_index(definer, '@', 1) as user, substring(definer, char_length(substring_index(definer, '@', 1)) + 2) as host
    from information_schema.views where table_schema = ${name}`);
  return rows;
}

async function settingsOf(session: Session, name: string): Promise<Readonly<Record<string, string>>> {
  const [row] = await session.all<Readonly<Record<string, string | null>>>(sql`
    select default_character_set_name as character_set, default_collation_name as collation, nullif(schema_comment, '') as comment
    from information_schema.schemata where schema_name = ${name}`);
  return Object.fromEntries(Object.entries(row ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

async function keptEvents(session: Session, name: string): Promise<readonly Program[]> {
  if (!(await hasTable(session, name, keptTable))) return [];
  const [row] = await session.all<{ programs: string }>(sql`select programs from ${sql.id(name, keptTable)}`);
  return JSON.parse(row?.programs ?? "[]") as readonly Program[];
}

async function hasTable(session: Session, name: string, table: string): Promise<boolean> {
  const rows = await session.all(sql`
    select table_name as name from information_schema.tables where table_schema = ${name} and table_name = ${table}`);
  return rows.length > 0;
}

interface Way {
  readonly from: string;
  readonly programs: readonly Program[];
  readonly isAside: boolean;
  readonly isUnfinished: boolean;
  /** Accounts that got rights on the new database for as long as views are made. */
  readonly lent: readonly Borrower[];
}

async function wayInto(session: Session, name: string): Promise<Way | undefined> {
  if (!(await hasTable(session, name, wayTable))) return undefined;
  const [row] = await session.all<{ from: string; programs: string }>(sql`select \`from\`, programs from ${sql.id(name, wayTable)} where step = 1`);
  return row ? { from: row.from, ...(JSON.parse(row.programs) as Omit<Way, "from">) } : undefined;
}

export async function unfinishedMoves(session: Session): Promise<readonly Move[]> {
  const rows = await session.all<{ name: string }>(sql`
    select table_schema as name from information_schema.tables where table_name = ${wayTable} order by 1`);
  const found: Move[] = [];
  for (const { name } of rows) {
    const way = await wayInto(session, name);
    if (way) found.push({ from: way.from, to: name });
  }
  return found;
}

/** Every step may be repeated: what is gone from the one is in the other. */
export async function resume(session: Session, name: string): Promise<void> {
  const way = await wayInto(session, name);
  if (!way) return;
  const { from, programs, isAside, isUnfinished, lent } = way;
  await session.run(sql`use ${sql.id(name)}`);
  await lend(session, name, lent);
  if (await isThere(session, from)) await moveTables(session, { from, to: name }, programs);
  const events = programs.filter(({ kind }) => kind === "event");
  await makeAll(session, name, isAside ? programs.filter(({ kind }) => kind !== "event") : programs);
  if (isAside && events.length > 0) await keep(session, name, events);
  if (isUnfinished) return;
  await takeBack(session, name, lent);
  await forgetWay(session, name);
}

/** What was lent for the move into this database. */
export async function takeBackLent(session: Session, name: string): Promise<void> {
  const way = await wayInto(session, name);
  if (way) await takeBack(session, name, way.lent);
}

export async function forgetWay(session: Session, name: string): Promise<void> {
  await session.run(sql`drop table if exists ${sql.id(name, wayTable)}`);
}

async function isThere(session: Session, name: string): Promise<boolean> {
  return (await session.all(sql`select schema_name as name from information_schema.schemata where schema_name = ${name}`)).length > 0;
}

/** Events first, so that none of them acts in between; triggers would keep their tables from leaving. */
async function moveTables(session: Session, { from, to }: Move, programs: readonly Program[]): Promise<void> {
  for (const { kind, name } of programs)
    if (kind === "event" || kind === "trigger") await session.run(sql`drop ${wordOf(kind)} if exists ${sql.id(from, name)}`);
  const rows = await session.all<{ name: string }>(sql`
    select table_name as name from information_schema.tables
    where table_schema = ${from} and table_type in ('BASE TABLE', 'SEQUENCE', 'SYSTEM VERSIONED') and table_name not in (${wayTable}, ${keptTable})`);
  const renames = rows.map(({ name }) => sql`${sql.id(from, name)} to ${sql.id(to, name)}`);
  if (renames.length > 0) await session.run(sql`rename table ${sql.join(renames, ", ")}`);
  await session.run(sql`drop database ${sql.id(from)}`); // its views and routines are on the way; no table is left in it
}

/** A view may be of another one that comes later: those that cannot be made yet are tried again. */
async function makeAll(session: Session, database: string, programs: readonly Program[]): Promise<void> {
  let waiting = programs;
  for (;;) {
    const there = await programNames(session, database);
    const failed: Program[] = [];
    let cause: unknown;
    for (const program of waiting.filter((one) => !there.has(`${one.kind} ${one.name}`))) {
      try {
        await makeProgram(session, program);
      } catch (thrown) {
        if (program.kind !== "view" || !isProblem(thrown)) throw thrown;
        failed.push(program);
        cause ??= thrown;
      }
    }
    if (failed.length === 0) return;
    if (failed.length === waiting.length) throw cause;
    waiting = failed;
  }
}

async function programNames(session: Session, database: string): Promise<ReadonlySet<string>> {
  const rows = await session.all<{ name: string }>(sql`
    select concat('view ', table_name) as name from information_schema.views where table_schema = ${database}
    union all select concat(lower(routine_type), ' ', routine_name) from information_schema.routines where routine_schema = ${database}
    union all select concat('trigger ', trigger_name) from information_schema.triggers where trigger_schema = ${database}
    union all select concat('event ', event_name) from information_schema.events where event_schema = ${database}`);
  return new Set(rows.map(({ name }) => name));
}

async function keep(session: Session, name: string, events: readonly Program[]): Promise<void> {
  await session.run(sql`create table if not exists ${sql.id(name, keptTable)} (programs longtext character set utf8mb4 not null) engine = InnoDB`);
  await session.run(sql`delete from ${sql.id(name, keptTable)}`);
  await session.run(sql`insert into ${sql.id(name, keptTable)} (programs) values (${JSON.stringify(events)})`);
}
