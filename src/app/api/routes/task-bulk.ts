// POST /api/tasks/bulk: creates, changes and removals in one transaction, all or none. Its bodies may be larger than others.
import type { FastifyInstance } from "fastify";
import type { Store } from "../../store/store.ts";
import { answers, json, repeatable, sending, writing } from "../answers.ts";
import { type Bulk, type BulkAnswer, BulkAnswerSchema, type BulkOperation, BulkSchema, bulkLimitBytes } from "../contract/bulk.ts";
import { NewHeadersSchema } from "../contract/headers.ts";
import { NoQuerySchema } from "../contract/parts.ts";
import { inUtc } from "../due-date.ts";
import { writeOf } from "../idempotency.ts";

const notThere = "RH-API-002";
const otherVersion = "RH-API-007";
const otherCount = "RH-API-013";

const written = {
  operationId: "writeTasks",
  summary: "Makes many writes, all or none",
  description:
    "As if one after the other, in one transaction; a failure names its place, as in `operations[3].version`, and nothing has changed. An operation with a filter says how many tasks it is meant for; when the filter matches another number nothing is changed.",
  tag: "tasks",
  headers: NewHeadersSchema,
  querystring: NoQuerySchema,
  body: BulkSchema,
  response: answers({ 200: json(BulkAnswerSchema) }, writing, repeatable, sending, notThere, otherVersion, otherCount),
} as const;

export function taskBulkRoutes(app: FastifyInstance, store: Store): void {
  app.post<{ Body: Bulk }>("/api/tasks/bulk", { schema: written, bodyLimit: bulkLimitBytes }, async (request, reply): Promise<BulkAnswer> => {
    const results = await store.writeTasks(request.body.operations.map(operationInUtc), writeOf(request, reply));
    return { results: [...results] };
  });
}

function operationInUtc(operation: BulkOperation, index: number): BulkOperation {
  const place = `operations[${index}]`;
  if ("task" in operation) return { ...operation, task: inUtc(operation.task, `${place}.task.`) };
  if ("change" in operation) return { ...operation, change: inUtc(operation.change, `${place}.change.`) };
  return operation;
}
