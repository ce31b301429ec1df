// Reads as the model sees them: one row, lists by pages and by numbers, statistics.
import { deepStrictEqual, ok } from "node:assert";
import fc from "fast-check";
import type { Selection } from "../../../src/app/api/contract/list.ts";
import type { Having } from "../../../src/app/api/contract/stats.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { compare, tasksAt } from "../../app/queries.ts";
import { groupsOf, isSelected } from "./reading.ts";
import { countOf, expectAnswer, expectRefusal, type Real, type Step, steps, type Target, target, targets } from "./steps.ts";
import { group, having, resolved, selection, sort } from "./values.ts";
import type { World } from "./world.ts";

interface Listing {
  readonly selected: Selection;
  readonly query: { readonly sort?: string; readonly limit?: number; readonly include?: "project"; readonly count?: "exact" };
  readonly offset?: number;
}

const listing = fc.record({
  selected: selection,
  query: fc.record(
    { sort, limit: fc.integer({ min: 1, max: 5 }), include: fc.constant("project" as const), count: fc.constant("exact" as const) },
    { requiredKeys: [] },
  ),
});
const numbered = fc.tuple(listing, fc.nat({ max: 6 })).map(([asked, offset]) => ({ ...asked, offset }));
const grouping = fc.record({
  selected: selection,
  group,
  having: fc.option(
    having.filter((bounds) => Object.keys(bounds).length > 0),
    { nil: undefined },
  ),
});

export const reads: readonly fc.Arbitrary<Step>[] = [
  steps("read a task", targets, readTask),
  steps("read a project", targets, readProject),
  steps("list by pages", listing, listByPages),
  steps("list by pages", listing, listByPages), // three times as often as the others
  steps("list by pages", listing, listByPages),
  steps("list by numbers", numbered, listByNumbers),
  steps("statistics", grouping, readStats),
  steps("statistics", grouping, readStats),
];

async function readTask(world: World, real: Real, row: Target): Promise<void> {
  const id = target(world.tasks, world.goneTasks, row);
  const answer = await real.ask("GET", `/api/tasks/${id}`);
  const task = world.tasks.get(id);
  if (!task) return expectRefusal(answer, { status: 404, code: "RH-API-002", field: "id" });
  deepStrictEqual([answer.statusCode, answer.json(), answer.headers["etag"]], [200, { task }, `"${task.version}"`]);
}

async function readProject(world: World, real: Real, row: Target): Promise<void> {
  const id = target(world.projects, world.goneProjects, row);
  const answer = await real.ask("GET", `/api/projects/${id}`);
  const project = world.projects.get(id);
  if (!project) return expectRefusal(answer, { status: 404, code: "RH-API-002", field: "id" });
  const { created_at: _moment, ...shown } = answer.json().project;
  deepStrictEqual(shown, { ...project, task_count: countOf([...world.tasks.values()], id) });
}

async function listByPages(world: World, real: Real, { selected, query }: Listing): Promise<void> {
  const asked = { ...resolved(world, selected), ...query };
  const expected = listed(world, asked);
  const seen: Task[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const answer = await real.ask("GET", tasksAt({ ...asked, ...(after === undefined ? {} : { after }) }));
    expectAnswer(answer, 200);
    const { tasks, next, total } = answer.json();
    deepStrictEqual(total, query.count === undefined ? undefined : expected.length);
    ok(tasks.length > 0 || next === null);
    seen.push(...tasks);
    after = next;
  }
  deepStrictEqual(seen, expected);
}

async function listByNumbers(world: World, real: Real, { selected, query, offset = 0 }: Listing): Promise<void> {
  const asked = { ...resolved(world, selected), ...query };
  const answer = await real.ask("GET", tasksAt({ ...asked, offset }));
  expectAnswer(answer, 200);
  const expected = listed(world, asked);
  const end = offset + (query.limit ?? 100);
  deepStrictEqual(answer.json().tasks, expected.slice(offset, end));
  deepStrictEqual(answer.json().next === null, expected.length <= end);
}

function listed(world: World, asked: Selection & Listing["query"]): readonly Task[] {
  const tasks = [...world.tasks.values()].filter((task) => isSelected(task, asked));
  tasks.sort((one, other) => compare(one, other, asked.sort ?? "id"));
  return asked.include === undefined ? tasks : tasks.map((task) => ({ ...task, project: projectOf(world, task) }));
}

function projectOf(world: World, { project_id }: Task): Task["project"] {
  const project = world.projects.get(project_id ?? 0);
  return project ? { id: project.id, name: project.name } : null;
}

interface Grouping {
  readonly selected: Selection;
  readonly group: string;
  readonly having: Having | undefined;
}

async function readStats(world: World, real: Real, { selected, group: by, having: bounds }: Grouping): Promise<void> {
  const asked = resolved(world, selected);
  const how = { group: by, ...(bounds === undefined ? {} : { having: bounds }) };
  const answer = await real.ask("GET", tasksAt({ ...asked, ...how }, "/api/tasks/stats"));
  expectAnswer(answer, 200);
  const tasks = [...world.tasks.values()].filter((task) => isSelected(task, asked));
  deepStrictEqual(answer.json(), { groups: groupsOf(world, tasks, how) });
}
