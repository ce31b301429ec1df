// What the board shows beside the tasks: projects, counts of what is not loaded, and what the database is.
import { useQuery } from "@tanstack/react-query";
import type { ApiProblem } from "../../kit/api.ts";
import { useMemo } from "react";
import type { TaskFilter } from "../../../src/app/api/contract/list.ts";
import type { Project } from "../../../src/app/api/contract/projects.ts";
import { keys } from "../query-client.ts";
import { readAbout, readPage, readProjects } from "../task-api.ts";
import { readGroups } from "../stats/stats-api.ts";
import { emptyAddress } from "../view/address.ts";
import { filterOf } from "../view/conditions.ts";

const againMs = 30_000;

export interface ShownProjects {
  /** By name. */
  readonly projects: readonly Project[];
  readonly projectOf: (id: number) => Project | undefined;
  readonly isRead: boolean;
  readonly problem: ApiProblem | null;
}

export function useProjects(): ShownProjects {
  const { data, error } = useQuery({ queryKey: keys.projects, queryFn: ({ signal }) => readProjects(signal), refetchInterval: againMs });
  return useMemo(() => {
    const projects = [...(data ?? [])].sort((one, other) => one.name.localeCompare(other.name));
    const byId = new Map(projects.map((project) => [project.id, project]));
    return { projects, projectOf: (id: number) => byId.get(id), isRead: data !== undefined, problem: error as ApiProblem | null };
  }, [data, error]);
}

export function useAbout() {
  return useQuery({ queryKey: keys.about, queryFn: ({ signal }) => readAbout(signal), staleTime: Infinity });
}

export interface ServerCounts {
  readonly all: number | undefined;
  readonly overdue: number | undefined;
  readonly today: number | undefined;
  readonly week: number | undefined;
  /** Projects that are not in it have none. */
  readonly byProject: ReadonlyMap<number, number>;
}

/** Counted by the server, where not every task is here. */
export function useServerCounts(isWanted: boolean, now: Date): ServerCounts | undefined {
  const { data } = useQuery({ queryKey: keys.counts, queryFn: ({ signal }) => readCounts(now, signal), enabled: isWanted, refetchInterval: againMs });
  return data;
}

async function readCounts(now: Date, signal: AbortSignal): Promise<ServerCounts> {
  const shown: TaskFilter = { status: { in: ["pending", "active", "complete"] } };
  const count = async (filter: TaskFilter) => (await readPage({ sort: "id", limit: 1, count: "exact", filter }, signal)).total;
  const countDue = (due: "overdue" | "today" | "week") => {
    const { filter } = filterOf({ ...emptyAddress, due, statuses: ["pending", "active"] }, now);
    return count(filter ?? {});
  };
  const [all, overdue, today, week, groups] = await Promise.all([
    count(shown),
    countDue("overdue"),
    countDue("today"),
    countDue("week"),
    readGroups({ group: "project", filter: shown, search: undefined }, signal),
  ]);
  const byProject = new Map(groups.flatMap(({ project, count: tasks }) => (project ? [[project.id, tasks] as const] : [])));
  return { all, overdue, today, week, byProject };
}
