// Rows loaded by LOAD DATA, two tables at a time, where a warning is an error (TRAP-25) and a long table's keys come after its rows:
// from unpacked files where the server may read ours, else in parcels through the connection, or by statements where it takes none.
// Source: mariadb.com/kb/en/load-data-infile, innodb-online-ddl-operations-with-the-inplace-alter-algorithm
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { allOrFirst } from "../../../foundation/side-by-side.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import { blocksIn, fieldsOf, linesIn } from "../../../formats/data-lines.ts";
import type { Context } from "../../../platform/context.ts";
import { remove, writeFileAtomic } from "../../../platform/files.ts";
import { unpacked } from "../../../platform/gzip.ts";
import { type Amount, type Counted, counting } from "../../../platform/counting.ts";
import type { DumpedTable } from "../../backup.ts";
import type { FillJob, ServerFiles } from "../../target.ts";
import { partsOf } from "./catalogue.ts";
import { type Column, insertStatement, loadStatement } from "./lines.ts";
import { columnsOf } from "./rows.ts";

interface LoadJob extends Pick<FillJob, "tables" | "directory" | "files" | "signal" | "onProgress"> {
  /** How many bytes the server takes from us at once; undefined: none but in statements. */
  readonly packetBytes?: number | undefined;
}

/** How many tables are loaded at once: while the keys of one are built, the next one's rows come. */
const wantedSessions = 2;

/** A session that loads without files sends what is in here, and nothing else. */
export interface Parcel {
  bytes: Uint8Array;
}

const parcelName = "rows";
/** The connector takes memory for 16 MB whatever a parcel holds, so that many small ones cost more than the server's work. */
const wantedParcelBytes = 15_000_000;

export function offerOf(parcel: Parcel): NonNullable<ConnectionOptions["sends"]> {
  return new Map([[parcelName, () => parcel.bytes]]);
}

/** A session, what it may send, and whom it tells how many rows and bytes it has loaded. */
interface Loader {
  readonly session: Session;
  readonly parcel: Parcel;
}

/** Loads the rows through sessions in the database; without files for the server, each sends what is in its parcel. */
export async function loadTables({ clock }: Pick<Context, "clock">, open: (parcel: Parcel) => Promise<Session>, job: LoadJob): Promise<void> {
  const largestFirst = job.tables.toSorted((a, b) => b.rows - a.rows);
  const onLoaded = counting({ clock, verb: "restoring", total: job.tables.reduce((sum, { rows }) => sum + rows, 0), onProgress: job.onProgress });
  const loaders = [await loaderOf(open)];
  try {
    while (loaders.length < Math.min(wantedSessions, largestFirst.length)) loaders.push(await loaderOf(open));
    const aside = await takeKeysAside((loaders[0] as Loader).session, largestFirst);
    const waiting = [...largestFirst];
    await allOrFirst(
      loaders.map((loader) => async (signal: AbortSignal) => {
        await loader.session.run(sql`set session foreign_key_checks = 0, unique_checks = 0`);
        for (let table = waiting.shift(); table; table = waiting.shift()) await loadTable(loader, { ...job, signal, onLoaded }, { ...table, aside });
      }),
      job.signal,
    );
  } finally {
    for (const { session } of loaders) await session[Symbol.asyncDispose]();
  }
}

async function loaderOf(open: (parcel: Parcel) => Promise<Session>): Promise<Loader> {
  const parcel = { bytes: new Uint8Array() };
  return { parcel, session: await open(parcel) };
}

interface CountingJob extends LoadJob {
  readonly onLoaded: Counted;
}

