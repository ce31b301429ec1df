// GET /api/tasks/export: a file of what is selected, as it is at one moment, sent as fast as the client takes it. What fails before
// the first byte is answered as a problem; after it the connection is cut, so that half a file is never taken for a whole one.
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { Type } from "@sinclair/typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Problem } from "../../../foundation/problem.ts";
import type { Clock } from "../../../platform/clock.ts";
import { fileKinds, parts } from "../../transfer/print.ts";
import { transferLimits } from "../../store/store.ts";
import { ExportLineSchema, type ExportQuery, ExportQuerySchema, ExportSchema, type Format } from "../contract/transfer.ts";
import { answers, file, reading, sequence } from "../answers.ts";
import { onGone } from "../gone.ts";
import type { TransferParts } from "./transfer.ts";

interface Asking {
  readonly Querystring: ExportQuery;
}

interface Asked extends ExportQuery {
  readonly requestId: string;
  readonly signal: AbortSignal;
}

const partBytes = 65_536;

const exported = {
  operationId: "exportTasks",
  summary: "Exports tasks as a file",
  description: [
    "`format` is `json` unless given. The file shows one moment. It is whole when the answer ends as HTTP has it; when something fails",
    "half-way the connection is cut without the last chunk.",
  ].join(" "),
  tag: "tasks",
  querystring: ExportQuerySchema,
  response: answers(
    {
      200: file({
        "application/json": { schema: ExportSchema },
        "application/x-ndjson": sequence(
          Type.String({ description: 'One `{"project": …}` or `{"task": …}` a line, projects first.' }),
          ExportLineSchema,
        ),
        "text/csv": {
          schema: Type.String({ description: "RFC 4180, with a header; cells that a spreadsheet would run begin with an apostrophe." }),
        },
      }),
    },
    reading,
    "RH-API-012",
  ),
} as const;

export function exportRoute(app: FastifyInstance, transfer: TransferParts): void {
  app.head<Asking>("/api/tasks/export", { schema: exported }, async ({ query }, reply) => describe(reply, transfer.clock, formatOf(query)).send());

  app.get<Asking>("/api/tasks/export", { schema: exported, exposeHeadRoute: false }, async (request, reply) => {
    const format = formatOf(request.query);
    const ending = new AbortController();
    const content = fileOf(transfer, { ...request.query, format, requestId: request.id, signal: ending.signal });
    endWith(reply, { ending, content, stillMs: transfer.downloadStillMs });
    const first = await content.next();
    return describe(reply, transfer.clock, format).send(Readable.from(continued(first, content), { objectMode: false }));
  });
}

async function* fileOf(
  { store, slots }: TransferParts,
  { format, requestId, signal, ...selection }: Asked & { format: Format },
): AsyncGenerator<Buffer> {
  using _slot = slots.take();
  await using snapshot = await store.openSnapshot(selection, { requestId, signal });
  yield* parts(fileKinds[format].print(snapshot), partBytes);
}

interface Sending {
  readonly ending: AbortController;
  readonly content: AsyncGenerator<Buffer>;
  readonly stillMs: number;
}

/** The statement ends when the client goes away, when it takes nothing for a while, and after the time that a whole file may take. */
function endWith(reply: FastifyReply, { ending, content, stillMs }: Sending): void {
  const { wholeMs } = transferLimits;
  const late = () => ending.abort(new Problem("RH-TIME-001", `the export took more than ${wholeMs} ms`));
  const timer = setTimeout(late, wholeMs);
  const { socket } = reply.request.raw;
  if (socket instanceof Socket) socket.setTimeout(stillMs); // a request within the process has none
  onGone(reply, () => {
    clearTimeout(timer);
    ending.abort(new Problem("RH-USE-002", "the client went away"));
    void content.return(undefined).catch(() => undefined); // what failed has been told
  });
}

async function* continued(first: IteratorResult<Buffer>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (!first.done) yield first.value;
  yield* rest;
}

function formatOf({ format = "json" }: ExportQuery): Format {
  return format;
}

/** Nothing that anybody typed is part of the file's name. */
function describe(reply: FastifyReply, clock: Clock, format: Format): FastifyReply {
  const name = `tasks-${clock.now().toISOString().slice(0, 10)}.${format}`;
  return reply.headers({ "content-type": fileKinds[format].contentType, "content-disposition": `attachment; filename="${name}"` });
}
