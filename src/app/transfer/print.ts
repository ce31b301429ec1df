// A snapshot as a file, in pieces: CSV, JSON or JSON lines. Nothing in a file says that it is complete; the end of the HTTP
// answer does, which a cut connection leaves out.
import type { Format, TransferredProject, TransferredTask } from "../api/contract/transfer.ts";
import type { Snapshot } from "../store/snapshots.ts";
import { type Cell, csvLine, disarm } from "./csv.ts";

type Pieces = AsyncGenerator<readonly string[]>;

export interface FileKind {
  readonly contentType: string;
  readonly print: (snapshot: Snapshot) => Pieces;
}

export const fileKinds: Readonly<Record<Format, FileKind>> = {
  csv: { contentType: "text/csv; charset=utf-8; header=present", print: csv },
  json: { contentType: "application/json; charset=utf-8", print: json },
  ndjson: { contentType: "application/x-ndjson; charset=utf-8", print: ndjson },
};

/** The columns of a CSV file, in their order, with what stands in them. */
export const csvColumns = {
  id: ({ id }) => String(id),
  title: ({ title }) => disarm(title),
  description: ({ description }) => text(description),
  status: ({ status }) => status,
  priority: ({ priority }) => String(priority),
  is_active: ({ is_active }) => String(is_active),
  due_date: ({ due_date }) => due_date,
  project: ({ project }) => text(project),
  assigned_to: ({ assigned_to }) => text(assigned_to),
  created_at: ({ created_at }) => created_at,
  updated_at: ({ updated_at }) => updated_at,
  completed_at: ({ completed_at }) => completed_at,
  version: ({ version }) => String(version),
} as const satisfies Readonly<Record<string, (task: TransferredTask) => Cell>>;

const columnNames = Object.keys(csvColumns);
const cells = Object.values(csvColumns);

async function* csv(snapshot: Snapshot): Pieces {
  yield [csvLine(columnNames)];
  for await (const tasks of snapshot.tasks()) yield tasks.map((task) => csvLine(cells.map((cell) => cell(task))));
  for await (const projects of snapshot.emptyProjects()) yield projects.map(projectLine);
}

function text(value: string | null): Cell {
  return value === null ? null : disarm(value);
}

function projectLine({ name }: TransferredProject): string {
  return csvLine(columnNames.map((column) => (column === "project" ? disarm(name) : null)));
}

async function* ndjson(snapshot: Snapshot): Pieces {
  for await (const projects of snapshot.projects()) yield projects.map((project) => `${JSON.stringify({ project })}\n`);
  for await (const tasks of snapshot.tasks()) yield tasks.map((task) => `${JSON.stringify({ task })}\n`);
}

async function* json(snapshot: Snapshot): Pieces {
  yield ['{"projects":['];
  yield* elements(snapshot.projects());
  yield ['],\n"tasks":['];
  yield* elements(snapshot.tasks());
  yield ["]}\n"];
}

async function* elements(batches: AsyncIterable<readonly object[]>): Pieces {
  let separator = "\n";
  for await (const batch of batches) {
    yield batch.map((element) => {
      const piece = `${separator}${JSON.stringify(element)}`;
      separator = ",\n";
      return piece;
    });
  }
}

/** The pieces joined to parts of about `bytes`, the first of which holds what came first from the database. */
export async function* parts(pieces: Pieces, bytes: number): AsyncGenerator<Buffer> {
  let waiting: string[] = [];
  let length = 0;
  for await (const batch of pieces) {
    for (const piece of batch) {
      waiting.push(piece);
      length += piece.length;
      if (length < bytes) continue;
      yield Buffer.from(waiting.join(""));
      waiting = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.from(waiting.join(""));
}
