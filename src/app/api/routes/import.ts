// POST /api/tasks/import: a file of tasks, all or none. Its body is read as it comes and never as a whole; what is wrong with the
// file is told line by line.
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { Type } from "@sinclair/typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../../foundation/problem.ts";
import { transferLimits } from "../../store/store.ts";
import { checkWith, type Validate } from "../../transfer/check.ts";
import { csvReader } from "../../transfer/csv-reader.ts";
import { importFile, type Outcome } from "../../transfer/import.ts";
import { jsonReader } from "../../transfer/json-reader.ts";
import { ndjsonReader } from "../../transfer/ndjson-reader.ts";
import type { Reader } from "../../transfer/records.ts";
import { answers, json, sending, writing } from "../answers.ts";
import { type ImportAnswer, ImportAnswerSchema, type ImportQuery, ImportQuerySchema, ImportSchema } from "../contract/transfer.ts";
import { documentOf, problemType } from "../problems.ts";
import { dropRest, piecesOf } from "../upload.ts";
import type { TransferParts } from "./transfer.ts";

const readers: Readonly<Record<string, () => Reader>> = {
  "text/csv": csvReader,
  "application/json": jsonReader,
  "application/x-ndjson": ndjsonReader,
};
const types = Object.keys(readers);
/** As `accepts` of a route: these types, in UTF-8. */
const accepts = {
  pattern: /^(?:text\/csv|application\/(?:json|x-ndjson))\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i,
  names: types.join(", "),
};

const imported = {
  operationId: "importTasks",
  summary: "Imports a file of tasks, all or none",
  description: [
    "Takes what the export gives, and less: only a task's title is needed. Projects that a task names are made when they are missing.",
    "`ids=new` (unless given) gives new ids, versions and moments; `ids=keep` takes those of the file.",
    "A refusal lists the lines at fault, 10,000 at most; reading stops behind them.",
  ].join(" "),
  tag: "tasks",
  querystring: ImportQuerySchema,
  consumes: {
    "application/json": ImportSchema,
    "application/x-ndjson": Type.String({
      description: 'One `{"task": …}` or `{"project": …}` a line.',
      examples: ['{"project":{"name":"Home"}}\n{"task":{"title":"Dust","project":"Home"}}\n', '{"task":{"title":"Mow","status":"complete"}}'],
    }),
    "text/csv": Type.String({
      description: "A header with names of columns, then a task a line.",
      examples: ["title,project,priority\r\nDust,Home,2\r\n,Garden,\r\n", "title\nMow\n"],
    }),
  },
  response: answers({ 200: json(ImportAnswerSchema) }, writing, sending, "RH-API-011", "RH-API-012", "RH-DATA-001", "RH-DATA-002"),
} as const;

/** Registers in a scope of its own, where every body is left as a stream. */
export function importRoute(scope: FastifyInstance, transfer: TransferParts): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(types, async (_request: FastifyRequest, body: Readable) => body);
  const route = { schema: imported, config: { accepts } };
  scope.post<{ Querystring: ImportQuery; Body: Readable }>("/api/tasks/import", route, async (request, reply) => {
    admitLong(request, transfer);
    try {
      const outcome = await importBody(request, transfer);
      if (outcome.state === "refused") return refuse(request, reply, outcome);
      const { tasks, projects } = outcome;
      return { tasks, projects, dry_run: request.query.dry_run === "true" } satisfies ImportAnswer;
    } finally {
      dropRest(request.raw, transfer.uploadStillMs);
      transfer.uploads.delete(request.raw.socket);
    }
  });
}

/** The server's own limits are those of small bodies. */
function admitLong({ raw, headers }: FastifyRequest, { uploads }: TransferParts): void {
  if (headers["idempotency-key"] !== undefined)
    throw new Problem("RH-API-001", "an import takes no Idempotency-Key; with ids=keep it cannot be made twice", { field: "Idempotency-Key" });
  uploads.add(raw.socket);
  (raw.socket as Partial<Socket>).setTimeout?.(0); // a request within the process has none
}

async function importBody(request: FastifyRequest<{ Querystring: ImportQuery; Body: Readable }>, transfer: TransferParts): Promise<Outcome> {
  using _slot = transfer.slots.take();
  const plan = { keepsIds: request.query.ids === "keep", isDry: request.query.dry_run === "true" };
  const reader = readers[request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? ""];
  if (!reader) throw new Problem("RH-API-001", "the body is missing", { field: "body" });
  const { wholeMs, bodyBytes } = transferLimits;
  await using target = await transfer.store.openImport({ ...plan, requestId: request.id });
  const check = checkWith((schema) => request.compileValidationSchema(schema) as Validate);
  return await importFile(piecesOf(request.body, { stillMs: transfer.uploadStillMs, wholeMs, bytes: bodyBytes }), reader(), target, {
    ...plan,
    check,
  });
}

function refuse(request: FastifyRequest, reply: FastifyReply, { faults, isReadWhole }: Outcome & { readonly state: "refused" }): FastifyReply {
  const lines = faults.map(({ line, reason, field }) => ({ line, reason, ...(field === undefined ? {} : { field }) }));
  const rest = isReadWhole ? "" : "; what follows was not read";
  const problem = new Problem("RH-API-011", `${lines.length} ${lines.length === 1 ? "line is" : "lines are"} bad, and nothing was imported${rest}`);
  const answer = { ...documentOf(problem, request.id), lines, bad_lines: lines.length };
  return reply
    .code(answer.status)
    .type(problemType)
    .send(Buffer.from(JSON.stringify(answer)));
}
