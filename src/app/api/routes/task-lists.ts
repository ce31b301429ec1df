// Many tasks at once: GET /api/tasks, a page of those that are selected, and GET /api/tasks/stats, what they come to in groups.
import type { FastifyInstance } from "fastify";
import type { Store } from "../../store/store.ts";
import { answers, json, reading } from "../answers.ts";
import { TaskListSchema, type TaskQuery, TaskQuerySchema } from "../contract/list.ts";
import { type StatsQuery, StatsQuerySchema, StatsSchema } from "../contract/stats.ts";
import { jsonType } from "../headers.ts";

const listed = {
  operationId: "listTasks",
  summary: "Lists tasks: selected, sorted, a page at a time",
  tag: "tasks",
  querystring: TaskQuerySchema,
  response: answers({ 200: json(TaskListSchema) }, reading),
} as const;

const summed = {
  operationId: "readTaskStats",
  summary: "Counts tasks and sums their priorities, in groups",
  description: "The average is rounded half away from zero to six decimals; a bound of it in `having` is compared with the exact one.",
  tag: "tasks",
  querystring: StatsQuerySchema,
  response: answers({ 200: json(StatsSchema) }, reading),
} as const;

export function taskListRoutes(app: FastifyInstance, store: Store): void {
  app.get<{ Querystring: TaskQuery }>("/api/tasks", { schema: listed }, async (request, reply) => {
    const list = await store.listTasks(request.query);
    reply.type(jsonType);
    return list;
  });

  app.get<{ Querystring: StatsQuery }>("/api/tasks/stats", { schema: summed }, async (request) => store.readStats(request.query));
}
