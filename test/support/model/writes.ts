// Writes as the model sees them: creates, changes and removals of tasks and projects, each with and without the right version and
// the right references, and requests that come a second time.
import { deepStrictEqual, ok } from "node:assert";
import fc from "fast-check";
import type { LightMyRequestResponse } from "fastify";
import type { NewTask, Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import {
  countOf,
  expectAnswer,
  expectRefusal,
  ifMatch,
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
import { change, newTask, projectName, resolved, versionNamed } from "./values.ts";
import { changedTask, countEvent, createdTask, learnt, unknownIds, type World } from "./world.ts";

const notThere: Refusal = { status: 404, code: "RH-API-002", field: "id" };
const otherVersion: Refusal = { status: 412, code: "RH-API-007", field: "If-Match" };
const noVersion: Refusal = { status: 428, code: "RH-API-009", field: "If-Match" };
const noSuchProject: Refusal = { status: 400, code: "RH-API-001", field: "project_id" };
const nameTaken: Refusal = { status: 409, code: "RH-DATA-001", field: "name" };
const inUse: Refusal = { status: 409, code: "RH-DATA-002", field: "id" };
const keyTaken: Refusal = { status: 409, code: "RH-API-010", field: "Idempotency-Key" };

interface Change<T> {
  readonly row: Target;
  readonly named: string;
  readonly isKeyed: boolean;
  readonly body: T;
}
const changing = <T>(body: fc.Arbitrary<T>) => fc.record({ row: targets, named: versionNamed, isKeyed, body });
const nothing = fc.constant(undefined);
const some = fc.nat({ max: 9 });

export const writes: readonly fc.Arbitrary<Step>[] = [
  steps("create a task", fc.record({ body: newTask, isKeyed }), createTask),
  steps("create a task", fc.record({ body: newTask, isKeyed }), createTask), // twice as often as the others
  steps("change a task", changing(change), changeTask),
  steps("remove a task", changing(nothing), deleteTask),
  steps("create a project", fc.record({ body: projectName, isKeyed }), createProject),
  steps("rename a project", changing(projectName), changeProject),
  steps("remove a project", changing(nothing), deleteProject),
  steps("send again", some, sendAgain),
  steps("use a key again", some, useKeyAgain),
];

/** What a run begins with. */
export const beginnings = fc.record({
  projects: fc.array(projectName, { maxLength: 4, size: "max" }),
  tasks: fc.array(newTask, { maxLength: 16, size: "max" }),
});

export async function begin(
  world: World,
  real: Real,
  { projects, tasks }: { readonly projects: readonly string[]; readonly tasks: readonly NewTask[] },
) {
  for (const body of projects) await addProject(world, real, { body, isKeyed: false });
  for (const body of tasks) await addTask(world, real, { body, isKeyed: false });
  await settle(world, real);
}

interface New<T> {
  readonly body: T;
  readonly isKeyed: boolean;
}

async function createTask(world: World, real: Real, sent: New<NewTask>): Promise<void> {
  await addTask(world, real, sent);
  await settle(world, real);
}

async function addTask(world: World, real: Real, sent: New<NewTask>): Promise<void> {
  const body = resolved(world, sent.body);
  const answer = await write(world, real, { method: "POST", url: "/api/tasks", body, headers: {}, isKeyed: sent.isKeyed });
  if (isWithoutProject(world, body)) {
    expectRefusal(answer, noSuchProject);
  } else {
    expectAnswer(answer, 201);
    const task = expectTask(answer, createdTask(unknownIds + 1, body));
    deepStrictEqual(answer.headers["location"], `/api/tasks/${task.id}`);
    ok([...world.tasks.keys(), ...world.goneTasks].every((id) => id < task.id));
    world.tasks.set(task.id, task);
    countEvent(world, "task.created");
  }
}

async function changeTask(world: World, real: Real, { row, named, isKeyed, body }: Change<TaskChange>): Promise<void> {
  const id = target(world.tasks, world.goneTasks, row);
  const before = world.tasks.get(id);
  const sent = resolved(world, body);
  const { headers, isMet } = ifMatch(named, before?.version ?? 0);
  const answer = await write(world, real, { method: "PATCH", url: `/api/tasks/${id}`, body: sent, headers, isKeyed });
  if (named === "none") expectRefusal(answer, noVersion);
  else if (!before) expectRefusal(answer, notThere);
  else if (!isMet) expectRefusal(answer, otherVersion);
  else if (isWithoutProject(world, sent)) expectRefusal(answer, noSuchProject);
  else {
    expectAnswer(answer, 200);
    const task = expectTask(answer, changedTask(before, sent));
    ok(task.updated_at >= before.updated_at);
    world.tasks.set(id, task);
    countEvent(world, "task.changed");
  }
  await settle(world, real);
}

async function deleteTask(world: World, real: Real, { row, named, isKeyed }: Change<undefined>): Promise<void> {
  const id = target(world.tasks, world.goneTasks, row);
  const before = world.tasks.get(id);
  const { headers, isMet } = ifMatch(named, before?.version ?? 0);
  const answer = await write(world, real, { method: "DELETE", url: `/api/tasks/${id}`, body: undefined, headers, isKeyed });
  if (!before) expectRefusal(answer, notThere);
  else if (!isMet) expectRefusal(answer, otherVersion);
  else {
    expectAnswer(answer, 204);
    world.tasks.delete(id);
    world.goneTasks.push(id);
    countEvent(world, "task.deleted");
  }
  await settle(world, real);
}

async function createProject(world: World, real: Real, sent: New<string>): Promise<void> {
  await addProject(world, real, sent);
  await settle(world, real);
}

async function addProject(world: World, real: Real, sent: New<string>): Promise<void> {
  const answer = await write(world, real, { method: "POST", url: "/api/projects", body: { name: sent.body }, headers: {}, isKeyed: sent.isKeyed });
  if (isTaken(world, sent.body, undefined)) {
    expectRefusal(answer, nameTaken);
  } else {
    expectAnswer(answer, 201);
    const { id, created_at } = answer.json().project;
    deepStrictEqual(answer.json(), { project: { id, name: sent.body, created_at, version: 1, task_count: 0 } });
    ok([...world.projects.keys(), ...world.goneProjects].every((other) => other < id));
    world.projects.set(id, { id, name: sent.body, version: 1 });
    countEvent(world, "project.created");
  }
}

async function changeProject(world: World, real: Real, { row, named, isKeyed, body: name }: Change<string>): Promise<void> {
  const id = target(world.projects, world.goneProjects, row);
  const before = world.projects.get(id);
  const { headers, isMet } = ifMatch(named, before?.version ?? 0);
  const answer = await write(world, real, { method: "PATCH", url: `/api/projects/${id}`, body: { name }, headers, isKeyed });
  if (named === "none") expectRefusal(answer, noVersion);
  else if (!before) expectRefusal(answer, notThere);
  else if (!isMet) expectRefusal(answer, otherVersion);
  else if (isTaken(world, name, id)) expectRefusal(answer, nameTaken);
  else {
    expectAnswer(answer, 200);
    const changed = { id, name, version: before.version + 1 };
    const { created_at, ...shown } = answer.json().project;
    deepStrictEqual(shown, { ...changed, task_count: countOf([...world.tasks.values()], id) });
    world.projects.set(id, changed);
    countEvent(world, "project.changed");
  }
  await settle(world, real);
}

async function deleteProject(world: World, real: Real, { row, named, isKeyed }: Change<undefined>): Promise<void> {
  const id = target(world.projects, world.goneProjects, row);
  const before = world.projects.get(id);
  const { headers, isMet } = ifMatch(named, before?.version ?? 0);
  const answer = await write(world, real, { method: "DELETE", url: `/api/projects/${id}`, body: undefined, headers, isKeyed });
  if (!before) expectRefusal(answer, notThere);
  else if (!isMet) expectRefusal(answer, otherVersion);
  else if (countOf([...world.tasks.values()], id) > 0) expectRefusal(answer, inUse);
  else {
    expectAnswer(answer, 204);
    world.projects.delete(id);
    world.goneProjects.push(id);
    countEvent(world, "project.deleted");
  }
  await settle(world, real);
}

/** The answer is the one that was given, whatever became of the row since, and nothing is written. */
async function sendAgain(world: World, real: Real, index: number): Promise<void> {
  const kept = world.kept[index % Math.max(1, world.kept.length)];
  if (!kept) return;
  const answer = await real.ask(kept.method, kept.url, kept.body, kept.headers);
  deepStrictEqual([answer.statusCode, answer.body, answer.headers["idempotency-replayed"]], [kept.status, kept.text, "true"]);
  await settle(world, real);
}

async function useKeyAgain(world: World, real: Real, index: number): Promise<void> {
  const kept = world.kept[index % Math.max(1, world.kept.length)];
  if (!kept) return;
  const answer = await real.ask("POST", "/api/tasks", { title: "another request" }, { "idempotency-key": kept.headers["idempotency-key"] ?? "" });
  expectRefusal(answer, keyTaken);
  await settle(world, real);
}

/** The task of an answer, which is what was expected but for what only the database knows. */
function expectTask(answer: LightMyRequestResponse, expected: Task): Task {
  const { task }: { readonly task: Task } = answer.json();
  deepStrictEqual(task, learnt(expected, task));
  deepStrictEqual(answer.headers["etag"], `"${task.version}"`);
  return task;
}

function isWithoutProject(world: World, { project_id }: NewTask | TaskChange): boolean {
  return typeof project_id === "number" && !world.projects.has(project_id);
}

function isTaken(world: World, name: string, own: number | undefined): boolean {
  return [...world.projects.values()].some((project) => project.name === name && project.id !== own);
}
