// What a press on a row means: open, complete, delete, select. A second press on the title within a moment renames, so the
// first one waits that long there, and nowhere else.
import { type FocusEvent, type MouseEvent, useRef } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { cardOf, idIn } from "../cursor.ts";
import { useSession } from "../session.ts";
import type { Group } from "../view/build.ts";

const secondPressMs = 220;

export function useRowEvents(group: Group) {
  const session = useSession();
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { actions, selection, opened, renaming, cursor } = session;

  const openSoon = (task: Task, event: MouseEvent) => {
    clearTimeout(waiting.current);
    if (event.detail > 1) return renaming.set(task.id);
    if (event.detail === 0 || !isOnTitle(event)) return opened.set({ task });
    waiting.current = setTimeout(() => opened.set({ task }), secondPressMs);
  };

  const select = (task: Task, event: MouseEvent): boolean => {
    if (event.shiftKey)
      selection.extend(
        task.id,
        group.tasks.map(({ id }) => id),
        cursor.get()?.id,
      );
    else if (event.ctrlKey || event.metaKey || isTouchSelecting(selection.get().ids.size)) selection.toggle(task.id);
    else return false;
    return true;
  };

  return {
    onClick: (event: MouseEvent<HTMLElement>) => {
      const id = idIn(cardOf(event.target as Element));
      const task = id === undefined ? undefined : session.store.shown().get(id);
      const act = (event.target as Element).closest<HTMLElement>("[data-act]")?.dataset["act"];
      if (!task || !act || select(task, event)) return;
      cursor.note(task.id);
      if (act === "open") openSoon(task, event);
      else if (act === "toggle") actions.toggle([task]);
      else if (act === "remove") actions.remove([task]);
    },
    onFocus: (event: FocusEvent<HTMLElement>) => {
      const id = idIn(cardOf(event.target));
      if (id !== undefined) cursor.note(id);
    },
  };
}

/** The button covers the whole card, the title is its own box. */
function isOnTitle(event: MouseEvent): boolean {
  const { top, bottom } = (event.target as Element).getBoundingClientRect();
  return event.clientY >= top && event.clientY <= bottom;
}

/** With fingers there is no Ctrl: once something is selected, a press selects. */
function isTouchSelecting(selected: number): boolean {
  return selected > 0 && matchMedia("(pointer: coarse)").matches;
}
