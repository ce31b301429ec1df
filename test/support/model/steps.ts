// A step of the model's play: one request, its answer held against the model, and afterwards every row against every row.
import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import type { LightMyRequestResponse } from "fastify";
import type { Project } from "../../../src/app/api/contract/projects.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { Application } from "../../app/application.ts";
import { isInOrder, type Kept, learnt, missingId, type World } from "./world.ts";

export type Real = Pick<Application, "ask">;
export type Step = fc.AsyncCommand<World, Real>;

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly field: string;
}

/** A step for every value of `of`, told by its name and value when it is part of a failure. */
export function steps<T>(name: string, of: fc.Arbitrary<T>, run: (world: World, real: Real, value: T) => Promise<void>): fc.Arbitrary<Step> {
  return of.map((value) => ({ check: () => true, run: (world, real) => run(world, real, value), toString: () => `${name} ${fc.stringify(value)}` }));
}

/** Sends a write, under a key of its own when `isKeyed`; what succeeds is kept, to be sent again. */
export async function write(
  world: World,
  real: Real,
  { isKeyed, ...request }: Omit<Kept, "status" | "text"> & { readonly isKeyed: boolean },
): Promise<LightMyRequestResponse> {
  const headers = { ...request.headers, ...(isKeyed ? { "idempotency-key": `key-${world.nextKey++}` } : {}) };
  const answer = await real.ask(request.method, request.url, request.body, headers);
  if (isKeyed && answer.statusCode < 300) world.kept.push({ ...request, headers, status: answer.statusCode, text: answer.body });
  return answer;
}

export function expectAnswer(answer: LightMyRequestResponse, status: number): void {
  deepStrictEqual([answer.statusCode, answer.statusCode === status ? "" : answer.body], [status, ""]);
}

export function expectRefusal(answer: LightMyRequestResponse, refusal: Refusal): void {
  const { code, field } = answer.body.startsWith("{") ? answer.json() : { code: answer.body, field: "" };
  deepStrictEqual({ status: answer.statusCode, code, field }, refusal);
}

/** If-Match for a row of that version, and whether it names it; `current` is 0 where there is no row. */
export function ifMatch(named: string, current: number): { readonly headers: Readonly<Record<string, string>>; readonly isMet: boolean } {
  const tag = { current: `"${current}"`, any: "*", several: `"${current + 7}", "${current}"`, stale: `"${current + 1}"`, weak: `W/"${current}"` }[
    named
  ];
  return { headers: tag === undefined ? {} : { "if-match": tag }, isMet: named !== "stale" && named !== "weak" };
}

/** The id of a row that is there, or of one that is no more. */
export function target(rows: ReadonlyMap<number, unknown>, gone: readonly number[], { index, isGone }: Target): number {
  const ids = isGone ? gone : [...rows.keys()];
  return ids[index % Math.max(1, ids.length)] ?? missingId;
}

export interface Target {
  readonly index: number;
  readonly isGone: boolean;
}
export const targets: fc.Arbitrary<Target> = fc.record({ index: fc.nat({ max: 5 }), isGone: fc.nat({ max: 9 }).map((number) => number === 9) });
export const isKeyed = fc.nat({ max: 3 }).map((number) => number === 0);

/** Every task and every project is as in the model, which learns what only the database could know. */
export async function settle(world: World, real: Real): Promise<void> {
  const { tasks }: { readonly tasks: readonly Task[] } = (await real.ask("GET", "/api/tasks?limit=1000")).json();
  const expected = [...world.tasks.values()].map((task, index) => learnt(task, tasks[index] ?? task));
  deepStrictEqual(tasks, expected);
  for (const task of tasks) deepStrictEqual([task, isInOrder(task)], [task, true]);
  world.tasks.clear();
  for (const task of tasks) world.tasks.set(task.id, task);
  const { projects }: { readonly projects: readonly Project[] } = (await real.ask("GET", "/api/projects")).json();
  const counted = [...world.projects.values()].map(({ id, name, version }) => ({ id, name, version, task_count: countOf(tasks, id) }));
  deepStrictEqual(
    projects.map(({ created_at: _moment, ...project }) => project),
    counted,
  );
}

export function countOf(tasks: readonly Task[], project: number): number {
  return tasks.filter((task) => task.project_id === project).length;
}
