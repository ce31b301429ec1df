// A PostgreSQL dump restored by pg_restore into a server of its own, with the roles that it names. The first error stops it.
// Source: postgresql.org/docs/current/app-pgrestore.html, sql-createdatabase.html
import { join } from "node:path";
import type { Session } from "../../../drivers/driver.ts";
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import { isProblem } from "../../../foundation/problem.ts";
import { dayMs } from "../../../foundation/units.ts";
import type { Context } from "../../../platform/context.ts";
import { readIfThere } from "../../../platform/files.ts";
import { run } from "../../../platform/processes.ts";
import { programIn } from "../../../platform/tools.ts";
import type { RestoreJob, Survey } from "../../backup.ts";
import type { ServerPlace } from "../../engine.ts";
import { administrator } from "../server/process.ts";
import { rolesFile, schemaDirectory } from "./dump.ts";
import { tellingRows } from "./load.ts";
import { loginEnvironment } from "./login.ts";
import { creation } from "./properties.ts";

export function scratchArguments(_place?: ServerPlace, _survey?: Survey): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: "",
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    wal_level: "minimal",
    max_wal_senders: "0",
    max_wal_size: "2GB",
    autovacuum: "off",
    maintenance_work_mem: "256MB",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Tried, because what a server takes for a locale is known to the server only. */
export async function obstacle(session: Session, survey: Survey): Promise<string | undefined> {
  const rows = await session.all<{ name: string }>(sql`select name::text as name from pg_available_extensions`);
  const missing = survey.extensions.filter((wanted) => !rows.some(({ name }) => name === wanted));
  if (missing.length > 0) return `the extension ${missing.join(", ")} is not on this machine`;
  const { encoding = "UTF8", collate = "C", ctype = "C" } = survey.settings;
  try {
    await session.run(sql`
      create database rowhouse_locale
      template template0 encoding ${sql.literal(encoding)} lc_collate ${sql.literal(collate)} lc_ctype ${sql.literal(ctype)}`);
  } catch (thrown) {
    if (isProblem(thrown)) return `this machine cannot make a database like it: ${thrown.message}`;
    throw thrown;
  }
  await session.run(sql`drop database rowhouse_locale`);
  return undefined;
}

export function restoreCommands({
  kind,
  survey,
  tools,
  directory,
}: Pick<RestoreJob, "kind" | "survey" | "tools" | "directory">): readonly (readonly string[])[] {
  const program = programIn(tools, "pg_restore");
  const common = ["--no-tablespaces", "--exit-on-error", "--jobs=2", "--no-password"];
  if (kind === "database" || kind === "schema") return [[program, "--create", ...common, "--dbname=template1", join(directory, "dump")]];
  const into = `--dbname=dbname='${survey.database.replace(/[\\']/g, "\\$&")}'`;
  const dump = join(directory, "dump");
  if (kind === "tables") return [[program, ...common, into, dump]];
  return [
    [program, ...common, into, join(directory, schemaDirectory)],
    [program, "--data-only", "--disable-triggers", ...common, into, dump],
  ];
}

export const byHand: readonly string[] = [
  "psql -X -v ON_ERROR_STOP=1 -d postgres -f dump/roles.sql",
  "pg_restore --create --exit-on-error --dbname=postgres dump",
];

export async function restore(context: Context, job: RestoreJob): Promise<void> {
  const login = administrator(job.place, "template1");
  await prepare(job, await postgresDriver.connect(login));
  const env = await loginEnvironment(login, job.secretsDirectory);
  await tellingRows(context, { ...job, login, database: job.survey.database }, async () => {
    for (const argv of restoreCommands(job)) await run({ argv, isBackground: true, env, timeoutMs: dayMs, signal: job.signal });
  });
}

/** Every statement of the script runs in this server as its administrator; no client that may run programs reads it. */
async function prepare({ kind, survey, directory, place, tables }: RestoreJob, opened: Session): Promise<void> {
  await using session = opened;
  await session.run(sql.script((await readIfThere(join(directory, rolesFile))) ?? ""));
  if (survey.database === "postgres") await session.run(sql`drop database postgres`); // the dump makes its own
  if (kind === "database" || kind === "schema") return;
  await session.run(creation(survey.database, survey)); // a dump of a part makes no database, and no schema
  if (kind === "data") return;
  await using inside = await postgresDriver.connect(administrator(place, survey.database));
  for (const schema of new Set(tables.map(({ name }) => name[0] ?? ""))) await inside.run(sql`create schema if not exists ${sql.id(schema)}`);
}
