// /api/tasks: adds, shows, changes and removes tasks one at a time. An answer about one task carries its version as ETag; a change
// names it in If-Match, a removal may. With `Rowhouse-Trace: 1` such an answer tells the statements behind it (trace.ts).
import type { FastifyInstance, FastifyReply } from "fastify";
import { type TaskText, textOf } from "../../store/task-text.ts";
import { address, answers, json, nothing, reading, repeatable, sending, versionTag, writing } from "../answers.ts";
import { TracedChangeHeadersSchema, TracedHeadersSchema, TracedNewHeadersSchema, TracedRemovalHeadersSchema } from "../contract/headers.ts";
import { IdentifierParams, NoQuerySchema } from "../contract/parts.ts";
import { type NewTask, NewTaskSchema, TaskAnswerSchema, type TaskChange, TaskChangeSchema } from "../contract/tasks.ts";
import { inUtc } from "../due-date.ts";
import { jsonType } from "../headers.ts";
import { writeOf } from "../idempotency.ts";
import { knownVersionsOf, versionsOf } from "../parameters.ts";
import type { Asked, Tracing } from "../trace.ts";

interface One {
  readonly Params: { readonly id: number };
}

const one = { tag: "tasks", params: IdentifierParams, querystring: NoQuerySchema } as const;
const notThere = "RH-API-002";
const otherVersion = "RH-API-007";
const noVersion = "RH-API-009";
const noSuchProject = "RH-DATA-002";
const task = json(TaskAnswerSchema, { ETag: versionTag });

const created = {
  operationId: "createTask",
  summary: "Adds a task",
  tag: "tasks",
  headers: TracedNewHeadersSchema,
  querystring: NoQuerySchema,
  body: NewTaskSchema,
  response: answers({ 201: json(TaskAnswerSchema, { ETag: versionTag, Location: address }) }, writing, repeatable, sending, noSuchProject),
} as const;
const shown = {
  ...one,
  operationId: "readTask",
  summary: "Shows a task",
  headers: TracedHeadersSchema,
  response: answers({ 200: task }, reading, notThere),
};
const changed = {
  ...one,
  operationId: "changeTask",
  summary: "Changes the fields that are sent",
  headers: TracedChangeHeadersSchema,
  body: TaskChangeSchema,
  response: answers({ 200: task }, writing, repeatable, sending, notThere, otherVersion, noVersion, noSuchProject),
};
const removed = {
  ...one,
  operationId: "deleteTask",
  summary: "Removes a task",
  headers: TracedRemovalHeadersSchema,
  response: answers(
    { 200: json(TaskAnswerSchema, {}, "removed, and this is how; only with Rowhouse-Trace"), 204: nothing },
    writing,
    repeatable,
    notThere,
    otherVersion,
  ),
};

export function taskRoutes(app: FastifyInstance, tracing: Tracing): void {
  app.post<{ Body: NewTask }>("/api/tasks", { schema: created }, async (request, reply) => {
    const asked = tracing(request, reply);
    const task = await asked.store.createTask(inUtc(request.body), writeOf(request, reply));
    reply.code(201).header("location", `/api/tasks/${task.id}`);
    return answer(reply, task, asked);
  });

  app.get<One>("/api/tasks/:id", { schema: shown }, async (request, reply) => {
    const asked = tracing(request, reply);
    return answer(reply, await asked.store.readTask(request.params.id), asked);
  });

  app.patch<One & { Body: TaskChange }>("/api/tasks/:id", { schema: changed }, async (request, reply) => {
    const asked = tracing(request, reply);
    const row = { ...writeOf(request, reply), id: request.params.id, versions: knownVersionsOf(request) };
    return answer(reply, textOf(await asked.store.changeTask(row, inUtc(request.body))), asked);
  });

  app.delete<One>("/api/tasks/:id", { schema: removed }, async (request, reply) => {
    const asked = tracing(request, reply);
    const task = await asked.store.deleteTask({ ...writeOf(request, reply), id: request.params.id, versions: versionsOf(request) });
    const trace = asked.trace();
    if (!trace) return reply.code(204).send();
    return { task, trace };
  });
}

/** The text of a TaskAnswer. */
function answer(reply: FastifyReply, { version, json }: TaskText, asked: Asked): string {
  const trace = asked.trace();
  reply.header("etag", `"${version}"`).type(jsonType);
  return trace ? `{"task":${json},"trace":${JSON.stringify(trace)}}` : `{"task":${json}}`;
}
