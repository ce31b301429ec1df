// /api/tasks: lists, adds, shows, changes and removes tasks. An answer about one task carries its version as ETag; a change
// names it in If-Match, a removal may.
import type { FastifyInstance, FastifyReply } from "fastify";
import { Problem } from "../../../foundation/problem.ts";
import { parseMoment } from "../../moments.ts";
import type { Store } from "../../store/store.ts";
import { type TaskQuery, TaskQuerySchema } from "../contract/list.ts";
import { IdentifierParams, NoQuerySchema } from "../contract/parts.ts";
import { type NewTask, NewTaskSchema, type Task, type TaskChange, TaskChangeSchema } from "../contract/tasks.ts";
import { knownVersionsOf, versionsOf } from "../parameters.ts";

interface One {
  readonly Params: { readonly id: number };
}

export function taskRoutes(app: FastifyInstance, store: Store): void {
  app.get<{ Querystring: TaskQuery }>("/api/tasks", { schema: { querystring: TaskQuerySchema } }, async (request) => store.listTasks(request.query));

  app.post<{ Body: NewTask }>("/api/tasks", { schema: { body: NewTaskSchema, querystring: NoQuerySchema } }, async (request, reply) => {
    const task = await store.createTask(inUtc(request.body), request.id);
    reply.code(201).header("location", `/api/tasks/${task.id}`);
    return answer(reply, task);
  });

  const one = { params: IdentifierParams, querystring: NoQuerySchema };
  app.get<One>("/api/tasks/:id", { schema: one }, async (request, reply) => answer(reply, await store.readTask(request.params.id)));

  app.patch<One & { Body: TaskChange }>("/api/tasks/:id", { schema: { ...one, body: TaskChangeSchema } }, async (request, reply) => {
    const row = { id: request.params.id, versions: knownVersionsOf(request), requestId: request.id };
    return answer(reply, await store.changeTask(row, inUtc(request.body)));
  });

  app.delete<One>("/api/tasks/:id", { schema: one }, async (request, reply) => {
    await store.deleteTask({ id: request.params.id, versions: versionsOf(request), requestId: request.id });
    return reply.code(204).send();
  });
}

function answer(reply: FastifyReply, task: Task): { readonly task: Task } {
  reply.header("etag", `"${task.version}"`);
  return { task };
}

/** The schema knows the form of a moment, not the calendar. */
function inUtc<T extends NewTask | TaskChange>(task: T): T {
  if (typeof task.due_date !== "string") return task;
  const moment = parseMoment(task.due_date);
  if (moment !== undefined) return { ...task, due_date: moment };
  throw new Problem(
    "RH-API-001",
    "due_date has to be a moment of the years 1000 to 9999 as in 2026-01-31T09:30:00Z, with at most six digits of a second",
    {
      field: "due_date",
    },
  );
}
