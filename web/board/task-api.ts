// The calls of the board, one function each, typed by the contract. Writes to tasks are in writes/send.ts.
import type { About } from "../../src/app/api/contract/about.ts";
import type { TaskFilter, TaskList } from "../../src/app/api/contract/list.ts";
import type { NewProject, Project } from "../../src/app/api/contract/projects.ts";
import { type Answer, send } from "../kit/api.ts";

export interface PageQuery {
  readonly sort: string;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string;
  readonly filter?: TaskFilter | undefined;
  readonly search?: string | undefined;
  readonly count?: "exact";
}

export async function readPage({ filter, search, ...query }: PageQuery, signal?: AbortSignal): Promise<TaskList> {
  const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
  if (search) texts.push(["search", search]);
  if (filter) texts.push(["filter", JSON.stringify(filter)]);
  const { body } = await send<TaskList>({ method: "GET", path: `/api/tasks?${new URLSearchParams(texts)}`, ...(signal ? { signal } : {}) });
  return body;
}

export async function readProjects(signal: AbortSignal): Promise<readonly Project[]> {
  const { body } = await send<{ projects: readonly Project[] }>({ method: "GET", path: "/api/projects", signal });
  return body.projects;
}

export async function addProject(project: NewProject): Promise<Answer<{ project: Project }>> {
  return send({ method: "POST", path: "/api/projects", body: project });
}

export async function readAbout(signal: AbortSignal): Promise<About> {
  const { body } = await send<About>({ method: "GET", path: "/api/about", signal });
  return body;
}
