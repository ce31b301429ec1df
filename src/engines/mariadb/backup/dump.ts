// A MariaDB database as files that mariadb reads: the schema by mariadb-dump, the rows by a reader of our own, in one snapshot,
// and a script that loads them. mariadb-dump cannot use our snapshot, so the catalogue is compared before and after: rows and
// schema belong together or there is no backup (DDL commits by itself here). One session reads; several would tie their
// snapshots together under BACKUP STAGE BLOCK_COMMIT (TRAP-23). Source: mariadb.com/kb/en/mariadb-dump, start-transaction
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Context } from "../../../platform/context.ts";
import { ensureDirectory, readTail, writeFileAtomic } from "../../../platform/files.ts";
import { packed } from "../../../platform/gzip.ts";
import { run } from "../../../platform/processes.ts";
import type { DatabaseObject, DumpJob, TableContent, TableName, Taken, Tool } from "../../backup.ts";
import { objects } from "./catalogue.ts";
import { counters, tableContent, tableNames } from "./content.ts";
import { loginOption, writeLogin } from "./login.ts";
import { grantScript, roleScript } from "./roles.ts";
import { type Column, columnsOf, loadStatement, rowText } from "./rows.ts";

const dayMs = 86_400_000;
const batchRows = 2_000;
const lineEnd = Buffer.from("\n");

/** A name that a file may have; any other is a number, and `load.sql` tells whose it is. */
export function tableFile([name = ""]: TableName, index: number): string | undefined {
  return /^[A-Za-z0-9_]{1,64}$/.test(name) ? `dump/data/${name}.tsv.gz` : `dump/data/table-${index + 1}.tsv.gz`;
}

/** Triggers come after the rows: none of them must run while rows are loaded. */
export function dumpCommands(job: Pick<DumpJob, "tools" | "login" | "directory" | "secretsDirectory">): readonly (readonly string[])[] {
  const common = [
    programIn(job.tools, "mariadb-dump"),
    loginOption(job.secretsDirectory),
    "--no-data",
    "--single-transaction",
    "--skip-add-drop-table",
  ];
  const file = (name: string) => `--result-file=${join(job.directory, "dump", name)}`;
  const database = ["--", job.login.database ?? ""];
  return [
    [...common, "--skip-triggers", "--routines", "--events", file("schema.sql"), ...database],
    [...common, "--no-create-info", "--triggers", "--skip-routines", "--skip-events", file("triggers.sql"), ...database],
  ];
}

export function programIn(tools: readonly Tool[], name: string): string {
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new Error(`${name} was not looked for`);
  return tool.path;
}

export async function dump(context: Context, job: DumpJob): Promise<Taken> {
  const patient = { statementTimeoutMs: dayMs, idleTransactionTimeoutMs: dayMs };
  await using session = await mariadbDriver.connect({ ...job.login, ...patient, applicationName: "rowhouse backup" });
  const before = await objects(session);
  const countersBefore = await counters(session);
  await dumpSchema(job);
  await writeFileAtomic(join(job.directory, "dump/roles.sql"), await roleScript(session));
  await writeFileAtomic(join(job.directory, "dump/grants.sql"), await grantScript(session));
  const { tables, snapshotAt } = await inSnapshot(context, job, session);
  refuseMoved(before, await objects(session));
  return {
    tables,
    objects: before,
    counters: countersBefore,
    countersAfter: await counters(session),
    snapshot: "start transaction with consistent snapshot, one session",
    snapshotAt,
  };
}

async function dumpSchema(job: DumpJob): Promise<void> {
  await ensureDirectory(join(job.directory, "dump"));
  await ensureDirectory(join(job.directory, "dump/data"));
  await writeLogin(job.login, job.secretsDirectory);
  for (const argv of dumpCommands(job)) {
    await run({ argv, umask: 0o077, timeoutMs: dayMs, signal: job.signal });
    const path = argv.find((word) => word.startsWith("--result-file="))?.slice("--result-file=".length) ?? "";
    if (!/^-- Dump completed/m.test(await readTail(path, 200)))
      throw new Problem("RH-PROC-001", `${argv[0]} ended with 0, and ${path} does not end with "-- Dump completed"`, { hint: "Run it again." });
  }
  await cutViews(join(job.directory, "dump"));
}

