// A MariaDB dump restored into a server of its own: the schema by the mariadb client in its sandbox (TRAP-8), the rows by the
// server from unpacked files, two tables at a time, where a warning is an error (TRAP-25), a long table's keys after its rows, the
// triggers last. Source: mariadb.com/kb/en/load-data-infile, mariadb-command-line-client, innodb-online-ddl-operations-with-the-inplace-alter-algorithm
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import { dayMs } from "../../../foundation/units.ts";
import { fieldsOf, linesIn } from "../../../formats/data-lines.ts";
import type { Context } from "../../../platform/context.ts";
import { readIfThere, remove, writeFileAtomic } from "../../../platform/files.ts";
import { unpacked } from "../../../platform/gzip.ts";
import { run } from "../../../platform/processes.ts";
import type { DumpedTable, RestoreJob, Survey } from "../../backup.ts";
import type { ServerPlace } from "../../engine.ts";
import type { FillJob, ServerFiles } from "../../target.ts";
import { administrator } from "../server/process.ts";
import { partsOf } from "./catalogue.ts";
import { allOrFirst, programIn, scriptsDirectory } from "./dump.ts";
import { loginOption, writeLogin } from "./login.ts";
import { type Column, insertStatement, loadStatement } from "./lines.ts";
import { makeDatabase } from "./properties.ts";
import { columnsOf } from "./rows.ts";

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

