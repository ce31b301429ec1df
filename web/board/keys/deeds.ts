// What the keys do, one function each, for the task under the cursor or for all that are selected.
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { addBoxId } from "../add/add-task.tsx";
import { cardOf, type Direction, idIn, placeIn, stepFrom, taskBeside } from "../cursor.ts";
import { go } from "../hooks/use-address.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import type { PickedField } from "../select/pick-field.tsx";
import { selectedTasks, tasksInSight } from "../select/selected-tasks.ts";
import type { Session } from "../session.ts";
import { places } from "../places.ts";
import { statusOrder } from "../statuses.ts";
import { filterButtonId } from "../toolbar/toolbar.tsx";
import { searchBoxId } from "../toolbar/search-box.tsx";

export type KeyDeeds = ReturnType<typeof deedsFor>;

interface Parts {
  readonly session: Session;
  readonly view: BoardView;
}

export function deedsFor(parts: Parts) {
  return { ...pageDeeds(parts), ...cursorDeeds(parts), ...taskDeeds(parts), ...selectionDeeds(parts) };
}

function currentTask({ view }: Parts): Task | undefined {
  const id = idIn(cardOf(document.activeElement));
  return id === undefined ? undefined : view.taskOf(id);
}

/** Those that are selected, else the one under the cursor. */
function targetsOf(parts: Parts): readonly Task[] {
  const selected = selectedTasks(parts.view, parts.session.selection.get().ids);
  const one = currentTask(parts);
  return selected.length > 0 ? selected : one ? [one] : [];
}

function step(parts: Parts, direction: Direction): number | undefined {
  const { session, view } = parts;
  const task = currentTask(parts);
  const place = task && placeIn(view.groups, task.id);
  const next = (place ? undefined : remembered(session, view)?.id) ?? stepFrom(place, direction, view.groups);
  if (next !== undefined) session.cursor.focus(next);
  return next;
}

function cursorDeeds(parts: Parts) {
  return {
    step: (direction: Direction) => void step(parts, direction),
    goToColumn: (side: "left" | "right") => {
      const card = cardOf(document.activeElement);
      const id = card ? taskBeside(card, side) : step(parts, "first");
      if (id !== undefined) parts.session.cursor.focus(id);
    },
  };
}

function taskDeeds(parts: Parts) {
  const { actions, opened, renaming, picking } = parts.session;
  return {
    open: () => {
      const task = currentTask(parts);
      if (task) opened.set({ task });
    },
    rename: () => renaming.set(currentTask(parts)?.id ?? null),
    toggle: () => actions.toggle(targetsOf(parts)),
    move: (place: number) => actions.move(targetsOf(parts), statusOrder[place] ?? "pending"),
    carry: (by: 1 | -1) => carry(parts.session, targetsOf(parts), by),
    pick: (field: PickedField) => {
      const tasks = targetsOf(parts);
      if (tasks.length > 0) picking.set({ field, tasks, anchor: cardOf(document.activeElement)?.getBoundingClientRect() });
    },
    remove: () => actions.remove(targetsOf(parts)),
  };
}

function selectionDeeds(parts: Parts) {
  const { view, session } = parts;
  const { selection } = session;
  return {
    select: () => {
      const task = currentTask(parts);
      if (task) selection.toggle(task.id);
    },
    selectOn: (direction: Direction) => {
      const before = currentTask(parts);
      const group = before && placeIn(view.groups, before.id)?.group;
      const next = step(parts, direction);
      const ids = group?.tasks.map(({ id }) => id) ?? [];
      if (before && next !== undefined) selection.extend(next, ids, before.id);
    },
    selectAll: () => selection.replace(tasksInSight(view).map(({ id }) => id)),
    escape: () => selection.clear(),
  };
}

function pageDeeds({ session, view }: Parts) {
  return {
    add: () => document.getElementById(addBoxId)?.focus(),
    search: () => document.getElementById(searchBoxId)?.focus(),
    filter: () => session.filtering.set({ anchor: document.getElementById(filterButtonId)?.getBoundingClientRect() }),
    changeLayout: () => go({ layout: view.address.layout === "list" ? "columns" : "list" }),
    goBeside: (by: 1 | -1) => {
      const all = places(view);
      const here = all.findIndex(({ isHere }) => isHere);
      go(all[(Math.max(0, here) + by + all.length) % all.length]?.change ?? {});
    },
    undo: () => session.actions.undoNewest(),
    trace: () => session.isTraceOpen.set(true),
    help: () => session.isHelpOpen.set(true),
  };
}

/** Where the cursor was, when nothing has the focus now. */
function remembered(session: Session, view: BoardView): Task | undefined {
  const id = session.cursor.get()?.id;
  return id !== undefined && placeIn(view.groups, id) ? view.taskOf(id) : undefined;
}

/** The keyboard's drag: the cursor goes along. */
function carry(session: Session, tasks: readonly Task[], by: 1 | -1): void {
  const [first] = tasks;
  if (!first) return;
  const to = statusOrder[statusOrder.indexOf(first.status) + by];
  if (!to) return;
  session.actions.move(tasks, to);
  const id = session.cursor.get()?.id ?? first.id;
  requestAnimationFrame(() => session.cursor.focus(id));
}