async function loadTable(
  loader: Loader,
  job: CountingJob,
  { name, rows, files = [], aside }: LoadJob["tables"][number] & { readonly aside: ReadonlyMap<string, Sql> },
): Promise<void> {
  const [table = ""] = name;
  const columns = await columnsOf(loader.session, table);
  let loaded = 0;
  for (const file of files) loaded += await loadFile(loader, job, { table, columns, file });
  if (loaded !== rows) throw new Problem("RH-DATA-005", `table ${table}: ${loaded} rows were loaded, the manifest has ${rows}`);
  const keys = aside.get(table);
  if (!keys) return;
  job.onProgress(`building the keys of ${table}`);
  await loader.session.run(keys);
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

async function loadFile(loader: Loader, job: CountingJob, loading: Loading): Promise<number> {
  const { table, columns } = loading;
  const labelled = columns.filter(({ zero }) => zero !== undefined).map(({ name }) => name);
  await loader.session.run(sql`set session sql_mode = ${labelled.length > 0 ? lenient : strict}, max_error_count = 65535`);
  let loaded = 0;
  for await (const { rows, bytes } of rowsInto(loader, job, loading)) {
    job.signal.throwIfAborted();
    loaded += rows;
    job.onLoaded(table, { rows, bytes });
    const warnings = await loader.session.all<Record<string, string | number>>(sql`show warnings`);
    const said = warnings.filter((warning) => !isOfNoLabel(warning, labelled)).map((warning) => warning["Message"]);
    if (said.length > 0) throw new Problem("RH-DATA-005", `table ${table}: loading it warned: ${said.slice(0, 3).join("; ")}`);
  }
  return loaded;
}

/** What each statement put in. */
async function* rowsInto({ session, parcel }: Loader, job: LoadJob, { table, columns, file }: Loading): AsyncIterable<Amount> {
  const from = join(job.directory, file);
  if (job.files) yield* await loadedFile(session, job.files, { table, columns, from });
  else if (job.packetBytes === undefined) yield* inserted(session, { table, columns, from });
  else
    for await (const block of blocksIn(linesFrom(from, table), Math.min(job.packetBytes - 1_000, wantedParcelBytes))) {
      if (block.length > job.packetBytes) throw tooLong(table);
      parcel.bytes = block;
      const rows = await session.run(loadStatement({ path: parcelName, table, columns, isLocal: true }));
      yield { rows, bytes: block.length };
    }
}

interface LoadingFrom extends Omit<Loading, "file"> {
  readonly from: string;
}

async function loadedFile(session: Session, files: ServerFiles, { table, columns, from }: LoadingFrom): Promise<readonly Amount[]> {
  const path = join(files.path, `${randomBytes(6).toString("hex")}-${basename(from, ".gz")}`);
  const size = { bytes: 0 };
  const lines = async function* () {
    for await (const piece of linesFrom(from, table)) {
      size.bytes += piece.length;
      yield piece;
    }
  };
  await writeFileAtomic(path, lines(), files.owner ? { owner: files.owner } : {});
  try {
    return [{ rows: await session.run(loadStatement({ path, table, columns, isLocal: false })), ...size }];
  } finally {
    await remove(path);
  }
}

const statementValues = 20_000; // a prepared statement takes 65,535
const statementRows = 500;
const statementBytes = 1_000_000;

async function* inserted(session: Session, { table, columns, from }: LoadingFrom): AsyncIterable<Amount> {
  const most = Math.max(1, Math.min(statementRows, Math.floor(statementValues / Math.max(columns.length, 1))));
  let rows: (readonly (Uint8Array | null)[])[] = [];
  let bytes = 0;
  for await (const lines of linesIn(linesFrom(from, table)))
    for (const line of lines) {
      rows.push(fieldsOf(line));
      bytes += line.length;
      if (rows.length < most && bytes < statementBytes) continue;
      yield { rows: await session.run(insertStatement(table, columns, rows)), bytes };
      [rows, bytes] = [[], 0];
    }
  if (rows.length > 0) yield { rows: await session.run(insertStatement(table, columns, rows)), bytes };
}

/** Throws RH-DATA-005 for a file that is cut or changed. */
async function* linesFrom(from: string, table: string): AsyncIterable<Uint8Array> {
  try {
    yield* unpacked(from);
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    throw new Problem("RH-DATA-005", `table ${table}: ${basename(from)} cannot be unpacked: ${thrown.message}`, { cause: thrown });
  }
}

function tooLong(table: string): Problem {
  return new Problem("RH-DATA-005", `table ${table} has a row that is longer than this server's max_allowed_packet`, {
    hint: "Raise it on the server for the time of the restore: set global max_allowed_packet = 1073741824",
  });
}

const lenient = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES";
const strict = `STRICT_ALL_TABLES,${lenient}`;

/** An enum's value that is none of its labels can be written in no other way than by being told off for it. */
function isOfNoLabel(warning: Readonly<Record<string, string | number>>, labelled: readonly string[]): boolean {
  return warning["Code"] === 1265 && labelled.some((name) => String(warning["Message"]).startsWith(`Data truncated for column '${name}' at row `));
}

/** What zlib says of a file that is cut or changed. */
function isDamage(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("Z_");
}
