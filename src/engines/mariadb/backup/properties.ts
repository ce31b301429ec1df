// What a MariaDB database is besides its tables: its character set and collation, a comment; and its views, routines, triggers and
// events, each as the statement that makes it with the settings that it was made under. They cannot be renamed, so a database that
// moves has them made again. Source: mariadb.com/kb/en/create-database, show-create-view, show-create-procedure, show-create-event
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Survey } from "../../backup.ts";

/** As the survey's settings, and the manifest, have them; what is not there has no value. */
export async function properties(session: Session): Promise<Readonly<Record<string, string | null>>> {
  const [row] = await session.all<Record<string, string | null>>(sql`
    select
      default_character_set_name as character_set,
      default_collation_name as collation,
      nullif(schema_comment, '') as comment
    from information_schema.schemata
    where schema_name = database()`);
  return row ?? {};
}

export function creation(name: string, { settings }: Pick<Survey, "settings">): Sql {
  const { character_set: characterSet = "utf8mb4", collation = "utf8mb4_general_ci" } = settings;
  return sql`create database ${sql.id(name)} character set ${sql.id(characterSet)} collate ${sql.id(collation)}`;
}

export async function makeDatabase(session: Session, name: string, { settings }: Pick<Survey, "settings">): Promise<void> {
  await session.run(creation(name, { settings }));
  const { comment = "" } = settings;
  if (comment !== "") await session.run(commentOn(name, comment));
}

/** A comment is a plain string, which no parameter and no introducer may stand for. */
function commentOn(database: string, comment: string): Sql {
  const { text } = mariadbDriver.render(sql`alter database ${sql.id(database)} comment `);
  return sql`execute immediate concat(${sql.literal(text)}, quote(${sql.literal(comment)}))`;
}

export interface Program {
  readonly kind: "view" | "function" | "procedure" | "package" | "package body" | "trigger" | "event";
  readonly name: string;
  readonly text: string;
  readonly sqlMode: string;
  readonly characterSet: string;
  readonly collation: string;
  readonly timeZone: string;
}

/** In the order in which they are made. The session is in no database of its own afterwards. */
export async function programsOf(session: Session, database: string): Promise<readonly Program[]> {
  await session.run(sql`use ${sql.id(database)}`); // names of this database are then written without it
  const found = [
    ...(await routines(session)),
    ...(await views(session, database)),
    ...(await triggers(session, database)),
    ...(await events(session)),
  ];
  const odd = found.find(({ text, characterSet }) => !isPlain(text) && !characterSet.startsWith("utf8"));
  if (!odd) return found;
  throw new Problem("RH-BACKUP-013", `${odd.kind} ${odd.name} of ${database} has letters in ${odd.characterSet}: it cannot be made again as it is`, {
    hint: "Make it again in utf8mb4, or move this database by hand.",
  });
}

function isPlain(text: string): boolean {
  return [...text].every((letter) => letter.charCodeAt(0) < 128);
}

type Shown = Readonly<Record<string, string>>;

/** The check of a view WITH CHECK OPTION is told with the database's name all the same. */
async function views(session: Session, database: string): Promise<readonly Program[]> {
  const here = `${quoted(database)}.`;
  const names = await session.all<{ name: string }>(sql`
    select table_name as name from information_schema.views where table_schema = database() order by binary table_name`);
  const found: Program[] = [];
  for (const { name } of names) {
    const [row] = await session.all<Shown>(sql`show create view ${sql.id(name)}`);
    found.push(program("view", name, { row, text: row?.["Create View"]?.replaceAll(here, "") }));
  }
  return found;
}

/** The body of a package comes after the package, functions before what may call them. */
const routineKinds = ["package", "package body", "function", "procedure"] as const;

async function routines(session: Session): Promise<readonly Program[]> {
  const found: Program[] = [];
  for (const kind of routineKinds) {
    const names = await session.all<{ name: string }>(sql`
      select routine_name as name from information_schema.routines
      where routine_schema = database() and routine_type = ${kind.toUpperCase()} order by binary routine_name`);
    for (const { name } of names) {
      const [row] = await session.all<Shown>(sql`show create ${wordOf(kind)} ${sql.id(name)}`);
      const heading = Object.keys(row ?? {}).find((one) => one.startsWith("Create ")) ?? "";
      found.push(program(kind, name, { row, text: row?.[heading] }));
    }
  }
  return found;
}

export function wordOf(kind: Program["kind"]): Sql {
  const words: Readonly<Record<Program["kind"], Sql>> = {
    view: sql`view`,
    function: sql`function`,
    procedure: sql`procedure`,
    package: sql`package`,
    "package body": sql`package body`,
    trigger: sql`trigger`,
    event: sql`event`,
  };
  return words[kind];
}

/** In the order in which they act, each as it was made; what it says of its own order and of its database is left out. */
async function triggers(session: Session, database: string): Promise<readonly Program[]> {
  const names = await session.all<{ name: string }>(sql`
    select trigger_name as name from information_schema.triggers where trigger_schema = database()
    order by event_object_table, event_manipulation, action_timing, action_order`);
  const found: Program[] = [];
  for (const { name } of names) {
    const [row] = await session.all<Shown>(sql`show create trigger ${sql.id(name)}`);
    const [head = "", ...body] = (row?.["SQL Original Statement"] ?? "").split(/(\bfor\s+each\s+row\b)/i);
    const rest = body.join("").replace(/^(for\s+each\s+row)\s+(?:follows|precedes)\s+(?:`(?:[^`]|``)*`|[\w$]+)/i, "$1");
    const ownHead = head.replaceAll(`${quoted(database)}.`, "").replaceAll(` ${database}.`, " ");
    found.push(program("trigger", name, { row, text: `${ownHead}${rest}` }));
  }
  return found;
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

async function events(session: Session): Promise<readonly Program[]> {
  const names = await session.all<{ name: string }>(sql`
    select event_name as name from information_schema.events where event_schema = database() order by binary event_name`);
  const found: Program[] = [];
  for (const { name } of names) {
    const [row] = await session.all<Shown>(sql`show create event ${sql.id(name)}`);
    found.push(program("event", name, { row, text: row?.["Create Event"] }));
  }
  return found;
}

function program(
  kind: Program["kind"],
  name: string,
  { row = {}, text }: { readonly row?: Shown | undefined; readonly text: string | undefined },
): Program {
  if (!text) throw new Problem("RH-AUTH-003", `the login may not see ${kind} ${name}`, { hint: "Log in as an administrator." });
  return {
    kind,
    name,
    text,
    sqlMode: row["sql_mode"] ?? "",
    characterSet: row["character_set_client"] ?? "utf8mb4",
    collation: row["collation_connection"] ?? "utf8mb4_general_ci",
    timeZone: row["time_zone"] ?? "SYSTEM",
  };
}

/** Makes it in the database that the session is in; one that is there stays. */
export async function makeProgram(session: Session, { text, sqlMode, characterSet, collation, timeZone }: Program): Promise<void> {
  await session.run(sql`
    set session sql_mode = ${sqlMode}, character_set_client = ${characterSet}, collation_connection = ${collation}, time_zone = ${timeZone}`);
  try {
    await session.run(sql.script(text)); // a text of the server's own catalogue: it takes no values
  } finally {
    await session.run(
      sql`set session sql_mode = 'STRICT_ALL_TABLES', character_set_client = utf8mb4, collation_connection = utf8mb4_general_ci, time_zone = '+00:00'`,
    );
  }
}
