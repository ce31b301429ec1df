// What a PostgreSQL server holds besides its databases: roles, with their passwords as verifiers, memberships, settings, and rights on
// parameters, as pg_dumpall writes them. Tablespaces are named and not carried: they are directories of the server's machine.
// Source: postgresql.org/docs/current/app-pg-dumpall.html, catalog-pg-authid.html, catalog-pg-auth-members.html
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";
import { dayMs } from "../../../foundation/units.ts";
import type { Context } from "../../../platform/context.ts";
import { ensureDirectory, readTail } from "../../../platform/files.ts";
import { run } from "../../../platform/processes.ts";
import { programIn } from "../../../platform/tools.ts";
import type { WholeDumpJob, WholeRestoreJob, WholeServer, WholeSurvey } from "../../whole-server.ts";
import { objects, ownRoles, roles } from "./everyone.ts";
import { homeDatabase } from "./fill.ts";
import { loginEnvironment } from "./login.ts";
import { target } from "./target.ts";

const rolesFile = "server/roles.sql";

export const wholeServer: WholeServer = {
  survey,
  dumpCommands,
  dump,
  objects,
  roles,
  ownRoles,
  makeRoles,
  giveRights,
  dropRoles,
};

interface DatabaseRow {
  readonly name: string;
  readonly is_template: boolean;
  readonly is_open: boolean;
  readonly may_enter: boolean;
}

async function survey(session: Session, login: ConnectionOptions): Promise<WholeSurvey> {
  const rows = await session.all<DatabaseRow>(sql`
    select
      datname::text as name,
      datistemplate as is_template,
      datallowconn as is_open,
      has_database_privilege(oid, 'connect') as may_enter
    from pg_database order by 1`);
  const shut = rows.filter((row) => row.is_open && !row.is_template && !row.may_enter).map(({ name }) => name);
  if (shut.length > 0) {
    throw new Problem("RH-AUTH-003", `the login cannot see all databases: it may not connect to ${shut.join(", ")}`, {
      hint: "Grant it connect on them, or log in as an administrator.",
    });
  }
  const [about] = await session.all<{ id: string; version: string; sees_passwords: boolean }>(sql`
    select
      (select system_identifier::text from pg_control_system()) as id,
      split_part(current_setting('server_version'), ' ', 1) as version,
      has_table_privilege('pg_authid', 'select') as sees_passwords`);
  if (!about) throw new Error("a select without from gave no row");
  const home = await target.look(session, homeDatabase, login);
  const isOwn = ({ name, is_template: isTemplate }: DatabaseRow) => isTemplate || (name === homeDatabase && home?.objects === 0);
  return {
    serverId: about.id,
    version: about.version,
    settings: {},
    databases: rows.filter((row) => !isOwn(row) && row.is_open).map(({ name }) => name),
    leftOut: [
      ...rows
        .filter(isOwn)
        .map(({ name, is_template: isTemplate }) => `database ${name}: ${isTemplate ? "a template" : "the server's own, and empty"}`),
      ...(await tablespaces(session)),
    ],
    refusals: [
      ...rows.filter((row) => !isOwn(row) && !row.is_open).map(({ name }) => `database ${name}: it takes no connections`),
      ...(await oddRoles(session)),
    ],
    hasPasswords: about.sees_passwords,
  };
}

async function tablespaces(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ what: string }>(sql`
    select format('tablespace %s: it is the directory %s of the server''s machine', spcname, pg_tablespace_location(oid)) as what
    from pg_tablespace where spcname not like 'pg\\_%' order by 1`);
  return rows.map(({ what }) => what);
}

async function oddRoles(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ what: string }>(sql`
    select format('role %s: pg_dumpall refuses a name with a line break', quote_literal(rolname)) as what from pg_roles where rolname ~ '[\\n\\r]'`);
  return rows.map(({ what }) => what);
}

function dumpCommands({ survey: { hasPasswords }, tools, directory, login }: Pick<WholeDumpJob, "survey" | "tools" | "directory" | "login">) {
  const program = join(dirname(programIn(tools, "pg_dump")), "pg_dumpall");
  const passwords = hasPasswords ? [] : ["--no-role-passwords"];
  const from = `--database=${login.database ?? homeDatabase}`;
  return [[program, "--roles-only", "--no-password", ...passwords, from, `--file=${join(directory, rolesFile)}`]];
}

