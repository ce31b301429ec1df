// From what the server said to what the board shows: the tasks of the chosen project by column, newest first, and the
// counts. Counts are made from the tasks themselves, so that they agree with what is seen; from the server's when not all tasks are here.
import { useCallback, useMemo } from "react";
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { Project } from "../../../src/app/api/contract/projects.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { ApiProblem } from "../../kit/api.ts";
import type { Readiness } from "../query-client.ts";
import type { AllTasks } from "../task-api.ts";
import { useProjects, useTasks } from "./use-board-data.ts";
import { useProjectFilter } from "./use-project-filter.ts";
import { useReady } from "./use-ready.ts";

export interface BoardView {
  readonly all: AllTasks | undefined;
  readonly ready: Readiness;
  /** Why there are no tasks to show, when it is not that the server is away. */
  readonly problem: ApiProblem | null;
  readonly readAgain: () => void;
  readonly projectId: number | null;
  readonly chooseProject: (projectId: number | null) => void;
  readonly title: string;
  readonly projects: readonly Project[];
  readonly projectsProblem: ApiProblem | null;
  readonly projectOf: (id: number) => Project | undefined;
  readonly taskOf: (id: number) => Task | undefined;
  readonly countOf: (projectId: number | null) => number | undefined;
  readonly byStatus: Readonly<Record<Status, readonly Task[]>>;
}

export function useBoardView(heldIds: ReadonlySet<number>): BoardView {
  const ready = useReady();
  const tasks = useTasks();
  const projects = useShownProjects();
  const [projectId, chooseProject] = useProjectFilter();
  const shown = useMemo(() => (tasks.data?.tasks ?? []).filter((task) => !heldIds.has(task.id)), [tasks.data, heldIds]);
  const byStatus = useMemo(() => sortIntoColumns(shown, projectId), [shown, projectId]);
  const byId = useMemo(() => new Map(shown.map((task) => [task.id, task])), [shown]);
  const problem = tasks.data || !ready.isReady ? null : (tasks.error as ApiProblem | null);
  return {
    all: tasks.data,
    ready,
    problem,
    readAgain: () => void tasks.refetch(),
    projectId,
    chooseProject,
    title: projectId === null ? "All tasks" : (projects.projectOf(projectId)?.name ?? (projects.isRead ? "No such project" : "…")),
    ...projects,
    taskOf: useCallback((id: number) => byId.get(id), [byId]),
    countOf: useCounts(shown, tasks.data, projects.projectOf),
    byStatus,
  };
}

function useShownProjects() {
  const { data, error } = useProjects();
  const projects = useMemo(() => [...(data ?? [])].sort((one, other) => one.name.localeCompare(other.name)), [data]);
  const byId = useMemo(() => new Map(projects.map((project) => [project.id, project])), [projects]);
  const projectOf = useCallback((id: number) => byId.get(id), [byId]);
  return { projects, projectOf, isRead: data !== undefined, projectsProblem: error as ApiProblem | null };
}

function useCounts(shown: readonly Task[], all: AllTasks | undefined, projectOf: BoardView["projectOf"]): BoardView["countOf"] {
  const counts = useMemo(() => {
    const found = new Map<number | null, number>([[null, shown.length]]);
    for (const { project_id: id } of shown) if (id !== null) found.set(id, (found.get(id) ?? 0) + 1);
    return found;
  }, [shown]);
  return (projectId) => {
    if (all?.isWhole) return counts.get(projectId) ?? 0;
    return projectId === null ? undefined : projectOf(projectId)?.task_count;
  };
}

function sortIntoColumns(tasks: readonly Task[], projectId: number | null): BoardView["byStatus"] {
  const columns: Record<Status, Task[]> = { pending: [], active: [], complete: [], archived: [] };
  for (const task of tasks) if (projectId === null || task.project_id === projectId) columns[task.status].push(task);
  for (const column of Object.values(columns)) column.sort(newestFirst);
  return columns;
}

// A task that waits for its id is the newest; the complete ones go by when they were completed.
function newestFirst(one: Task, other: Task): number {
  const byCompletion = (other.completed_at ?? "").localeCompare(one.completed_at ?? "");
  return byCompletion || rank(other) - rank(one);
}

function rank({ id }: Task): number {
  return id < 0 ? Number.MAX_SAFE_INTEGER / 2 - id : id;
}
