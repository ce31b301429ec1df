// A table's rows as the lines of its data file, read in the order of its primary key. Where that is one integer, the server puts
// the rows of a range into one answer: a row of its own for each would cost more here than all else. Such an answer is asked for
// without escapes first, which is cheaper, and again with them when it holds anything that needs one.
// Source: mariadb.com/kb/en/group_concat, server-system-variables (group_concat_max_len, max_allowed_packet)
import type { Session } from "../../../drivers/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import { marksIn } from "../../../formats/data-lines.ts";
import { type Column, escapedLines, type Form, isMostlyPlain, rowText } from "./lines.ts";

/** Columns that hold values of their own, invisible ones too; generated ones follow from them. */
export async function columnsOf(session: Session, table: string): Promise<readonly Column[]> {
  const rows = await session.all<{ name: string; type: string; nullable: string; labels: string }>(sql`
    select column_name as name, data_type as type, is_nullable as nullable, column_type as labels
    from information_schema.columns
    where table_schema = database() and table_name = ${table} and is_generated = 'NEVER'
    order by ordinal_position`);
  return rows.map(({ name, type, nullable, labels }) => ({
    name,
    type,
    isNullable: nullable === "YES",
    ...(type === "enum" ? { zero: zeroOf(labels) } : {}),
  }));
}

/** The server takes up to five digits that are no label for an index. */
function zeroOf(labels: string): string {
  const zeros = ["0", "00", "000", "0000", "00000"];
  return zeros.find((zero) => !labels.includes(`'${zero}'`)) ?? "0";
}

export interface Shape {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns of the primary key, none where there is no such key. */
  readonly key: readonly string[];
  /** Few values need a backslash, so that it is worth while to ask without. */
  readonly isPlain: boolean;
  /** The key is one integer. */
  readonly isNumbered: boolean;
  readonly isUnsigned: boolean;
  /** A range of the key comes in its order without being asked to: where the table is its primary key's index, and one of them. */
  readonly isInOrder: boolean;
  /** About as many; the server does not know better without counting. */
  readonly rows: number;
  readonly bytes: number;
  /** Longest answer of this server. */
  readonly answerBytes: number;
}

/** Whole lines, each with its end. */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** Lines of one block come one after the other; see `hashMethod`. */
  readonly block: bigint;
}

/** Keys from `from` to `to`, both of them too. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

const blockBits = 12n;
const wantedAnswerBytes = 1_000_000;
const batchRows = 2_000;
/** Fewer rows in each answer than this, over so many answers, and they are cheaper one by one. */
const sparse = { answers: 32, rows: 32 };

export async function shapeOf(session: Session, name: string): Promise<Shape> {
  const [about] = await session.all<{ rows: number | string; bytes: number | string; packet: number | string; ordered: number }>(sql`
    select coalesce(table_rows, 0) as \`rows\`, coalesce(data_length, 0) as bytes, @@max_allowed_packet as packet,
      engine = 'InnoDB' and create_options not like '%partitioned%' as ordered
    from information_schema.tables where table_schema = database() and table_name = ${name}`);
  const key = await session.all<{ name: string; type: string; whole: string }>(sql`
    select c.column_name as name, c.data_type as type, c.column_type as whole
    from information_schema.statistics as s
    join information_schema.columns as c on c.table_schema = s.table_schema and c.table_name = s.table_name and c.column_name = s.column_name
    where s.table_schema = database() and s.table_name = ${name} and s.index_name = 'PRIMARY'
    order by s.seq_in_index`);
  const columns = await columnsOf(session, name);
  return {
    name,
    columns,
    isPlain: isMostlyPlain(columns),
    key: key.map((column) => column.name),
    isNumbered: key.length === 1 && /int$/.test(key[0]?.type ?? ""),
    isUnsigned: /unsigned/.test(key[0]?.whole ?? ""),
    isInOrder: about?.ordered === 1,
    rows: Number(about?.rows ?? 0),
    bytes: Number(about?.bytes ?? 0),
    answerBytes: Math.min(Number(about?.packet ?? 0), 64_000_000) - 100_000,
  };
}

