// Many writes in one transaction, as if one after the other, all or none. The rows that are named are locked first, in the order
// of their ids, so that two such calls wait for each other instead of meeting crosswise; from then on their versions are known here.
// Neighbours of one kind become one statement (bulk-runs.ts), and events are recorded last, behind everything that may be refused.
// What is refused is named by its place, as in `operations[3].version`.
import { isProblem, Problem } from "../../foundation/problem.ts";
import { sql } from "../../foundation/sql.ts";
import type { BulkOperation, BulkResult } from "../api/contract/bulk.ts";
import type { Access } from "./access.ts";
import { openWork, type Work } from "./bulk-rows.ts";
import { type Run, runsOf, type Step } from "./bulk-runs.ts";
import { whereSelected } from "./filter.ts";
import type { Write } from "./store.ts";

export interface BulkWrites {
  /**
   * One result for each operation. Throws RH-API-001, RH-API-002, RH-API-007 when a version is another, RH-API-013 when a filter
   * matches another number of rows, RH-TIME-001 when it takes too long; then nothing has changed.
   */
  writeTasks(operations: readonly BulkOperation[], write: Write): Promise<readonly BulkResult[]>;
}

export function bulkWritesIn(access: Access): BulkWrites {
  return { writeTasks: (operations, write) => writeTasks(access, operations, write) };
}

async function writeTasks(access: Access, operations: readonly BulkOperation[], write: Write): Promise<readonly BulkResult[]> {
  const runs = runsOf(operations);
  const startMs = access.clock.monotonicMs();
  return access.write(write, async (session) => {
    const work = await openWork({ session, access, requestId: write.requestId, startMs }, operations);
    try {
      const results: BulkResult[] = [];
      for (const run of runs) results.push(...(await resultsOf(work, run)));
      await work.recordAll();
      return results;
    } catch (thrown) {
      if (!isProblem(thrown, "RH-DATA-002")) throw thrown;
      throw new Problem("RH-TX-002", "a project went while tasks were put into it", { cause: thrown }); // tried again, and then named
    }
  });
}

async function resultsOf(work: Work, run: Run): Promise<readonly BulkResult[]> {
  if (run.op === "create") return created(work, run.steps);
  if (run.op === "update") return updated(work, run.steps);
  if (run.op === "delete") return deleted(work, run.steps);
  if (run.op === "update_where") return [await updatedWhere(work, run.steps[0])];
  return [await deletedWhere(work, run.steps[0])];
}

async function created(work: Work, steps: readonly Step<"create">[]): Promise<readonly BulkResult[]> {
  for (const { place, operation } of steps) work.checkProject(operation.task, `${place}.task`);
  const tasks = await work.insert(steps.map(({ operation }) => operation.task));
  return tasks.map((task) => ({ op: "create", task }));
}

async function updated(work: Work, steps: readonly Step<"update">[]): Promise<readonly BulkResult[]> {
  for (const { place, operation } of steps) {
    work.checkVersion(operation, place);
    work.checkProject(operation.change, `${place}.change`);
  }
  const tasks = await work.update(steps.map(({ operation }) => operation));
  return tasks.map((task) => ({ op: "update", task }));
}

async function deleted(work: Work, steps: readonly Step<"delete">[]): Promise<readonly BulkResult[]> {
  for (const { place, operation } of steps) work.checkVersion(operation, place);
  const tasks = await work.remove(steps.map(({ operation }) => operation.id));
  return tasks.map((task) => ({ op: "delete", task }));
}

async function updatedWhere(work: Work, step: Step<"update_where">): Promise<BulkResult> {
  const { place, operation } = step;
  work.checkProject(operation.change, `${place}.change`);
  const ids = await lockMatching(work, step);
  await work.update(ids.map((id) => ({ id, change: operation.change })));
  return { op: "update_where", count: ids.length };
}

async function deletedWhere(work: Work, step: Step<"delete_where">): Promise<BulkResult> {
  const ids = await lockMatching(work, step);
  await work.remove(ids);
  return { op: "delete_where", count: ids.length };
}

/** The rows that the filter matches, locked; exactly as many as the caller has seen. */
async function lockMatching(work: Work, { place, operation }: Step<"update_where"> | Step<"delete_where">): Promise<readonly number[]> {
  const where = whereSelected(work.dialect, { filter: operation.filter }, `${place}.filter`);
  const rows = await work.all<{ id: number }>(sql`select tasks.id from tasks ${where} order by tasks.id limit ${operation.count + 1} for update`);
  if (rows.length === operation.count) return rows.map(({ id }) => id);
  const [matching] = await work.all<{ found: number }>(sql`select count(*) as found from tasks ${where}`);
  throw new Problem("RH-API-013", `the filter matches ${matching?.found} tasks, not ${operation.count}`, { field: `${place}.count` });
}
