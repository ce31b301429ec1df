// The questions behind the charts: GET /api/tasks/stats in groups, for the tasks that the page's address means.
import type { Stats, StatsGroup } from "../../../src/app/api/contract/stats.ts";
import { send } from "../../kit/api.ts";
import { statusOrder } from "../statuses.ts";
import { type Address, type DueView, dueViews } from "../view/address.ts";
import { filterOf, isOpen } from "../view/conditions.ts";

export interface StatsAnswer {
  readonly byProject: readonly StatsGroup[];
  readonly byAssignee: readonly StatsGroup[];
  readonly byPriority: readonly StatsGroup[];
  /** Pending and active tasks only. */
  readonly byDue: Readonly<Record<DueView, readonly StatsGroup[]>>;
}

/** All questions at once; the answers are as old as the slowest of them took. */
export async function readStats(address: Address, now: Date, signal: AbortSignal): Promise<StatsAnswer> {
  const ask = (group: string, of: Address) => readGroups({ group, ...filterOf(of, now) }, signal);
  const open = { ...address, statuses: openOf(address) };
  const isDueAsked = address.due === undefined && open.statuses.length > 0;
  const [byProject, byAssignee, byPriority, ...due] = await Promise.all([
    ask("project,status", address),
    ask("assignee,status", address),
    ask("priority,status", address),
    ...(isDueAsked ? dueViews.map((view) => ask("status", { ...open, due: view })) : []),
  ]);
  const byDue = Object.fromEntries(dueViews.map((view, index) => [view, due[index] ?? []])) as Record<DueView, readonly StatsGroup[]>;
  return { byProject, byAssignee, byPriority, byDue };
}

/** The open ones of the address's statuses; none where it asks for others only. */
export function openOf({ statuses }: Address): Address["statuses"] {
  const open = statusOrder.filter((status) => isOpen({ status }));
  return statuses.length === 0 ? open : open.filter((status) => statuses.includes(status));
}

type Question = { readonly group: string } & ReturnType<typeof filterOf>;

export async function readGroups({ group, filter, search }: Question, signal: AbortSignal): Promise<readonly StatsGroup[]> {
  const query = new URLSearchParams({ group });
  if (filter) query.set("filter", JSON.stringify(filter));
  if (search !== undefined) query.set("search", search);
  const { body } = await send<Stats>({ method: "GET", path: `/api/tasks/stats?${query}`, signal });
  return body.groups;
}