/** The numbers of the primary key that are there, undefined where there are none. */
export async function rangeOf(session: Session, { name, key, isNumbered }: Shape): Promise<Range | undefined> {
  if (!isNumbered) return undefined;
  const number = sql.id(key[0] ?? "");
  const [row] = await session.all<{ lowest: string | null; highest: string | null }>(sql`
    select cast(min(${number}) as char) as lowest, cast(max(${number}) as char) as highest from ${sql.id(name)}`);
  if (row?.lowest === null || row?.lowest === undefined || row.highest === null) return undefined;
  return { from: BigInt(row.lowest), to: BigInt(row.highest) };
}

/** All rows, or those of a range of a numbered table. Throws RH-BACKUP-001 for a row that is longer than an answer may be. */
export async function* readLines(session: Session, shape: Shape, within?: Range): AsyncGenerator<Lines> {
  const range = within ?? (await rangeOf(session, shape));
  if (shape.isNumbered && !range) return;
  if (range) yield* readNumbered(session, shape, range);
  else yield* readEach(session, shape);
}

/** Asks for the next range before it gives the last one away, so that the server works while the lines are written. */
async function* readNumbered(session: Session, shape: Shape, range: Range): AsyncGenerator<Lines> {
  await session.run(sql`set session group_concat_max_len = ${shape.answerBytes}`);
  const span = spanOf(shape);
  let [answers, rows] = [0, 0];
  let next = startAt(range.from);
  try {
    while (next) {
      const { answer, to } = next;
      const lines = await answer;
      answers++;
      rows += lines.rows;
      if (answers >= sparse.answers && rows / answers < sparse.rows) {
        next = undefined;
        if (lines.rows > 0) yield lines;
        if (to < range.to) yield* readEach(session, shape, { from: to + 1n, to: range.to });
        return;
      }
      next = startAt(lines.rows > 0 ? to + 1n : await nextNumber(session, shape, to));
      if (lines.rows > 0) yield lines;
    }
  } finally {
    await next?.answer.catch(() => undefined); // whoever reads no further still leaves the session without a statement under way
  }

  function startAt(from: bigint | undefined) {
    if (from === undefined || from > range.to) return undefined;
    const last = from | (span - 1n); // the last number of its span, which is a power of two
    const to = last < range.to ? last : range.to;
    const answer = readRange(session, shape, { from, to });
    answer.catch(() => undefined); // it is awaited later
    return { answer, to };
  }
}

/** The number where a block begins, at or after this one. */
export function blockCeiling(number: bigint): bigint {
  const size = 1n << blockBits;
  return ((number + size - 1n) >> blockBits) << blockBits;
}

/** How many numbers one answer covers: a power of two, never beyond a block. */
function spanOf({ rows, bytes }: Shape): bigint {
  const rowBytes = Math.max(bytes / Math.max(rows, 1), 1);
  let span = 1n << blockBits;
  while (span > 1n && Number(span) * rowBytes > wantedAnswerBytes) span /= 2n;
  return span;
}

async function nextNumber(session: Session, shape: Shape, after: bigint): Promise<bigint | undefined> {
  const { name, key } = shape;
  const number = sql.id(key[0] ?? "");
  const [row] = await session.all<{ next: string | null }>(sql`
    select cast(min(${number}) as char) as next from ${sql.id(name)} where ${number} > ${bound(shape, after)}`);
  return typeof row?.next === "string" ? BigInt(row.next) : undefined;
}

async function readRange(session: Session, shape: Shape, range: Range): Promise<Lines> {
  const block = range.from >> blockBits;
  const plain = shape.isPlain ? await ask(session, shape, range, "plain") : undefined;
  if (plain && (plain.rows === 0 || (isWhole(plain, shape) && needsNoEscape(plain, shape))))
    return { bytes: withEnd(plain.lines), rows: plain.rows, block };
  const exact = await ask(session, shape, range, "quoted");
  if (exact.rows === 0) return { bytes: new Uint8Array(), rows: 0, block };
  const lines = isWhole(exact, shape) ? escapedLines(exact.lines) : undefined;
  if (lines && marksIn(lines).lines === exact.rows - 1) return { bytes: withEnd(lines), rows: exact.rows, block };
  if (range.to === range.from) throw tooLong(shape.name);
  const middle = (range.from + range.to) >> 1n;
  const halves = [
    await readRange(session, shape, { from: range.from, to: middle }),
    await readRange(session, shape, { from: middle + 1n, to: range.to }),
  ] as const;
  return { bytes: Buffer.concat(halves.map(({ bytes }) => bytes)), rows: halves[0].rows + halves[1].rows, block };
}

