// The chapter's example: three projects, one of them without tasks, and five tasks, one of them without a project. Goes in
// through the API, as a person's data would, and only into a house that has nothing else.
import type { Evidence } from "../../foundation/evidence.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { request } from "../../platform/http.ts";

const projects = ["Web Redesign", "API Launch", "Documentation"] as const;

const tasks: readonly {
  readonly title: string;
  readonly status: string;
  readonly project?: (typeof projects)[number];
  readonly priority?: number;
  readonly description?: string;
}[] = [
  { title: "Install PostgreSQL", status: "complete", project: "Web Redesign" },
  {
    title: "Configure pg_hba.conf",
    status: "pending",
    project: "Web Redesign",
    priority: 2,
    description: "Allow remote connections from app server",
  },
  { title: "Set up backups", status: "pending", project: "API Launch" },
  { title: "Create app user", status: "active", project: "API Launch" },
  { title: "Write API endpoints", status: "active" },
];

/** Completes an example that was cut off; beside anything else it adds nothing and says what is there. */
export async function loadDemo(context: Context, port: number): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  const seen = await addMissing(port);
  return { subject: "demo", seen, tookMs: context.clock.monotonicMs() - began };
}

async function addMissing(port: number): Promise<string> {
  const there = await send<{ projects: readonly { readonly id: number; readonly name: string }[] }>(port, "GET", "/api/projects");
  const present = await send<{ tasks: readonly { readonly title: string }[] }>(port, "GET", "/api/tasks?limit=100");
  const foreign = [
    ...there.projects.map(({ name }) => name).filter((name) => !projects.some((known) => known === name)),
    ...present.tasks.map(({ title }) => title).filter((title) => !tasks.some((known) => known.title === title)),
  ];
  if (foreign[0] !== undefined) return `the example was not added: it goes only into an empty house, and here is ${JSON.stringify(foreign[0])}`;
  const ids = new Map(there.projects.map(({ name, id }) => [name, id]));
  const missingProjects = projects.filter((name) => !ids.has(name));
  const missingTasks = tasks.filter(({ title }) => !present.tasks.some((task) => task.title === title));
  if (missingProjects.length + missingTasks.length === 0) return "the example is there already";
  for (const name of missingProjects) ids.set(name, (await send<{ project: { id: number } }>(port, "POST", "/api/projects", { name })).project.id);
  for (const { project, ...task } of missingTasks)
    await send(port, "POST", "/api/tasks", { ...task, ...(project ? { project_id: ids.get(project) } : {}) });
  const count = `${missingTasks.length} ${missingTasks.length === 1 ? "task" : "tasks"}`;
  return missingTasks.length === tasks.length ? `${count} in ${projects.length} projects added` : `${count} of the example added, the rest was there`;
}

async function send<T>(port: number, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await request({ port, method, path, body, timeoutMs: 5_000 });
  if (answer.status >= 300) throw new Problem("RH-HOUSE-005", `${method} ${path} answers ${answer.status}: ${answer.body.slice(0, 200)}`);
  return JSON.parse(answer.body) as T;
}
