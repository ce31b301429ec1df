// From groups to charts: bars with a name, a count, its parts by status, and the address that shows just these tasks on the board.
// The longest bar is the whole width and every bar begins at zero. A chart of very many names shows the largest and counts the rest.
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { Project } from "../../../src/app/api/contract/projects.ts";
import type { StatsGroup } from "../../../src/app/api/contract/stats.ts";
import { statusOrder, statusTitles } from "../statuses.ts";
import type { DueName, StatsAnswer } from "./stats-api.ts";

export type Counts = Readonly<Record<Status, number>>;

export interface Bar {
  readonly key: string;
  readonly name: string;
  /** The tasks that have none: no project, no person. */
  readonly isNone: boolean;
  readonly sign: { readonly status: Status } | { readonly projectId: number } | { readonly priority: number } | { readonly isLate: true } | undefined;
  readonly count: number;
  readonly counts: Counts;
  /** The query of the address that shows these tasks; undefined where no address can. */
  readonly query: string | undefined;
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  /** What the bars are, for the table's first column. */
  readonly nameTitle: string;
  readonly bars: readonly Bar[];
  /** What is left out: how many bars, and how many tasks they hold. */
  readonly rest: { readonly bars: number; readonly count: number } | undefined;
  readonly note: string | undefined;
}

const mostBars = 12;
const priorityNames = ["None", "Low", "Medium", "High"] as const;
const openOnly = "status=pending,active";

const dueBars: readonly { readonly due: DueName; readonly name: string; readonly query: string }[] = [
  { due: "overdue", name: "Overdue", query: "due=overdue" },
  { due: "today", name: "Today", query: `due=today&${openOnly}` },
  { due: "week", name: "This week", query: `due=week&${openOnly}` },
  { due: "none", name: "Without a date", query: `due=none&${openOnly}` },
];

export function chartsOf(answer: StatsAnswer, projects: readonly Project[], projectId: number | null): readonly Chart[] {
  const within = projectId === null ? "" : `project=${projectId}&`;
  const counted = (bar: Omit<Bar, "count" | "query"> & { readonly query: string }): Bar => ({
    ...bar,
    count: totalOf(bar.counts),
    query: within + bar.query,
  });
  const base = { note: undefined, rest: undefined };
  return [
    { ...base, id: "status", title: "By status", nameTitle: "Status", bars: statusBars(answer.byPriority).map(counted) },
    {
      ...base,
      id: "due",
      title: "Due",
      nameTitle: "Due",
      note: "Pending and active tasks. This week has today in it and ends on Sunday.",
      bars: dueBars.map(({ due, name, query }) =>
        counted({
          key: due,
          name,
          isNone: false,
          sign: due === "overdue" ? { isLate: true } : undefined,
          counts: countsOf(answer.byDue[due]),
          query,
        }),
      ),
    },
    ...(projectId === null
      ? [longest({ ...base, id: "project", title: "By project", nameTitle: "Project", bars: projectBars(answer.byProject, projects).map(counted) })]
      : []),
    longest({ ...base, id: "assignee", title: "By person", nameTitle: "Person", bars: assigneeBars(answer.byAssignee).map(counted) }),
    { ...base, id: "priority", title: "By priority", nameTitle: "Priority", bars: priorityBars(answer.byPriority).map(counted) },
  ];
}

type Uncounted = Omit<Bar, "count" | "query"> & { readonly query: string };

function statusBars(groups: readonly StatsGroup[]): readonly Uncounted[] {
  const counts = countsOf(groups);
  return statusOrder.map((status) => ({
    key: status,
    name: statusTitles[status],
    isNone: false,
    sign: { status },
    counts: { ...noCounts, [status]: counts[status] },
    query: `status=${status}`,
  }));
}

/** Projects without a task have their bar too, of length zero. */
function projectBars(groups: readonly StatsGroup[], projects: readonly Project[]): readonly Uncounted[] {
  const found = groupedBy(groups, ({ project }) => project?.id ?? null);
  const named = projects.map(({ id, name }) => ({
    key: String(id),
    name,
    isNone: false,
    sign: { projectId: id },
    counts: countsOf(found.get(id)),
    query: `project=${id}`,
  }));
  const without = found.get(null);
  return without
    ? [...named, { key: "none", name: "No project", isNone: true, sign: undefined, counts: countsOf(without), query: "project=none" }]
    : named;
}

function assigneeBars(groups: readonly StatsGroup[]): readonly Uncounted[] {
  return [...groupedBy(groups, ({ assignee }) => assignee ?? null)].map(([assignee, ofOne]) => ({
    key: assignee === null ? "nobody" : `person ${assignee}`,
    name: assignee ?? "Nobody",
    isNone: assignee === null,
    sign: undefined,
    counts: countsOf(ofOne),
    query: `${new URLSearchParams({ assignee: assignee ?? "" })}`,
  }));
}

/** As the board shows it: 3 and more is high, 0 and less is none. */
function priorityBars(groups: readonly StatsGroup[]): readonly Uncounted[] {
  const found = groupedBy(groups, ({ priority = 0 }) => Math.max(0, Math.min(3, priority)));
  return [3, 2, 1, 0].map((priority) => ({
    key: String(priority),
    name: priorityNames[priority] ?? "",
    isNone: false,
    sign: { priority },
    counts: countsOf(found.get(priority)),
    query: `priority=${priority}`,
  }));
}

function longest(chart: Chart): Chart {
  const bars = [...chart.bars].sort((one, other) => other.count - one.count || one.name.localeCompare(other.name));
  if (bars.length <= mostBars) return { ...chart, bars };
  const rest = bars.slice(mostBars);
  return { ...chart, bars: bars.slice(0, mostBars), rest: { bars: rest.length, count: rest.reduce((sum, { count }) => sum + count, 0) } };
}

const noCounts: Counts = { pending: 0, active: 0, complete: 0, archived: 0 };

function countsOf(groups: readonly StatsGroup[] = []): Counts {
  const counts: Record<Status, number> = { ...noCounts };
  for (const { status, count } of groups) if (status) counts[status] += count;
  return counts;
}

function totalOf(counts: Counts): number {
  return statusOrder.reduce((sum, status) => sum + counts[status], 0);
}

function groupedBy<Key>(groups: readonly StatsGroup[], keyOf: (group: StatsGroup) => Key): ReadonlyMap<Key, readonly StatsGroup[]> {
  const found = new Map<Key, StatsGroup[]>();
  for (const group of groups) {
    const key = keyOf(group);
    found.set(key, [...(found.get(key) ?? []), group]);
  }
  return found;
}