async function dump(_context: Context, job: WholeDumpJob): Promise<void> {
  await ensureDirectory(join(job.directory, "server"));
  const env = await loginEnvironment({ ...job.login, database: job.login.database ?? homeDatabase }, job.secretsDirectory);
  for (const argv of dumpCommands(job)) await run({ argv, isBackground: true, env, umask: 0o077, timeoutMs: dayMs, signal: job.signal });
  if (/^-- PostgreSQL database cluster dump complete/m.test(await readTail(join(job.directory, rolesFile), 300))) return;
  throw new Problem("RH-PROC-001", `pg_dumpall ended with 0, and ${rolesFile} does not end as it should`, { hint: "Run it again." });
}

async function makeRoles({ login, directory, isThrowaway }: WholeRestoreJob): Promise<readonly string[]> {
  await using session = await postgresDriver.connect({ ...login, database: login.database ?? "template1", statementTimeoutMs: dayMs });
  const text = await readFile(join(directory, rolesFile), "utf8");
  const there = await roles(session);
  await session.run(sql.script(block(withoutRoles(withoutRestriction(text), { there, isThrowaway }))));
  return isThrowaway ? there.filter((name) => !text.split("\n").some((line) => isAbout(line, "CREATE ROLE", [name]))) : there;
}

/** Statements that are one, all of which take effect or none does. */
function block(statements: string): string {
  let tag = "$roles$";
  while (statements.includes(tag)) tag = tag.replace("$roles", "$roles_");
  return `do ${tag}\nbegin\n${statements}\nend\n${tag}`;
}

/** `\restrict KEY`, which keeps psql from anything but SQL until `\unrestrict KEY`. */
function withoutRestriction(text: string): string {
  const key = /^\\restrict ([A-Za-z0-9]+)$/m.exec(text)?.[1];
  return key === undefined ? text : text.replace(`\\restrict ${key}\n`, "").replace(`\\unrestrict ${key}\n`, "");
}

/** What makes a role that is there; and, where it keeps what it has, what changes it. */
function withoutRoles(text: string, { there, isThrowaway }: { readonly there: readonly string[]; readonly isThrowaway: boolean }): string {
  const ofParameter = `[A-Z, ]+ ON PARAMETER ${identifier}`;
  const changes = ["ALTER ROLE", "COMMENT ON ROLE", `GRANT ${identifier} TO`, `GRANT ${ofParameter} TO`, `REVOKE ${ofParameter} FROM`];
  const changing = isThrowaway ? [] : changes;
  const isLeft = (line: string) => ["CREATE ROLE", ...changing].some((verb) => isAbout(line, verb, there));
  return text
    .split("\n")
    .filter((line) => !isLeft(line))
    .join("\n");
}

const identifier = '(?:"(?:[^"]|"")*"|[^ ;"]+)';

/** Lines read `ALTER ROLE "a b" WITH …`. */
function isAbout(line: string, verb: string, names: readonly string[]): boolean {
  const [, quoted, plain] = new RegExp(`^${verb} (?:"((?:[^"]|"")*)"|([^ ;"]+))[ ;]`).exec(line) ?? [];
  const name = quoted?.replaceAll('""', '"') ?? (plain === "PUBLIC" ? "public" : plain);
  return name !== undefined && names.includes(name);
}

async function giveRights(_job: WholeRestoreJob, _kept: readonly string[]): Promise<void> {
  // each database's dump brings the rights on it
}

async function dropRoles(login: ConnectionOptions, names: readonly string[]): Promise<void> {
  await using session = await postgresDriver.connect({ ...login, database: login.database ?? homeDatabase });
  const there = await roles(session);
  if (names.includes("public") && there.includes("public")) await revokeFromPublic(session);
  const made = names.filter((name) => there.includes(name) && name !== "public").map((name) => sql.id(name));
  if (made.length === 0) return;
  await session.run(sql`drop owned by ${sql.join(made, ", ")}`); // rights on parameters
  await session.run(sql`drop role ${sql.join(made, ", ")}`);
}

async function revokeFromPublic(session: Session): Promise<void> {
  const rows = await session.all<{ name: string }>(sql`select parname as name from pg_parameter_acl`);
  for (const { name } of rows) await session.run(sql`revoke all on parameter ${sql.id(name)} from public`);
}
