// From groups to charts: bars with a name, a count, its parts by status, and the address that shows just these tasks on the board.
// The longest bar is the whole width and every bar begins at zero. A chart of very many names shows the largest and counts the rest.
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { Project } from "../../../src/app/api/contract/projects.ts";
import type { StatsGroup } from "../../../src/app/api/contract/stats.ts";
import { statusOrder, statusTitles } from "../statuses.ts";
import { type Address, type DueView, dueViews } from "../view/address.ts";
import { shownPriority } from "../view/conditions.ts";
import { dueTitles } from "../view/titles.ts";
import { openOf, type StatsAnswer } from "./stats-api.ts";

export type Counts = Readonly<Record<Status, number>>;

export interface Bar {
  readonly key: string;
  readonly name: string;
  /** The tasks that have none: no project, no person. */
  readonly isNone: boolean;
  readonly sign: { readonly status: Status } | { readonly projectId: number } | { readonly priority: number } | { readonly isLate: true } | undefined;
  readonly count: number;
  readonly counts: Counts;
  /** What the page's address becomes to show just these tasks. */
  readonly change: Partial<Address>;
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
const plain = { note: undefined, rest: undefined };

/** What the address narrows to one value already has no chart of its own. */
export function chartsOf(answer: StatsAnswer, projects: readonly Project[], address: Address): readonly Chart[] {
  const status: Chart = { ...plain, id: "status", title: "By status", nameTitle: "Status", bars: statusBars(answer.byPriority) };
  const due: Chart = {
    ...plain,
    id: "due",
    title: "Due",
    nameTitle: "Due",
    bars: dueViews.map((view) => dueBar(view, answer, address)),
    note: "Pending and active tasks. This week has today in it and ends on Sunday.",
  };
  const project: Chart = { ...plain, id: "project", title: "By project", nameTitle: "Project", bars: projectBars(answer.byProject, projects) };
  const assignee: Chart = { ...plain, id: "assignee", title: "By person", nameTitle: "Person", bars: assigneeBars(answer.byAssignee) };
  const priority: Chart = { ...plain, id: "priority", title: "By priority", nameTitle: "Priority", bars: priorityBars(answer.byPriority) };
  return [
    status,
    ...(address.due === undefined ? [due] : []),
    ...(address.project === undefined ? [longest(project)] : []),
    ...(address.assignee === undefined ? [longest(assignee)] : []),
    priority,
  ];
}

function bar(parts: Pick<Bar, "key" | "name" | "counts" | "change"> & Partial<Bar>): Bar {
  return { isNone: false, sign: undefined, count: totalOf(parts.counts), ...parts };
}

function dueBar(view: DueView, answer: StatsAnswer, address: Address): Bar {
  const change = { due: view, statuses: view === "overdue" ? address.statuses : openOf(address) };
  return bar({
    key: view,
    name: dueTitles[view],
    sign: view === "overdue" ? { isLate: true } : undefined,
    counts: countsOf(answer.byDue[view]),
    change,
  });
}

function statusBars(groups: readonly StatsGroup[]): readonly Bar[] {
  const counts = countsOf(groups);
  return statusOrder.map((status) =>
    bar({
      key: status,
      name: statusTitles[status],
      sign: { status },
      counts: { ...noCounts, [status]: counts[status] },
      change: { statuses: [status] },
    }),
  );
}

/** Projects without a task have their bar too, of length zero. */
function projectBars(groups: readonly StatsGroup[], projects: readonly Project[]): readonly Bar[] {
  const found = groupedBy(groups, ({ project }) => project?.id ?? null);
  const named = projects.map(({ id, name }) =>
    bar({ key: String(id), name, sign: { projectId: id }, counts: countsOf(found.get(id)), change: { project: id } }),
  );
  const without = found.get(null);
  return without ? [...named, bar({ key: "none", name: "No project", isNone: true, counts: countsOf(without), change: { project: "none" } })] : named;
}

function assigneeBars(groups: readonly StatsGroup[]): readonly Bar[] {
  return [...groupedBy(groups, ({ assignee }) => assignee ?? null)].map(([assignee, ofOne]) =>
    bar({
      key: assignee === null ? "nobody" : `person ${assignee}`,
      name: assignee ?? "Nobody",
      isNone: assignee === null,
      counts: countsOf(ofOne),
      change: { assignee: assignee ?? "" },
    }),
  );
}

/** As the board shows it: 3 and more is high, 0 and less is none. */
function priorityBars(groups: readonly StatsGroup[]): readonly Bar[] {
  const found = groupedBy(groups, ({ priority = 0 }) => shownPriority({ priority }));
  return [3, 2, 1, 0].map((priority) =>
    bar({
      key: String(priority),
      name: priorityNames[priority] ?? "",
      sign: { priority },
      counts: countsOf(found.get(priority)),
      change: { priorities: [priority] },
    }),
  );
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
