// A MariaDB database as files that mariadb reads: the schema by mariadb-dump, the rows by a reader of our own, in one snapshot,
// and a script that loads them. mariadb-dump cannot use our snapshot, so the catalogue is compared before and after: rows and
// schema belong together or there is no backup (DDL commits by itself here). One session reads; several would tie their
// snapshots together under BACKUP STAGE BLOCK_COMMIT (TRAP-23). Source: mariadb.com/kb/en/mariadb-dump, start-transaction
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { allOrFirst } from "../../../foundation/side-by-side.ts";
import { dayMs } from "../../../foundation/units.ts";
import type { Context } from "../../../platform/context.ts";
import { type Counted, counting } from "../../../platform/counting.ts";
import { ensureDirectory, readTail, writeFileAtomic } from "../../../platform/files.ts";
import { packed } from "../../../platform/gzip.ts";
import { run } from "../../../platform/processes.ts";
import { programIn } from "../../../platform/tools.ts";
import type { DatabaseObject, DumpJob, Scope, Taken } from "../../backup.ts";
import { objects } from "./catalogue.ts";
import { type ContentSum, contentSum, counters, tableNames } from "./content.ts";
import { loadStatement } from "./lines.ts";
import { loginOption, writeLogin } from "./login.ts";
import { grantScript, roleScript } from "./roles.ts";
import { blockCeiling, type Range, rangeOf, readLines, type Shape, shapeOf } from "./rows.ts";
import { isPartOf, scopeTables } from "./scope.ts";
import { takeSnapshot } from "./snapshot.ts";

/** Of the table, before they are packed; longer tables are split. */
const partBytes = 64_000_000;

/** Triggers come after the rows: none of them must run while rows are loaded. Events come last of all: they act by themselves. */
export function dumpCommands(job: Pick<DumpJob, "scope" | "tools" | "login" | "directory" | "secretsDirectory">): readonly (readonly string[])[] {
  const isPart = job.scope.kind === "tables";
  const common = [
    programIn(job.tools, "mariadb-dump"),
    loginOption(job.secretsDirectory),
    "--no-data",
    "--single-transaction",
    "--skip-add-drop-table",
  ];
  const file = (name: string) => `--result-file=${join(job.directory, scriptsDirectory(job.scope), name)}`;
  const what = ["--", job.login.database ?? "", ...scopeTables(job.scope)];
  return [
    [...common, "--skip-triggers", isPart ? "--skip-routines" : "--routines", "--skip-events", file("schema.sql"), ...what],
    [...common, "--no-create-info", "--triggers", "--skip-routines", "--skip-events", file("triggers.sql"), ...what],
    ...(isPart ? [] : [[...common, "--no-create-info", "--skip-triggers", "--skip-routines", "--events", file("events.sql"), ...what]]),
  ];
}

/** Rows alone come with the schema that they fit into, in a directory of its own, so that they can be tried. */
export function scriptsDirectory({ kind }: Pick<Scope, "kind">): string {
  return kind === "data" ? "schema" : "dump";
}

export async function dump(context: Context, job: DumpJob): Promise<Taken> {
  const patient = { ...job.login, statementTimeoutMs: dayMs, idleTransactionTimeoutMs: dayMs, applicationName: "rowhouse backup" };
  await using session = await mariadbDriver.connect(patient);
  const before = await objects(session);
  const countersBefore = await counters(session);
  await dumpSchema(job);
  await writeRoles(job, session);
  await using snapshot = await takeSnapshot(patient);
  const snapshotAt = context.clock.now().toISOString();
  const tables = await dumpTables(context, job, snapshot.sessions).catch((thrown: unknown) => {
    throw isProblem(thrown, "RH-SQL-003") && /\(1412\)/.test(thrown.message) ? moved(thrown.message) : thrown;
  });
  refuseMoved(before, await objects(session));
  const taken = { tables, objects: before, counters: countersBefore, countersAfter: await counters(session), snapshot: snapshot.how, snapshotAt };
  return narrowed(taken, job.scope);
}

/** To what the dump holds. */
function narrowed(taken: Taken, { kind, tables }: Scope): Taken {
  if (kind === "database") return taken;
  if (kind === "schema") return { ...taken, counters: [] };
  if (kind === "data") return { ...taken, objects: [], counters: [] }; // counters stand in the schema
  const objects = taken.objects.filter((object) => tables.some((table) => isPartOf(object, table)));
  return { ...taken, objects, counters: taken.counters.filter(({ name }) => tables.some(([table]) => table === name)) };
}

/** Of some tables neither the users nor their rights come along. */
async function writeRoles({ scope, directory }: DumpJob, session: Session): Promise<void> {
  if (scope.kind === "tables") return;
  await writeFileAtomic(join(directory, scriptsDirectory(scope), "roles.sql"), await roleScript(session));
  await writeFileAtomic(join(directory, scriptsDirectory(scope), "grants.sql"), await grantScript(session));
}

