// The questions behind the charts: GET /api/tasks/stats in groups, and the projects that have no task at all.
import type { TaskFilter } from "../../../src/app/api/contract/list.ts";
import type { Stats, StatsGroup } from "../../../src/app/api/contract/stats.ts";
import { send } from "../../kit/api.ts";
import { dueFilters } from "./due-bounds.ts";

export type DueName = "overdue" | "today" | "week" | "none";

export interface StatsAnswer {
  readonly byProject: readonly StatsGroup[];
  readonly byAssignee: readonly StatsGroup[];
  readonly byPriority: readonly StatsGroup[];
  /** Open tasks only. */
  readonly byDue: Readonly<Record<DueName, readonly StatsGroup[]>>;
}

export interface Selection {
  /** One project's tasks only. */
  readonly projectId: number | null;
}

/** All of them at once; they are as old as the slowest of them is long. */
export async function readStats(selection: Selection, now: Date, signal: AbortSignal): Promise<StatsAnswer> {
  const ask = (group: string, filter?: TaskFilter) => readGroups({ group, filter, selection }, signal);
  const due = dueFilters(now);
  const [byProject, byAssignee, byPriority, overdue, today, week, none] = await Promise.all([
    ask("project,status"),
    ask("assignee,status"),
    ask("priority,status"),
    ask("status", due.overdue),
    ask("status", due.today),
    ask("status", due.week),
    ask("status", due.none),
  ]);
  return { byProject, byAssignee, byPriority, byDue: { overdue, today, week, none } };
}

interface Question {
  readonly group: string;
  readonly filter: TaskFilter | undefined;
  readonly selection: Selection;
}

async function readGroups({ group, filter, selection }: Question, signal: AbortSignal): Promise<readonly StatsGroup[]> {
  const query = new URLSearchParams({ group });
  if (filter) query.set("filter", JSON.stringify(filter));
  if (selection.projectId !== null) query.set("project_id", String(selection.projectId));
  const { body } = await send<Stats>({ method: "GET", path: `/api/tasks/stats?${query}`, signal });
  return body.groups;
}
