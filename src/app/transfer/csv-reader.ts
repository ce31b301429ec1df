// Reads what print.ts writes as CSV, and what a spreadsheet makes of it: columns in any order, some left out, a line per task. A
// line with a project's name alone is a project.
import { faultOfText } from "../api/body.ts";
import { type Cell, rearm } from "./csv.ts";
import { type CsvLine, CsvLines } from "./csv-lines.ts";
import { csvColumns } from "./print.ts";
import { type Fault, type FileRecord, isFault, type Reader } from "./records.ts";

type Column = keyof typeof csvColumns;

/** Undefined leaves the field out, as if the column were not there. */
const values: Readonly<Record<Column, (cell: Cell) => unknown>> = {
  id: number,
  title: (cell) => (cell === null ? undefined : rearm(cell)),
  description: text,
  status: (cell) => cell ?? undefined,
  priority: number,
  is_active: (cell) => (cell === "true" || cell === "false" ? cell === "true" : (cell ?? undefined)),
  due_date: (cell) => cell,
  project: text,
  assigned_to: text,
  created_at: (cell) => cell ?? undefined,
  updated_at: (cell) => cell ?? undefined,
  completed_at: (cell) => cell,
  version: number,
};

export function csvReader(): Reader {
  const lines = new CsvLines();
  let columns: readonly Column[] | undefined;
  const records = function* (found: Iterable<CsvLine | Fault>): Generator<FileRecord | Fault> {
    for (const one of found) {
      if (isFault(one)) yield columns ? one : { ...one, isLast: true };
      else if (columns) yield recordOf(columns, one);
      else {
        const header = headerOf(one);
        if (isFault(header)) yield header;
        else columns = header;
      }
    }
  };
  return {
    push: (chunk) => records(lines.push(chunk)),
    *end() {
      yield* records(lines.end());
      if (!columns) yield { line: 1, reason: "there is no line with the names of the columns", isLast: true };
    },
  };
}

function headerOf({ line, text }: CsvLine): readonly Column[] | Fault {
  const names = cellsOf(text).map((cell) => cell ?? "");
  const unknown = names.find((name) => !Object.hasOwn(csvColumns, name));
  const refuse = (reason: string, field = "title"): Fault => ({ line, reason, field, isLast: true });
  if (unknown !== undefined) return refuse(`${JSON.stringify(unknown.slice(0, 100))} is not the name of a column`, "header");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return refuse(`the column ${twice} is there twice`, twice);
  return names.includes("title") || names.join() === "project" ? (names as Column[]) : refuse("the column title is missing");
}

function recordOf(columns: readonly Column[], { line, text, bytes }: CsvLine): FileRecord | Fault {
  const cells = cellsOf(text);
  if (cells.length !== columns.length)
    return { line, reason: `has ${cells.length === 1 ? "1 cell" : `${cells.length} cells`}, not ${columns.length}` };
  const field = columns.find((_column, index) => cells[index]?.includes("\0"));
  if (field) return { line, reason: `${field} ${faultOfText("\0")}`, field };
  if (isProject(columns, cells)) return { line, kind: "project", value: { name: rearm(cells[columns.indexOf("project")] ?? "") }, bytes };
  const value: Record<string, unknown> = {};
  columns.forEach((column, index) => {
    const found = values[column](cells[index] as Cell);
    if (found !== undefined) value[column] = found;
  });
  return { line, kind: "task", value, bytes };
}

function isProject(columns: readonly Column[], cells: readonly Cell[]): boolean {
  return cells.every((cell, index) => (cell === null) === (columns[index] !== "project"));
}

/** Of a line whose quotes are right. */
export function cellsOf(text: string): readonly Cell[] {
  if (!text.includes('"')) return text.split(",").map((cell) => (cell === "" ? null : cell));
  const cells: Cell[] = [];
  for (let at = 0; at <= text.length; ) {
    const isQuoted = text[at] === '"';
    const end = isQuoted ? closingQuote(text, at) : at;
    const comma = text.indexOf(",", end);
    const stop = comma < 0 ? text.length : comma;
    if (isQuoted) cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
    else cells.push(stop === at ? null : text.slice(at, stop));
    at = stop + 1;
  }
  return cells;
}

function closingQuote(text: string, opening: number): number {
  let at = text.indexOf('"', opening + 1);
  while (text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function text(cell: Cell): unknown {
  return cell === null ? null : rearm(cell);
}

/** What is not plain digits stays text, so that the schema refuses it by name. */
function number(cell: Cell): unknown {
  if (cell === null) return undefined;
  return /^-?\d{1,10}$/.test(cell) ? Number(cell) : cell;
}