async function dumpSchema(job: DumpJob): Promise<void> {
  await ensureDirectory(join(job.directory, "dump"));
  await ensureDirectory(join(job.directory, "dump/data"));
  await ensureDirectory(join(job.directory, scriptsDirectory(job.scope)));
  await writeLogin(job.login, job.secretsDirectory);
  for (const argv of dumpCommands(job)) {
    await run({ argv, isBackground: true, umask: 0o077, timeoutMs: dayMs, signal: job.signal });
    const path = argv.find((word) => word.startsWith("--result-file="))?.slice("--result-file=".length) ?? "";
    if (!/^-- Dump completed/m.test(await readTail(path, 200)))
      throw new Problem("RH-PROC-001", `${argv[0]} ended with 0, and ${path} does not end with "-- Dump completed"`, { hint: "Run it again." });
  }
  await cutViews(join(job.directory, scriptsDirectory(job.scope)));
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

/** A table, or a part of one that is long: each a file of its own. */
interface Part {
  readonly shape: Shape;
  readonly range: Range | undefined;
  /** Below the backup. */
  readonly file: string;
}

async function dumpTables({ clock }: Pick<Context, "clock">, job: DumpJob, sessions: readonly [Session, ...Session[]]): Promise<Taken["tables"]> {
  const parts: Part[] = [];
  const names = await tableNames(sessions[0]);
  if (job.scope.kind === "schema") return names.map((name) => ({ name: [name], ...contentSum().content() }));
  const chosen = scopeTables(job.scope);
  for (const [index, name] of names.filter((one) => chosen.length === 0 || chosen.includes(one)).entries())
    parts.push(...(await partsOf(sessions[0], name, index)));
  const done = new Map<Part, ContentSum>();
  const waiting = [...parts];
  const onDumped = counting({ clock, verb: "dumping", total: estimateOf(parts), isEstimate: true, onProgress: job.onProgress });
  await allOrFirst(
    sessions.map((session) => async (signal: AbortSignal) => {
      for (let part = waiting.shift(); part; part = waiting.shift()) done.set(part, await dumpPart({ ...job, signal, onDumped }, session, part));
    }),
    job.signal,
  );
  await writeFileAtomic(join(job.directory, "dump/load.sql"), `${loadHeading}${parts.map(loadLine).join("\n")}\n`);
  return [...new Set(parts.map(({ shape }) => shape.name))].map((name) => {
    const own = parts.filter(({ shape }) => shape.name === name);
    const sum = contentSum();
    for (const part of own) sum.plus(done.get(part) ?? contentSum());
    return { name: [name], ...sum.content(), files: own.map(({ file }) => file) };
  });
}

/** As the server estimates it. */
function estimateOf(parts: readonly Part[]): number {
  return [...new Set(parts.map(({ shape }) => shape))].reduce((sum, { rows }) => sum + rows, 0);
}

/** Parts begin where a block does, so that no block is in two of them. */
async function partsOf(session: Session, name: string, index: number): Promise<readonly Part[]> {
  const shape = await shapeOf(session, name);
  const file = (part: string) => `dump/data/${/^[A-Za-z0-9_]{1,64}$/.test(name) ? name : `table-${index + 1}`}${part}.tsv.gz`;
  const range = await rangeOf(session, shape);
  const count = Math.min(Math.ceil(shape.bytes / partBytes), 999);
  if (!range || count <= 1) return [{ shape, range, file: file("") }];
  const step = blockCeiling((range.to - range.from) / BigInt(count) + 1n);
  const parts: Part[] = [];
  for (let from = range.from; from <= range.to; ) {
    const next = blockCeiling(from + step);
    const to = next <= range.to ? next - 1n : range.to;
    parts.push({ shape, range: { from, to }, file: file(`-${String(parts.length + 1).padStart(3, "0")}`) });
    from = next;
  }
  return parts;
}

function loadLine({ shape, file }: Part): string {
  const path = file.replace(/^dump\//, "").replace(/\.gz$/, "");
  return `${mariadbDriver.render(loadStatement({ path, table: shape.name, columns: shape.columns, isLocal: true })).text};`;
}

const loadHeading = `-- Loads the rows, for the mariadb client with --local-infile=1, run in this directory: after roles.sql,
-- schema.sql, grants.sql and views.sql, before triggers.sql, and after \`gunzip data/*.gz\`.
SET NAMES utf8mb4, time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 0;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,ALLOW_INVALID_DATES';
`;

async function dumpPart(job: DumpJob & { readonly onDumped: Counted }, session: Session, { shape, range, file }: Part): Promise<ContentSum> {
  const sum = contentSum();
  async function* bytes() {
    for await (const lines of readLines(session, shape, range)) {
      job.signal.throwIfAborted();
      sum.add(lines);
      job.onDumped(shape.name, { rows: lines.rows, bytes: lines.bytes.length });
      yield lines.bytes;
    }
  }
  await writeFileAtomic(join(job.directory, file), packed(bytes()));
  return sum;
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
