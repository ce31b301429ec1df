// The calls of the board, one function each, typed by the contract.
import type { About } from "../../src/app/api/contract/about.ts";
import type { TaskList } from "../../src/app/api/contract/list.ts";
import type { NewProject, Project } from "../../src/app/api/contract/projects.ts";
import type { NewTask, Task, TaskChange } from "../../src/app/api/contract/tasks.ts";
import { type Answer, ApiProblem, send } from "../kit/api.ts";

export interface AllTasks {
  readonly tasks: readonly Task[];
  /** False when there are more than the board reads. */
  readonly isWhole: boolean;
}

const pageRows = 500;
const mostPages = 40;

/** Every task, page by page, 20,000 at most. */
export async function readTasks(signal: AbortSignal): Promise<AllTasks> {
  const tasks: Task[] = [];
  let after: string | null = "";
  for (let page = 0; page < mostPages && after !== null; page += 1) {
    const { body }: Answer<TaskList> = await send<TaskList>({
      method: "GET",
      path: `/api/tasks?limit=${pageRows}${after && `&after=${after}`}`,
      signal,
    });
    tasks.push(...body.tasks);
    after = body.next;
  }
  return { tasks, isWhole: after === null };
}

export async function readTask(id: number): Promise<Task> {
  const { body } = await send<{ task: Task }>({ method: "GET", path: `/api/tasks/${id}` });
  return body.task;
}

/** The same key again adds nothing a second time. */
export async function addTask({ task, key }: { task: NewTask; key: string }): Promise<Answer<{ task: Task }>> {
  return send({ method: "POST", path: "/api/tasks", body: task, key });
}

/** A change of the version that the board knows; another one there is a problem with status 412. */
export async function changeTask(options: { id: number; change: TaskChange; version: number }): Promise<Answer<{ task: Task }>> {
  return send({ method: "PATCH", path: `/api/tasks/${options.id}`, body: options.change, ifMatch: options.version });
}

/** A task that somebody else deleted already is deleted. */
export async function deleteTask(id: number): Promise<Answer<unknown>> {
  try {
    return await send({ method: "DELETE", path: `/api/tasks/${id}` });
  } catch (cause) {
    if (cause instanceof ApiProblem && cause.status === 404) return { body: undefined, requestId: cause.requestId };
    throw cause;
  }
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
