// A MariaDB dump restored into a server of its own: the schema by the mariadb client in its sandbox (TRAP-8), the rows by the server
// from unpacked files, the triggers last. Source: mariadb.com/kb/en/mariadb-command-line-client
import { join } from "node:path";
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";
import { dayMs } from "../../../foundation/units.ts";
import type { Context } from "../../../platform/context.ts";
import { readIfThere } from "../../../platform/files.ts";
import { run } from "../../../platform/processes.ts";
import { programIn } from "../../../platform/tools.ts";
import type { RestoreJob, Survey } from "../../backup.ts";
import type { ServerPlace } from "../../engine.ts";
import type { ServerFiles } from "../../target.ts";
import { administrator } from "../server/process.ts";
import { scriptsDirectory } from "./dump.ts";
import { loadTables } from "./load.ts";
import { loginOption, writeLogin } from "./login.ts";
import { makeDatabase } from "./properties.ts";

export function scratchArguments(_place: ServerPlace, survey: Pick<Survey, "settings">): readonly string[] {
  return [
    "--skip-networking",
    "--event-scheduler=off",
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-innodb-doublewrite",
    "--innodb-flush-method=nosync",
    "--innodb-sort-buffer-size=64M",
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
  "for f in roles.sql schema.sql grants.sql views.sql; do mariadb DATABASE < $f; done",
  "gunzip data/*.gz",
  "mariadb --local-infile=1 DATABASE < load.sql        where the server allows it: set global local_infile = 1",
  "for f in triggers.sql events.sql; do mariadb DATABASE < $f; done",
];

export async function restore(context: Context, job: RestoreJob): Promise<void> {
  const { survey, place } = job;
  await using session = await mariadbDriver.connect({ ...administrator(place), statementTimeoutMs: dayMs });
  await makeDatabase(session, survey.database, survey);
  await session.run(sql`use ${sql.id(survey.database)}`);
  await writeLogin(administrator(place, survey.database), job.secretsDirectory);
  for (const name of ["roles.sql", "schema.sql", "grants.sql", "views.sql"]) await runScript(job, name);
  const login = { ...administrator(place, survey.database), statementTimeoutMs: dayMs };
  await loadTables(context, () => mariadbDriver.connect(login), { ...job, files: serverFiles(place) });
  for (const name of ["triggers.sql", "events.sql"]) await runScript(job, name);
}

/** What mariadb-dump wrote has its last line, or it was cut where the client would not notice (TRAP-4). */
const endMarked = ["schema.sql", "triggers.sql"];

async function runScript(job: RestoreJob, name: string): Promise<void> {
  const from = { ...job, directory: join(job.directory, scriptsDirectory(job)) };
  for (const argv of restoreCommands(job)) await runFile(argv, { ...from, name });
}

/** A file of that directory, given to the client in its sandbox. */
export async function runFile(
  argv: readonly string[],
  { directory, name, signal }: Pick<RestoreJob, "directory" | "signal"> & { readonly name: string },
): Promise<void> {
  const input = (await readIfThere(join(directory, name))) ?? "";
  if (endMarked.includes(name) && !/\n-- Dump completed[^\n]*\n$/.test(input))
    throw new Problem("RH-DATA-005", `${name} does not end with "-- Dump completed": the rest of it is missing`);
  await run({ argv, isBackground: true, input, timeoutMs: dayMs, signal });
}

/** Where a server of ours may read files, and nobody else writes. */
export function serverFiles(place: ServerPlace): ServerFiles {
  return { path: join(place.dataDirectory, "../files"), owner: place.owner };
}
