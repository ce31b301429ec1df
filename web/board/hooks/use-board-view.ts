// From what is known to what the board shows: the groups of the address's tasks, and the counts beside the places in the
// sidebar. Counts are made from the tasks themselves where all of them are here, so that they agree with what is seen.
import { useDeferredValue, useEffect, useMemo, useRef } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { ApiProblem } from "../../kit/api.ts";
import { useCell } from "../../kit/cell.ts";
import { useMedia } from "../../kit/use-media.ts";
import type { Readiness } from "../data/connection.ts";
import type { Coverage } from "../data/loader.ts";
import type { Shown } from "../data/task-store.ts";
import { type Session, useSession } from "../session.ts";
import { type Address, filtersIn } from "../view/address.ts";
import { buildGroups, type Counts, countAll, type Group, type GroupPlan, plansOf } from "../view/build.ts";
import { dueCondition, filterOf, isOpen } from "../view/conditions.ts";
import { titleOf } from "../view/titles.ts";
import { useAddress } from "./use-address.ts";
import { type ShownProjects, useProjects, useServerCounts } from "./use-board-data.ts";

export interface BoardView extends ShownProjects {
  readonly address: Address;
  readonly title: string;
  readonly groups: readonly Group[];
  /** The archive, where it is folded. What is folded is not acted upon. */
  readonly folded: Group | undefined;
  readonly counts: SidebarCounts;
  readonly ready: Readiness;
  readonly coverage: Coverage;
  /** True when the address's project is none: somebody deleted it, or it never was. */
  readonly isProjectGone: boolean;
  /** True when there is no task at all. */
  readonly isUnused: boolean;
  /** True when filters or a search leave nothing, and all of it was looked at. */
  readonly isNothingFound: boolean;
  /** How many tasks are loaded. */
  readonly taskCount: number;
  /** Why tasks cannot be shown, when it is not that the server is away. */
  readonly readProblem: ApiProblem | null;
  readonly taskOf: (id: number) => Task | undefined;
  /** Everybody who has a task, by name. */
  readonly people: readonly string[];
  readonly now: Date;
}

/** Undefined where it is not known. */
export interface SidebarCounts extends Partial<Omit<Counts, "byProject">> {
  readonly ofProject: (id: number) => number | undefined;
}

export function useBoardView(now: Date): BoardView {
  const session = useSession();
  const ready = useCell(session.connection.state);
  const coverage = useCell(session.loader.coverage);
  const shown = useCell<Shown>({ subscribe: session.store.subscribe, get: session.store.shown });
  const projects = useProjects();
  const address = useDeferredValue(useAddress());
  const groups = useGroups({ session, shown, coverage, address, projects, now, isAway: !ready.isReady });
  const later = useDeferredValue(shown); // what is counted may follow what is seen, and does not delay it
  const counts = useCounts({ shown: later, coverage, now });
  const loadProblem = useCell(session.loader.problem);
  const pageProblem = useCell(session.pages.problem);
  return {
    ...projects,
    address,
    title: titleOf(address, projects),
    groups,
    folded: useFolded(session, address, groups),
    counts,
    ready,
    coverage,
    isProjectGone: typeof address.project === "number" && projects.isRead && !projects.projectOf(address.project),
    isUnused: coverage.state === "whole" && shown.all.length === 0,
    isNothingFound: filtersIn(address) > 0 && groups.length > 0 && groups.every(({ tasks, isWhole }) => isWhole && tasks.length === 0),
    taskCount: shown.all.length,
    readProblem: coverage.state === "whole" ? null : (pageProblem ?? loadProblem),
    taskOf: shown.get,
    people: usePeople(later),
    now,
  };
}

function useFolded({ isArchiveOpen }: Session, { layout, statuses }: Address, groups: readonly Group[]): Group | undefined {
  const isOpen = useCell(isArchiveOpen);
  const isTabbed = useMedia("(max-width: 639px)");
  const isFolded = layout === "columns" && !isOpen && !isTabbed && !statuses.includes("archived");
  return isFolded ? groups.find(({ key }) => key === "archived") : undefined;
}

interface GroupParts {
  readonly session: Session;
  readonly shown: Shown;
  readonly coverage: Coverage;
  readonly address: Address;
  readonly projects: ShownProjects;
  readonly now: Date;
  readonly isAway: boolean;
}

function useGroups({ session, shown, coverage, address, projects, now, isAway }: GroupParts): readonly Group[] {
  const { projectOf } = projects;
  const extents = useCell(session.pages.extents);
  const plans = useMemo(() => plansOf(address, (id) => projectOf(id)?.name ?? ""), [address, projectOf]);
  const isWhole = coverage.state === "whole";
  useEffect(() => {
    session.pages.show(isWhole ? [] : plans.map((plan) => requestOf(plan, address, now)));
  }, [session, isWhole, plans, address, now]);
  const last = useRef<readonly Group[]>([]);
  return useMemo(() => {
    const extentOf = isWhole ? "whole" : (key: GroupPlan["key"]) => extents.get(key) ?? (isAway && shown.all.length > 0 ? "loaded" : undefined);
    last.current = keepSame(last.current, buildGroups({ all: shown.all, address, plans, now, extentOf }));
    return last.current;
  }, [shown, address, plans, now, isWhole, extents, isAway]);
}

function requestOf({ key, statuses, sort }: GroupPlan, address: Address, now: Date) {
  return { key, sort, ...filterOf({ ...address, statuses }, now) };
}

/** A group that holds the same tasks stays the same object, so that it is not drawn again. */
function keepSame(before: readonly Group[], groups: readonly Group[]): readonly Group[] {
  return groups.map((group) => {
    const known = before.find(({ key }) => key === group.key);
    const isSame =
      known?.isWhole === group.isWhole &&
      known.total === group.total &&
      known.sort === group.sort &&
      known.tasks.length === group.tasks.length &&
      known.tasks.every((task, index) => task === group.tasks[index]);
    return isSame ? known : group;
  });
}

function useCounts({ shown, coverage, now }: Pick<GroupParts, "shown" | "coverage" | "now">): SidebarCounts {
  const isWhole = coverage.state === "whole";
  const server = useServerCounts(coverage.state === "part", now);
  const counts = useMemo(() => (isWhole ? countAll(shown.all, openConditions(now)) : undefined), [isWhole, shown, now]);
  return useMemo(() => {
    if (counts) return { ...counts, ofProject: (id) => counts.byProject.get(id) ?? 0 };
    return { ...server, ofProject: (id) => server && (server.byProject.get(id) ?? 0) };
  }, [counts, server]);
}

function openConditions(now: Date) {
  const open = (due: "overdue" | "today" | "week") => {
    const isDue = dueCondition(due, now);
    return (task: Task) => isOpen(task) && isDue(task);
  };
  return { overdue: open("overdue"), today: open("today"), week: open("week") };
}

function usePeople({ all }: Shown): readonly string[] {
  return useMemo(() => {
    const names = new Set<string>();
    for (const { assigned_to: name } of all) if (name !== null) names.add(name);
    return [...names].sort((one, other) => one.localeCompare(other));
  }, [all]);
}
