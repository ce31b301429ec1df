// A MariaDB dump restored into a server of its own: the schema by the mariadb client in its sandbox (TRAP-8), the rows by the
// server from unpacked files, one table at a time, where a warning is an error (TRAP-25), the triggers last.
// Source: mariadb.com/kb/en/load-data-infile, mariadb-command-line-client
import { basename, join } from "node:path";
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Context } from "../../../platform/context.ts";
import { readIfThere, remove, writeFileAtomic } from "../../../platform/files.ts";
import { unpacked } from "../../../platform/gzip.ts";
import { run } from "../../../platform/processes.ts";
import type { RestoreJob, Survey } from "../../backup.ts";
import type { ServerPlace } from "../../engine.ts";
import { administrator } from "../server/process.ts";
import { programIn } from "./dump.ts";
import { loginOption, writeLogin } from "./login.ts";
import { type Column, loadStatement } from "./lines.ts";
import { columnsOf } from "./rows.ts";

const dayMs = 86_400_000;

export function scratchArguments(_place: ServerPlace, survey: Survey): readonly string[] {
  return [
    "--skip-networking",
    "--event-scheduler=off",
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-innodb-doublewrite",
    "--innodb-buffer-pool-size=256M",
    "--max-allowed-packet=1G",
    `--lower-case-table-names=${survey.settings["lower_case_table_names"] ?? "0"}`,
  ];
}

export async function obstacle(session: Session, survey: Survey): Promise<string | undefined> {
  const collation = survey.settings["collation"] ?? "";
  const rows = await session.all(sql`select collation_name as name from information_schema.collations where collation_name = ${collation}`);
  return rows.length > 0 ? undefined : `the collation ${collation} is not in this machine's server`;
}

export function restoreCommands({
  tools,
  secretsDirectory,
  survey,
}: Pick<RestoreJob, "tools" | "secretsDirectory" | "survey">): readonly (readonly string[])[] {
  return [[programIn(tools, "mariadb"), loginOption(secretsDirectory), "--sandbox", "--local-infile=0", "--batch", `--database=${survey.database}`]];
}

export const byHand: readonly string[] = [
  "cd dump",
  "mariadb -e 'create database DATABASE'",
  "mariadb DATABASE < roles.sql",
  "mariadb DATABASE < schema.sql",
  "mariadb DATABASE < grants.sql",
  "mariadb DATABASE < views.sql",
  "gunzip data/*.gz",
  "mariadb --local-infile=1 DATABASE < load.sql",
  "mariadb DATABASE < triggers.sql",
];

export async function restore(_context: Context, job: RestoreJob): Promise<void> {
  const { survey, place } = job;
  await using session = await mariadbDriver.connect({ ...administrator(place), statementTimeoutMs: dayMs });
  const { character_set: characterSet = "utf8mb4", collation = "utf8mb4_general_ci", comment = "" } = survey.settings;
  await session.run(sql`create database ${sql.id(survey.database)} character set ${sql.id(characterSet)} collate ${sql.id(collation)}`);
  if (comment !== "") await session.run(commentOn(survey.database, comment));
  await session.run(sql`use ${sql.id(survey.database)}`);
  await writeLogin(administrator(place, survey.database), job.secretsDirectory);
  for (const name of ["roles.sql", "schema.sql", "grants.sql", "views.sql"]) await runScript(job, name);
  await session.run(sql`set session foreign_key_checks = 0, unique_checks = 0`);
  for (const { name, rows, files = [] } of job.tables) {
    job.signal.throwIfAborted();
    job.onProgress(`restoring ${name.join(".")}`);
    await loadTable(job, session, { table: name[0] ?? "", rows, files });
  }
  await runScript(job, "triggers.sql");
}

/** A comment is a plain string, which no parameter and no introducer may stand for. */
function commentOn(database: string, comment: string): Sql {
  const { text } = mariadbDriver.render(sql`alter database ${sql.id(database)} comment `);
  return sql`execute immediate concat(${sql.literal(text)}, quote(${sql.literal(comment)}))`;
}

async function runScript(job: RestoreJob, name: string): Promise<void> {
  const input = (await readIfThere(join(job.directory, "dump", name))) ?? "";
  for (const argv of restoreCommands(job)) await run({ argv, input, timeoutMs: dayMs, signal: job.signal });
}

async function loadTable(
  job: RestoreJob,
  session: Session,
  { table, rows, files }: { readonly table: string; readonly rows: number; readonly files: readonly string[] },
): Promise<void> {
  const columns = await columnsOf(session, table);
  let loaded = 0;
  for (const file of files) loaded += await loadFile(job, session, { table, columns, file });
  if (loaded !== rows) throw new Problem("RH-DATA-005", `table ${table}: ${loaded} rows were loaded, the manifest has ${rows}`);
}

async function loadFile(
  job: RestoreJob,
  session: Session,
  { table, columns, file }: { readonly table: string; readonly columns: readonly Column[]; readonly file: string },
): Promise<number> {
  const copy = join(job.place.dataDirectory, "../files", basename(file, ".gz"));
  const content = unpacked(join(job.directory, file));
  await writeFileAtomic(copy, content, job.place.owner ? { owner: job.place.owner } : {}).catch((thrown: unknown) => {
    throw isDamage(thrown)
      ? new Problem("RH-DATA-005", `table ${table}: ${file} cannot be unpacked: ${thrown.cause.message}`, { cause: thrown })
      : thrown;
  });
  const labelled = columns.filter(({ zero }) => zero !== undefined).map(({ name }) => name);
  await session.run(sql`set session sql_mode = ${labelled.length > 0 ? lenient : strict}, max_error_count = 65535`);
  const loaded = await session.run(loadStatement({ path: copy, table, columns, isLocal: false }));
  const warnings = await session.all<Record<string, string | number>>(sql`show warnings`);
  await remove(copy);
  const said = warnings.filter((warning) => !isOfNoLabel(warning, labelled)).map((warning) => warning["Message"]);
  if (said.length > 0) throw new Problem("RH-DATA-005", `table ${table}: loading it warned: ${said.slice(0, 3).join("; ")}`);
  return loaded;
}

const lenient = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES";
const strict = `STRICT_ALL_TABLES,${lenient}`;

/** An enum's value that is none of its labels can be written in no other way than by being told off for it. */
function isOfNoLabel(warning: Readonly<Record<string, string | number>>, labelled: readonly string[]): boolean {
  return warning["Code"] === 1265 && labelled.some((name) => String(warning["Message"]).startsWith(`Data truncated for column '${name}' at row `));
}

/** What zlib says of a file that is cut or changed. */
function isDamage(thrown: unknown): thrown is { readonly cause: NodeJS.ErrnoException } {
  const { cause } = (thrown ?? {}) as { readonly cause?: unknown };
  return cause instanceof Error && "code" in cause && String(cause.code).startsWith("Z_");
}