interface Answer {
  readonly rows: number;
  readonly nulls: number;
  readonly lines: Uint8Array;
}

async function ask(session: Session, shape: Shape, { from, to }: Range, form: Form): Promise<Answer> {
  const { name, columns, key, isInOrder } = shape;
  const number = sql.id(key[0] ?? "");
  const nullable = columns.filter(({ isNullable }) => isNullable);
  const present = nullable.length === 0 ? sql`0` : plus(nullable.map((column) => sql`count(${sql.id(column.name)})`));
  const order = isInOrder ? sql`` : sql`order by ${number}`; // it costs a sixth of the answer
  const [row] = await session.all<{ rows: number; present: number; lines: Uint8Array | null }>(sql`
    select count(*) as \`rows\`, ${present} as present, group_concat(${rowText(columns, form)} ${order} separator '\\n') as \`lines\`
    from ${sql.id(name)} force index (primary) where ${number} between ${bound(shape, from)} and ${bound(shape, to)}`);
  const { rows, present: values, lines } = row ?? { rows: 0, present: 0, lines: null };
  return { rows, nulls: rows * nullable.length - values, lines: lines ?? new Uint8Array() };
}

/** A number of the key, which may have 64 bits without a sign. */
function bound({ isUnsigned }: Shape, number: bigint): Sql {
  return isUnsigned ? sql`cast(${String(number)} as unsigned)` : sql`cast(${String(number)} as signed)`;
}

function plus(terms: readonly Sql[]): Sql {
  return terms.reduce((sum, term) => sql`${sum} + ${term}`);
}

/** The server cuts an answer that would be too long. */
function isWhole({ lines }: Answer, { answerBytes }: Shape): boolean {
  return lines.length < answerBytes - 8;
}

/** True when each tab and each line end is one between fields and rows, and each backslash one of a NULL. */
function needsNoEscape({ lines, rows, nulls }: Answer, { columns }: Shape): boolean {
  const count = marksIn(lines);
  return count.tabs === rows * (columns.length - 1) && count.lines === rows - 1 && count.backslashes === nulls && count.zeros === 0;
}

const lineEnd = Buffer.from("\n");

function withEnd(lines: Uint8Array): Uint8Array {
  return lines.length === 0 ? lines : Buffer.concat([lines, lineEnd]);
}

/** Row by row, in the order of the key where there is one. */
async function* readEach(session: Session, shape: Shape, range?: Range): AsyncGenerator<Lines> {
  const { name, columns, key, isNumbered } = shape;
  const order =
    key.length === 0
      ? sql``
      : sql`order by ${sql.join(
          key.map((column) => sql.id(column)),
          ", ",
        )}`;
  const number = isNumbered ? sql`cast(${sql.id(key[0] ?? "")} as char)` : sql`null`;
  const where = range ? sql`where ${sql.id(key[0] ?? "")} between ${bound(shape, range.from)} and ${bound(shape, range.to)}` : sql``;
  const batches = session.stream<{ number: string | null; line: Uint8Array | null }>(
    sql`select ${number} as number, ${rowText(columns, "quoted")} as line from ${sql.id(name)} ${where} ${order}`,
    { batchRows },
  );
  let row = 0n;
  for await (const batch of batches) {
    let open: { readonly block: bigint; readonly parts: Uint8Array[] } | undefined;
    for (const { number: own, line } of batch) {
      if (!line) throw tooLong(name);
      const block = own === null ? (key.length === 0 ? row++ : 0n) : BigInt(own) >> blockBits;
      if (open && open.block !== block) yield linesOf(open);
      if (open?.block !== block) open = { block, parts: [] };
      open.parts.push(escapedLines(line), lineEnd);
    }
    if (open) yield linesOf(open);
  }
}

function linesOf({ block, parts }: { readonly block: bigint; readonly parts: readonly Uint8Array[] }): Lines {
  return { block, rows: parts.length / 2, bytes: Buffer.concat(parts) };
}

function tooLong(table: string): Problem {
  return new Problem("RH-BACKUP-001", `table ${table} has a row that is longer than the server's max_allowed_packet`, {
    hint: "Raise it on the server for the time of the backup: set global max_allowed_packet = 1073741824",
  });
}
