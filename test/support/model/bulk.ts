// Bulk writes as the model sees them: one operation after the other in a copy of the world, which becomes the world when all of them
// can be done, and is forgotten at the first that cannot.
import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import type { BulkOperation, BulkResult } from "../../../src/app/api/contract/bulk.ts";
import type { TaskFilter } from "../../../src/app/api/contract/list.ts";
import type { NewTask, Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import { holds } from "./reading.ts";
import {
  expectAnswer,
  expectRefusal,
  isKeyed,
  type Real,
  type Refusal,
  settle,
  type Step,
  steps,
  type Target,
  target,
  targets,
  write,
} from "./steps.ts";
import { change, filter, newTask, resolved } from "./values.ts";
import { changedTask, copyOf, countEvent, createdTask, learnt, unknownIds, type World } from "./world.ts";

type Asked =
  | { readonly op: "create"; readonly task: NewTask }
  | { readonly op: "update"; readonly row: Target; readonly isStale: boolean; readonly change: TaskChange }
  | { readonly op: "delete"; readonly row: Target; readonly named: "current" | "stale" | "none" }
  | { readonly op: "update_where"; readonly filter: TaskFilter; readonly off: number; readonly change: TaskChange }
  | { readonly op: "delete_where"; readonly filter: TaskFilter; readonly off: number };

const rarely = fc.nat({ max: 11 }).map((number) => number === 11);
const off = rarely.map((isOff) => (isOff ? 1 : 0));
const op = <T extends string>(name: T) => fc.constant(name);
const operation: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: op("create"), task: newTask }) },
  { weight: 4, arbitrary: fc.record({ op: op("update"), row: targets, isStale: rarely, change }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: op("delete"), row: targets, named: fc.constantFrom("current", "current", "current", "none", "none", "stale") }),
  },
  { weight: 2, arbitrary: fc.record({ op: op("update_where"), filter, off, change }) },
  { weight: 1, arbitrary: fc.record({ op: op("delete_where"), filter, off }) },
);
const asked = fc.record({ operations: fc.array(operation, { minLength: 1, maxLength: 6, size: "max" }), isKeyed });

export const bulkWrites: readonly fc.Arbitrary<Step>[] = [steps("bulk", asked, writeAll), steps("bulk", asked, writeAll)];

/** What an operation is sent as, and what comes of it: a result, or a refusal, of which there may be several to choose from. */
interface Outcome {
  readonly sent: BulkOperation;
  readonly result?: BulkResult;
  readonly refusals?: readonly Refusal[];
}

async function writeAll(world: World, real: Real, all: { readonly operations: readonly Asked[]; readonly isKeyed: boolean }): Promise<void> {
  const after = copyOf(world);
  const outcomes = all.operations.map((one, index) => outcomeOf({ world, after }, resolved(world, one), `operations[${index}]`));
  const body = { operations: outcomes.map(({ sent }) => sent) };
  const answer = await write(world, real, { method: "POST", url: "/api/tasks/bulk", body, headers: {}, isKeyed: all.isKeyed });
  const refusals = outcomes.find((outcome) => outcome.refusals)?.refusals;
  if (refusals) {
    expectRefusal(answer, refusals.find(({ status }) => status === answer.statusCode) ?? (refusals[0] as Refusal));
  } else {
    expectAnswer(answer, 200);
    const { results } = answer.json<{ results: readonly BulkResult[] }>();
    deepStrictEqual(
      results,
      outcomes.map(({ result }, index) => learntResult(result as BulkResult, results[index])),
    );
    become(world, after, outcomes, results);
  }
  await settle(world, real);
}