export async function restore(_context: Context, job: RestoreJob): Promise<void> {
  const { survey, place } = job;
  await using session = await mariadbDriver.connect({ ...administrator(place), statementTimeoutMs: dayMs });
  await makeDatabase(session, survey.database, survey);
  await session.run(sql`use ${sql.id(survey.database)}`);
  await writeLogin(administrator(place, survey.database), job.secretsDirectory);
  for (const name of ["roles.sql", "schema.sql", "grants.sql", "views.sql"]) await runScript(job, name);
  const login = { ...administrator(place, survey.database), statementTimeoutMs: dayMs };
  await loadTables(() => mariadbDriver.connect(login), { ...job, files: serverFiles(place) });
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

interface LoadJob extends Pick<FillJob, "tables" | "directory" | "files" | "signal" | "onProgress"> {
  /** The server takes no files from us. */
  readonly isByStatements?: boolean;
}

/** How many tables are loaded at once: while the keys of one are built, the next one's rows come. */
const wantedSessions = 2;

/** Loads the rows through sessions in the database; without files for the server they were told `offers`. */
export async function loadTables(open: () => Promise<Session>, job: LoadJob): Promise<void> {
  const largestFirst = job.tables.toSorted((a, b) => b.rows - a.rows);
  const sessions = [await open()];
  try {
    while (sessions.length < Math.min(wantedSessions, largestFirst.length)) sessions.push(await open());
    const aside = await takeKeysAside(sessions[0] as Session, largestFirst);
    const waiting = [...largestFirst];
    await allOrFirst(
      sessions.map((session) => async (signal: AbortSignal) => {
        await session.run(sql`set session foreign_key_checks = 0, unique_checks = 0`);
        for (let table = waiting.shift(); table; table = waiting.shift()) {
          signal.throwIfAborted();
          await loadTable(session, { ...job, signal }, { table: table.name[0] ?? "", rows: table.rows, files: table.files ?? [], aside });
        }
      }),
      job.signal,
    );
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

/** What a session that loads without files may send: each table's rows, by the names of their files. */
export function offers({ tables, directory }: Pick<LoadJob, "tables" | "directory">): ReadonlyMap<string, () => AsyncIterable<Uint8Array>> {
  return new Map(tables.flatMap(({ files = [] }) => files.map((file) => [file, () => unpacked(join(directory, file))])));
}

async function loadTable(
  session: Session,
  job: LoadJob,
  what: {
    readonly table: string;
    readonly rows: number;
    readonly files: readonly string[];
    /** The keys of tables that had them taken aside. */
    readonly aside: ReadonlyMap<string, Sql>;
  },
): Promise<void> {
  const { table, rows, files, aside } = what;
  const columns = await columnsOf(session, table);
  let loaded = 0;
  for (const file of files) {
    job.signal.throwIfAborted();
    job.onProgress(`restoring ${table}: ${loaded.toLocaleString("en-US")} of ${rows.toLocaleString("en-US")} rows`);
    loaded += await loadFile(session, job, { table, columns, file });
  }
  if (loaded !== rows) throw new Problem("RH-DATA-005", `table ${table}: ${loaded} rows were loaded, the manifest has ${rows}`);
  const keys = aside.get(table);
  if (!keys) return;
  job.onProgress(`building the keys of ${table}`);
  await session.run(keys);
}

/** From so many rows on a key is built once from all of them: cheaper than keeping it through every one. */
const longRows = 100_000;

/** Takes the keys off long tables, which are empty yet, and returns, for each table, the statement that brings its keys back. */
async function takeKeysAside(session: Session, tables: readonly Pick<DumpedTable, "name" | "rows">[]): Promise<ReadonlyMap<string, Sql>> {
  const aside = new Map<string, Sql>();
  for (const { name, rows } of tables) {
    const [table = ""] = name;
    if (rows < longRows) continue;
    const keys = await keysOf(session, table);
    if (keys.length === 0) continue;
    try {
      await session.run(alter(table, keys.map(dropped)));
      aside.set(
        table,
        alter(
          table,
          keys.map(({ text }) => `add ${text}`),
        ),
      );
    } catch (thrown) {
      if (!isProblem(thrown)) throw thrown; // something needs one of them: they stay, which takes longer
    }
  }
  return aside;
}

interface Key {
  readonly name: string;
  readonly isForeign: boolean;
  /** As SHOW CREATE TABLE has it. */
  readonly text: string;
}

/** Foreign keys and secondary keys; not the one of an automatic number, full-text and spatial ones. */
async function keysOf(session: Session, table: string): Promise<readonly Key[]> {
  const [row] = await session.all<Record<string, string>>(sql`show create table ${sql.id(table)}`);
  const parts = partsOf(table, row?.["Create Table"] ?? "");
  const number = parts.find(({ kind, definition }) => kind === "column" && definition.includes(" AUTO_INCREMENT"));
  const isOfNumber = (text: string) => number !== undefined && text.includes(`(\`${number.name.slice(table.length + 1).replaceAll("`", "``")}\``);
  return parts
    .map(({ kind, name, definition: text }) => ({ kind, name: name.slice(table.length + 1), isForeign: kind === "constraint", text }))
    .filter(({ isForeign, text }) => (isForeign ? text.includes(" FOREIGN KEY (") : /^(UNIQUE )?KEY /.test(text) && !isOfNumber(text)));
}

function dropped({ name, isForeign }: Key): string {
  const { text } = mariadbDriver.render(sql.id(name));
  return `drop ${isForeign ? "foreign key" : "key"} ${text}`;
}

/** The clauses are the server's own words, given back to it. */
function alter(table: string, clauses: readonly string[]): Sql {
  const { text } = mariadbDriver.render(sql`alter table ${sql.id(table)} `);
  return sql`execute immediate ${sql.literal(text + clauses.join(", "))}`;
}

interface Loading {
  readonly table: string;
  readonly columns: readonly Column[];
  /** Below the backup. */
  readonly file: string;
}

async function loadFile(session: Session, job: LoadJob, loading: Loading): Promise<number> {
  const { table, columns } = loading;
  const labelled = columns.filter(({ zero }) => zero !== undefined).map(({ name }) => name);
  await session.run(sql`set session sql_mode = ${labelled.length > 0 ? lenient : strict}, max_error_count = 65535`);
  let loaded = 0;
  for await (const count of rowsInto(session, job, loading)) {
    loaded += count;
    const warnings = await session.all<Record<string, string | number>>(sql`show warnings`);
    const said = warnings.filter((warning) => !isOfNoLabel(warning, labelled)).map((warning) => warning["Message"]);
    if (said.length > 0) throw new Problem("RH-DATA-005", `table ${table}: loading it warned: ${said.slice(0, 3).join("; ")}`);
  }
  return loaded;
}

/** How many rows each statement put in. */
async function* rowsInto(session: Session, job: LoadJob, { table, columns, file }: Loading): AsyncIterable<number> {
  if (job.isByStatements) {
    yield* inserted(session, { table, columns, from: join(job.directory, file) });
    return;
  }
  const path = job.files ? join(job.files.path, `${randomBytes(6).toString("hex")}-${basename(file, ".gz")}`) : file;
  if (job.files) await unpack(job.files, { from: join(job.directory, file), to: path, table });
  try {
    yield await session.run(loadStatement({ path, table, columns, isLocal: !job.files }));
  } finally {
    if (job.files) await remove(path);
  }
}

const statementValues = 20_000; // a prepared statement takes 65,535
const statementRows = 500;
const statementBytes = 1_000_000;

async function* inserted(session: Session, { table, columns, from }: Omit<Loading, "file"> & { readonly from: string }): AsyncIterable<number> {
  const most = Math.max(1, Math.min(statementRows, Math.floor(statementValues / Math.max(columns.length, 1))));
  let rows: (readonly (Uint8Array | null)[])[] = [];
  let bytes = 0;
  for await (const lines of linesIn(unpacked(from)))
    for (const line of lines) {
      rows.push(fieldsOf(line));
      bytes += line.length;
      if (rows.length < most && bytes < statementBytes) continue;
      yield await session.run(insertStatement(table, columns, rows));
      [rows, bytes] = [[], 0];
    }
  if (rows.length > 0) yield await session.run(insertStatement(table, columns, rows));
}

async function unpack(
  { owner }: ServerFiles,
  { from, to, table }: { readonly from: string; readonly to: string; readonly table: string },
): Promise<void> {
  await writeFileAtomic(to, unpacked(from), owner ? { owner } : {}).catch((thrown: unknown) => {
    throw isDamage(thrown)
      ? new Problem("RH-DATA-005", `table ${table}: ${basename(from)} cannot be unpacked: ${thrown.cause.message}`, { cause: thrown })
      : thrown;
  });
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
