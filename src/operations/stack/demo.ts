// The chapter's example: three projects, one of them without tasks, and five tasks, one of them without a project. Goes in
// through the API, as a person's data would, and only into an empty house.
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

export async function loadDemo(context: Context, port: number): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  const { projects: existing } = await send<{ projects: readonly unknown[] }>(port, "GET", "/api/projects");
  const { tasks: present } = await send<{ tasks: readonly unknown[] }>(port, "GET", "/api/tasks?limit=1");
  if (existing.length > 0 || present.length > 0)
    return { subject: "demo", seen: "the house is not empty, so no example was added", tookMs: context.clock.monotonicMs() - began };
  const ids = new Map<string, number>();
  for (const name of projects) ids.set(name, (await send<{ project: { id: number } }>(port, "POST", "/api/projects", { name })).project.id);
  for (const { project, ...task } of tasks) await send(port, "POST", "/api/tasks", { ...task, ...(project ? { project_id: ids.get(project) } : {}) });
  return { subject: "demo", seen: `${tasks.length} tasks in ${projects.length} projects added`, tookMs: context.clock.monotonicMs() - began };
}

async function send<T>(port: number, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await request({ port, method, path, body, timeoutMs: 5_000 });
  if (answer.status >= 300) throw new Problem("RH-HOUSE-005", `${method} ${path} answers ${answer.status}: ${answer.body.slice(0, 200)}`);
  return JSON.parse(answer.body) as T;
}