/** `value` with ids of rows that are there; changes the world that comes after, unless something is refused. */
function outcomeOf(worlds: { readonly world: World; readonly after: World }, one: Asked, place: string): Outcome {
  if (one.op === "create") return created(worlds.after, one.task, place);
  if (one.op === "update_where" || one.op === "delete_where") return written(worlds.after, one, place);
  const id = target(worlds.world.tasks, worlds.world.goneTasks, one.row);
  const before = worlds.after.tasks.get(id);
  const current = before?.version ?? 1;
  const isStale = one.op === "update" ? one.isStale : one.named === "stale";
  const version = isStale ? current + 1 : current;
  const notThere: Refusal = { status: 404, code: "RH-API-002", field: `${place}.id` };
  const otherVersion: Refusal = { status: 412, code: "RH-API-007", field: `${place}.version` };
  const sent: BulkOperation =
    one.op === "update" ? { op: "update", id, version, change: one.change } : { op: "delete", id, ...(one.named === "none" ? {} : { version }) };
  const project = one.op === "update" ? missingProject(worlds.after, one.change, `${place}.change`) : [];
  const refusals = [...(before ? (isStale ? [otherVersion] : []) : [notThere]), ...project];
  if (!before || refusals.length > 0) return { sent, refusals };
  return { sent, result: { op: one.op, task: one.op === "update" ? changed(worlds.after, before, one.change) : removed(worlds.after, before) } };
}

function created(after: World, task: NewTask, place: string): Outcome {
  const sent: BulkOperation = { op: "create", task };
  const refusals = missingProject(after, task, `${place}.task`);
  if (refusals.length > 0) return { sent, refusals };
  const made = createdTask(unknownIds + after.tasks.size + after.goneTasks.length + 1, task);
  after.tasks.set(made.id, made);
  countEvent(after, "task.created");
  return { sent, result: { op: "create", task: made } };
}

function written(after: World, one: Extract<Asked, { readonly off: number }>, place: string): Outcome {
  const rows = [...after.tasks.values()].filter((task) => holds(task, one.filter));
  const count = rows.length + one.off;
  const sent: BulkOperation =
    one.op === "update_where" ? { op: one.op, filter: one.filter, count, change: one.change } : { op: one.op, filter: one.filter, count };
  const otherCount: Refusal = { status: 409, code: "RH-API-013", field: `${place}.count` };
  const project = one.op === "update_where" ? missingProject(after, one.change, `${place}.change`) : [];
  const refusals = [...(one.off === 0 ? [] : [otherCount]), ...project];
  if (refusals.length > 0) return { sent, refusals };
  for (const row of rows) {
    if (one.op === "update_where") changed(after, row, one.change);
    else removed(after, row);
  }
  return { sent, result: { op: one.op, count } };
}

function changed(after: World, before: Task, sent: TaskChange): Task {
  const task = changedTask(before, sent);
  after.tasks.set(task.id, task);
  countEvent(after, "task.changed");
  return task;
}

function removed(after: World, task: Task): Task {
  after.tasks.delete(task.id);
  after.goneTasks.push(task.id);
  countEvent(after, "task.deleted");
  return task;
}

function missingProject(world: World, { project_id }: NewTask | TaskChange, place: string): readonly Refusal[] {
  if (typeof project_id !== "number" || world.projects.has(project_id)) return [];
  return [{ status: 400, code: "RH-API-001", field: `${place}.project_id` }];
}

function learntResult(expected: BulkResult, shown: BulkResult | undefined): BulkResult {
  return expected.task && shown?.task ? { ...expected, task: learnt(expected.task, shown.task) } : expected;
}

/** The world is what came after, with the ids that the answer told in place of the marks. */
function become(world: World, after: World, outcomes: readonly Outcome[], results: readonly BulkResult[]): void {
  const ids = new Map(outcomes.map(({ result }, index) => [result?.task?.id, results[index]?.task?.id]));
  const told = (id: number) => ids.get(id) ?? id;
  world.tasks.clear();
  for (const task of after.tasks.values()) world.tasks.set(told(task.id), { ...task, id: told(task.id) });
  world.goneTasks.push(...after.goneTasks.slice(world.goneTasks.length).map(told));
  for (const [kind, times] of after.events) world.events.set(kind, times);
}
