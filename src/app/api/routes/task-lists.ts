// Many tasks at once: GET /api/tasks, a page of those that are selected.
import type { FastifyInstance } from "fastify";
import type { Store } from "../../store/store.ts";
import { answers, json, reading } from "../answers.ts";
import { TaskListSchema, type TaskQuery, TaskQuerySchema } from "../contract/list.ts";

const listed = {
  operationId: "listTasks",
  summary: "Lists tasks: selected, sorted, a page at a time",
  tag: "tasks",
  querystring: TaskQuerySchema,
  response: answers({ 200: json(TaskListSchema) }, reading),
} as const;

export function taskListRoutes(app: FastifyInstance, store: Store): void {
  app.get<{ Querystring: TaskQuery }>("/api/tasks", { schema: listed }, async (request) => store.listTasks(request.query));
}
