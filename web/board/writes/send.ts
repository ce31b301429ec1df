// Operations on their way: one alone by its own address, several by POST /api/tasks/bulk in one transaction. Every call has an
// Idempotency-Key, so that it can be repeated when nobody knows whether it was made.
import type { BulkAnswer, BulkOperation } from "../../../src/app/api/contract/bulk.ts";
import type { TaskFilter } from "../../../src/app/api/contract/list.ts";
import type { NewTask, Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import { type Answer, ApiProblem, type Call, newId, send } from "../../kit/api.ts";

/** An operation with the version that it is meant for. */
export type Sendable =
  | { readonly op: "create"; readonly temporaryId: number; readonly task: NewTask }
  | { readonly op: "update"; readonly id: number; readonly version: number; readonly change: TaskChange; readonly before: TaskChange }
  | { readonly op: "delete"; readonly id: number; readonly version: number };

export interface Sent {
  /** The tasks as they are now, where the answer has them. */
  readonly tasks: readonly Task[];
  readonly deletedIds: readonly number[];
  readonly givenIds: ReadonlyMap<number, number>;
  /** True when rows were changed that the answer does not show. */
  readonly mustRead: boolean;
}

export interface Letter {
  readonly call: Call;
  readonly operations: readonly Sendable[];
}

/** More operations than one call takes one by one go as conditions on ids. */
const mostOperations = 1_000;
const idsInCondition = 100;
const conditionsInFilter = 20;

/** What can be sent again and again, and is made once. */
export function letterFor(operations: readonly Sendable[]): Letter {
  const [only, ...others] = operations;
  const call = only && others.length === 0 ? callForOne(only) : callForMany(operations);
  return { call: { ...call, key: newId() }, operations };
}

export async function post({ call, operations }: Letter): Promise<Sent> {
  const [only, ...others] = operations;
  if (only && others.length === 0) return sentOne(only, await deliver(only, call));
  const { body } = await send<BulkAnswer>(call);
  if (operations.length > mostOperations) return { ...nothingSeen(operations), mustRead: true };
  return sentMany(operations, body);
}

function callForOne(operation: Sendable): Call {
  if (operation.op === "create") return { method: "POST", path: "/api/tasks", body: operation.task };
  const path = `/api/tasks/${operation.id}`;
  if (operation.op === "delete") return { method: "DELETE", path, ifMatch: operation.version };
  return { method: "PATCH", path, body: operation.change, ifMatch: operation.version };
}

/** A task that somebody else deleted already is deleted. */
async function deliver(operation: Sendable, call: Call): Promise<Answer<{ readonly task?: Task } | undefined>> {
  try {
    return await send(call);
  } catch (cause) {
    const isGone = operation.op === "delete" && cause instanceof ApiProblem && cause.status === 404;
    if (isGone) return { body: undefined, requestId: cause.requestId };
    throw cause;
  }
}

function callForMany(operations: readonly Sendable[]): Call {
  const body = { operations: operations.length > mostOperations ? conditional(operations) : operations.map(plain) };
  return { method: "POST", path: "/api/tasks/bulk", body };
}

function plain(operation: Sendable): BulkOperation {
  if (operation.op === "create") return { op: "create", task: operation.task };
  const { op, id, version } = operation;
  return op === "delete" ? { op, id, version } : { op, id, version, change: operation.change };
}

/** The same change for many ids is one operation, and so is a deletion; a row that changed meanwhile makes the count differ. */
function conditional(operations: readonly Sendable[]): readonly BulkOperation[] {
  const groups = new Map<string, [Sendable, ...Sendable[]]>();
  for (const operation of operations) {
    const key = operation.op === "update" ? JSON.stringify([operation.change, operation.before]) : operation.op;
    const group = groups.get(key);
    if (group) group.push(operation);
    else groups.set(key, [operation]);
  }
  return [...groups.values()].flatMap(conditionalGroup);
}

function conditionalGroup(group: readonly [Sendable, ...Sendable[]]): readonly BulkOperation[] {
  const [first] = group;
  if (first.op === "create") return group.map(plain);
  const ids = group.flatMap((operation) => (operation.op === "create" ? [] : [operation.id]));
  return portions(ids).map((portion): BulkOperation => {
    const count = portion.length;
    if (first.op === "delete") return { op: "delete_where", filter: idFilter(portion), count };
    return { op: "update_where", filter: { and: [idFilter(portion), first.before as TaskFilter] }, count, change: first.change };
  });
}

function idFilter(ids: readonly number[]): TaskFilter {
  const conditions: TaskFilter[] = [];
  for (let start = 0; start < ids.length; start += idsInCondition) conditions.push({ id: { in: ids.slice(start, start + idsInCondition) } });
  return { or: conditions };
}

function portions(ids: readonly number[]): readonly (readonly number[])[] {
  const size = idsInCondition * conditionsInFilter;
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ids.slice(index * size, (index + 1) * size));
}

function sentOne(operation: Sendable, { body }: Answer<{ readonly task?: Task } | undefined>): Sent {
  return sentMany([operation], { results: [{ op: operation.op, ...(body?.task ? { task: body.task } : {}) }] });
}

function sentMany(operations: readonly Sendable[], { results }: BulkAnswer): Sent {
  const { deletedIds } = nothingSeen(operations);
  const tasks: Task[] = [];
  const givenIds = new Map<number, number>();
  for (const [index, operation] of operations.entries()) {
    const task = results[index]?.task;
    if (!task || operation.op === "delete") continue;
    tasks.push(task);
    if (operation.op === "create") givenIds.set(operation.temporaryId, task.id);
  }
  return { tasks, deletedIds, givenIds, mustRead: false };
}

function nothingSeen(operations: readonly Sendable[]): Sent {
  const deletedIds = operations.flatMap((operation) => (operation.op === "delete" ? [operation.id] : []));
  return { tasks: [], deletedIds, givenIds: new Map(), mustRead: false };
}
