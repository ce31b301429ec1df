// /api/events: changes as they happen, as server-sent events. A listener continues behind the id it got last.
import { Type } from "@sinclair/typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Problem } from "../../../foundation/problem.ts";
import { parseCursor } from "../../live/cursor.ts";
import type { Live } from "../../live/live.ts";
import type { From } from "../../live/tail.ts";
import { answers, sequence } from "../answers.ts";
import { EventDataSchema, EventHeadersSchema, type EventQuery, EventQuerySchema } from "../contract/events.ts";

const stream = Type.String({ description: "Events named by the kind of change, each with an id and a Change as data; `ready` first, or `reset`." });

const listened = {
  operationId: "listenToChanges",
  summary: "Changes as they happen",
  description: [
    "Server-sent events, without an end. The first one is `ready`: from there on nothing is missed. Who sends the id that came last continues behind it, on any instance, with nothing missed and nothing twice.",
    "When that is not possible any more the first event is `reset`, which means: read everything again.",
  ].join(" "),
  tag: "changes",
  headers: EventHeadersSchema,
  querystring: EventQuerySchema,
  response: answers(
    { 200: { description: "changes, until either side ends it", content: { "text/event-stream": sequence(stream, EventDataSchema) } } },
    "RH-API-012",
  ),
} as const;

export function eventRoutes(app: FastifyInstance, live: Live): void {
  app.addHook("preClose", async () => live.close());

  const options = { schema: listened, exposeHeadRoute: false, config: { isListening: true } };
  app.get<{ Querystring: EventQuery }>("/api/events", options, async (request, reply) => {
    live.listen(reply, fromOf(request));
    return reply;
  });
}

/** EventSource sends what it got last by itself, with the address it was made for: the header is the newer of the two. */
function fromOf(request: FastifyRequest<{ Querystring: EventQuery }>): From {
  const header = request.headers["last-event-id"];
  const field = header ? "Last-Event-ID" : "after";
  const text = header || request.query.after;
  if (text === undefined) return "now";
  const cursor = typeof text === "string" ? parseCursor(text) : undefined;
  if (cursor === undefined) throw new Problem("RH-API-001", `${field} is not an id that this address gave`, { field });
  return cursor;
}
