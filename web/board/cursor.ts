// The one task that the keys are about. It is known by its id, not by its place in the document: the rows of a long list come
// and go. Who moves the cursor wishes for the focus to follow; who is focused otherwise only notes it.
import { type Cell, cell } from "../kit/cell.ts";
import type { Group } from "./view/build.ts";

export interface CursorState {
  readonly id: number;
  /** Grows with each wish that the focus goes to the task. */
  readonly wish: number;
}

export interface Cursor extends Cell<CursorState | null> {
  readonly focus: (id: number) => void;
  readonly note: (id: number) => void;
  /** True once for each wish: for the one who fulfils it. */
  readonly take: (wish: number) => boolean;
}

export interface Place {
  readonly group: Group;
  readonly row: number;
}

export function newCursor(): Cursor {
  const state = cell<CursorState | null>(null);
  let taken = 0;
  const wishes = () => state.get()?.wish ?? 0;
  return {
    ...state,
    focus: (id) => state.set({ id, wish: wishes() + 1 }),
    note: (id) => {
      if (state.get()?.id !== id) state.set({ id, wish: wishes() });
    },
    take: (wish) => {
      const isNew = wish > taken;
      taken = Math.max(taken, wish);
      return isNew;
    },
  };
}

export function placeIn(groups: readonly Group[], id: number): Place | undefined {
  for (const group of groups) {
    const row = group.tasks.findIndex((task) => task.id === id);
    if (row >= 0) return { group, row };
  }
  return undefined;
}

export type Direction = "next" | "previous" | "first" | "last" | "pageDown" | "pageUp";

const pageRows = 10;

/** Where a direction leads from `place`; from nowhere it leads to the first task. */
export function stepFrom(place: Place | undefined, direction: Direction, groups: readonly Group[]): number | undefined {
  if (!place) return groups.find(({ tasks }) => tasks.length > 0)?.tasks[0]?.id;
  const { group, row } = place;
  const last = group.tasks.length - 1;
  const rows = { next: row + 1, previous: row - 1, first: 0, last, pageDown: row + pageRows, pageUp: row - pageRows };
  return group.tasks[Math.max(0, Math.min(last, rows[direction]))]?.id;
}

/** The task that stands beside the one in `card`, in the nearest column that has some in sight. */
export function taskBeside(card: Element, side: "left" | "right"): number | undefined {
  const columns = [...document.querySelectorAll("[data-group]")];
  const here = columns.findIndex((column) => column.contains(card));
  const others = side === "right" ? columns.slice(here + 1) : columns.slice(0, Math.max(0, here)).reverse();
  for (const column of others) {
    const ids = [...column.querySelectorAll<HTMLElement>("[data-task-id]")].map((other) => ({
      id: Number(other.dataset["taskId"]),
      away: distance(card, other),
    }));
    const nearest = ids.reduce<(typeof ids)[number] | undefined>((best, one) => (best && best.away <= one.away ? best : one), undefined);
    if (nearest) return nearest.id;
  }
  return undefined;
}

function distance(one: Element, other: Element): number {
  return Math.abs(one.getBoundingClientRect().top - other.getBoundingClientRect().top);
}

/** The element of a task, where it is in the page. */
export function cardOf(element: Element | null): HTMLElement | null {
  return element?.closest<HTMLElement>("[data-task-id]") ?? null;
}

export function idIn(card: HTMLElement | null): number | undefined {
  return card ? Number(card.dataset["taskId"]) : undefined;
}