/** A view over another one needs the rights of that one's definer, so views come into a file of their own, for after the grants. */
async function cutViews(directory: string): Promise<void> {
  const path = join(directory, "schema.sql");
  const text = await readFile(path);
  const begin = text.indexOf(finalViews);
  const end = text.lastIndexOf("/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;");
  const head = text.indexOf("\n\n", text.indexOf("SET @OLD_SQL_NOTES"));
  if (begin === -1 || begin > end) return writeFileAtomic(join(directory, "views.sql"), "-- There are no views.\n");
  await writeFileAtomic(join(directory, "views.sql"), Buffer.concat([text.subarray(0, head), text.subarray(begin)]));
  await writeFileAtomic(path, Buffer.concat([text.subarray(0, begin), text.subarray(end)]));
}

const finalViews = "\n--\n-- Final view structure for view ";

async function inSnapshot(context: Context, job: DumpJob, session: Session): Promise<Pick<Taken, "tables" | "snapshotAt">> {
  const tables: TableContent[] = [];
  const scripts: string[] = [];
  await session.begin("snapshot");
  const snapshotAt = context.clock.now().toISOString();
  try {
    for (const [index, name] of (await tableNames(session)).entries()) {
      job.signal.throwIfAborted();
      const file = tableFile([name], index) ?? "";
      const columns = await columnsOf(session, name);
      const written = await dumpTable(job, { session, name, columns, path: join(job.directory, file) });
      const content = await tableContent(session, name);
      if (content.rows !== written) throw new Error(`${name}: ${written} rows were written, the snapshot has ${content.rows}`);
      tables.push(content);
      const local = file.replace(/^dump\//, "").replace(/\.gz$/, "");
      scripts.push(`${mariadbDriver.render(loadStatement({ path: local, table: name, columns, isLocal: true })).text};`);
    }
  } catch (thrown) {
    throw isProblem(thrown, "RH-SQL-003") && /\(1412\)/.test(thrown.message) ? moved(thrown.message) : thrown;
  }
  await session.commit();
  await writeFileAtomic(join(job.directory, "dump/load.sql"), `${loadHeading}${scripts.join("\n")}\n`);
  return { tables, snapshotAt };
}

const loadHeading = `-- Loads the rows, for the mariadb client with --local-infile=1, run in this directory: after roles.sql,
-- schema.sql, grants.sql and views.sql, before triggers.sql, and after \`gunzip data/*.gz\`.
SET NAMES utf8mb4, time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 0;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,ALLOW_INVALID_DATES';
`;

interface TableJob {
  readonly session: Session;
  readonly name: string;
  readonly columns: readonly Column[];
  readonly path: string;
}

async function dumpTable(job: DumpJob, { session, name, columns, path }: TableJob): Promise<number> {
  let rows = 0;
  async function* lines() {
    const stream = session.stream<{ line: Uint8Array | null }>(sql`select ${rowText(columns)} as line from ${sql.id(name)}`, {
      batchRows,
      signal: job.signal,
    });
    for await (const batch of stream) {
      rows += batch.length;
      job.onProgress(`${name}: ${rows.toLocaleString("en-US")} rows`);
      yield Buffer.concat(batch.flatMap(({ line }) => [lineOf(name, line), lineEnd]));
    }
  }
  await writeFileAtomic(path, packed(lines()));
  return rows;
}

function lineOf(table: string, line: Uint8Array | null): Uint8Array {
  if (line) return line;
  throw new Problem("RH-BACKUP-001", `table ${table} has a row that is longer than the server's max_allowed_packet`, {
    hint: "Raise it on the server for the time of the backup: set global max_allowed_packet = 1073741824",
  });
}

function refuseMoved(before: readonly DatabaseObject[], after: readonly DatabaseObject[]): void {
  const now = new Map(after.map((object) => [`${object.kind} ${object.name}`, object.definition]));
  const was = new Map(before.map((object) => [`${object.kind} ${object.name}`, object.definition]));
  const names = [...new Set([...was.keys(), ...now.keys()])].filter((name) => was.get(name) !== now.get(name));
  if (names.length > 0) throw moved(`changed meanwhile: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`);
}

function moved(message: string): Problem {
  return new Problem("RH-BACKUP-002", message, { hint: "Run it again when nobody changes the schema." });
}
