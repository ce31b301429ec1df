// What is shown stands in the page's address, so that it can be kept, sent and gone back to:
// `/?view=list&project=3&status=pending,active&priority=3&assignee=Mira&due=overdue&q=desk&sort=-priority`.
// What is not understood is left out, never guessed.
import type { SortField } from "../../../src/app/api/contract/list.ts";
import type { Status } from "../../../src/app/api/contract/parts.ts";
import { statusOrder } from "../statuses.ts";

export const dueViews = ["overdue", "today", "week", "none"] as const;
export type DueView = (typeof dueViews)[number];

export interface Sort {
  readonly field: SortField;
  readonly isDescending: boolean;
}

const layouts = ["columns", "list", "stats"] as const;
/** Columns and a list of the tasks, or the statistics about them. */
export type Layout = (typeof layouts)[number];

export interface Address {
  readonly layout: Layout;
  /** `none` is the tasks without a project. */
  readonly project: number | "none" | undefined;
  /** Every status when there is none. */
  readonly statuses: readonly Status[];
  readonly priorities: readonly number[];
  /** Empty text is the tasks that nobody has. */
  readonly assignee: string | undefined;
  readonly due: DueView | undefined;
  readonly search: string;
  readonly sort: Sort;
}

export const newestFirst: Sort = { field: "id", isDescending: true };

const sortable: readonly SortField[] = ["id", "title", "status", "priority", "due_date", "project_id", "assigned_to", "updated_at"];

export const emptyAddress: Address = {
  layout: "columns",
  project: undefined,
  statuses: [],
  priorities: [],
  assignee: undefined,
  due: undefined,
  search: "",
  sort: newestFirst,
};

export function parseAddress(query: string): Address {
  const texts = new URLSearchParams(query);
  const project = texts.get("project") ?? "";
  const due = texts.get("due");
  const layout = texts.get("view");
  return {
    layout: layouts.find((known) => known === layout) ?? "columns",
    project: project === "none" ? "none" : /^[1-9]\d{0,9}$/.test(project) ? Number(project) : undefined,
    statuses: statusOrder.filter((status) => listOf(texts.get("status")).includes(status)),
    priorities: [...new Set(listOf(texts.get("priority")).filter(isPriority).map(Number))].sort(),
    assignee: cut(texts.get("assignee"), 100),
    due: dueViews.find((known) => known === due),
    search: cut(texts.get("q"), 200) ?? "",
    sort: parseSort(texts.get("sort") ?? ""),
  };
}

export function formatAddress(address: Address): string {
  const texts = new URLSearchParams();
  if (address.layout !== "columns") texts.set("view", address.layout);
  if (address.project !== undefined) texts.set("project", String(address.project));
  if (address.statuses.length > 0) texts.set("status", address.statuses.join(","));
  if (address.priorities.length > 0) texts.set("priority", address.priorities.join(","));
  if (address.assignee !== undefined) texts.set("assignee", address.assignee);
  if (address.due) texts.set("due", address.due);
  if (address.search !== "") texts.set("q", address.search);
  if (!isSameSort(address.sort, newestFirst)) texts.set("sort", formatSort(address.sort));
  const query = texts.toString().replaceAll("%2C", ",");
  return query === "" ? "/" : `/?${query}`;
}

export function formatSort({ field, isDescending }: Sort): string {
  return `${isDescending ? "-" : ""}${field}`;
}

export function isSameSort(one: Sort, other: Sort): boolean {
  return one.field === other.field && one.isDescending === other.isDescending;
}

/** How many of the address's parts leave tasks out, but for the place that is chosen in the sidebar. */
export function filtersIn({ statuses, priorities, assignee, search }: Address): number {
  return [statuses.length > 0, priorities.length > 0, assignee !== undefined, search !== ""].filter(Boolean).length;
}

export function withoutFilters(address: Address): Address {
  return { ...address, statuses: [], priorities: [], assignee: undefined, search: "" };
}

function listOf(text: string | null): readonly string[] {
  return text === null ? [] : text.split(",");
}

function cut(text: string | null, characters: number): string | undefined {
  return text === null ? undefined : [...text].slice(0, characters).join("");
}

function isPriority(text: string): boolean {
  return /^[0-3]$/.test(text);
}

function parseSort(text: string): Sort {
  const field = sortable.find((known) => known === text.replace(/^-/, ""));
  return field ? { field, isDescending: text.startsWith("-") } : newestFirst;
}
