// When the task that has the focus leaves its place (moved, deleted, by us or by others) the focus goes to the one that comes
// after it, and never back to the beginning of the page.
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { cardOf, placeIn } from "../cursor.ts";
import { useSession } from "../session.ts";
import type { Group } from "../view/build.ts";

interface Left {
  readonly key: Group["key"];
  readonly row: number;
}

export function useKeptFocus(groups: readonly Group[]): void {
  const { cursor } = useSession();
  const wasOnTask = useFocusOnTask();
  const last = useRef<Left>(undefined);
  useLayoutEffect(() => {
    const note = () => {
      const id = cursor.get()?.id;
      const place = id === undefined ? undefined : placeIn(groups, id);
      if (place) last.current = { key: place.group.key, row: place.row };
    };
    const isLost = wasOnTask.current && (document.activeElement === document.body || document.activeElement === null);
    if (isLost) goOn(groups, last.current, cursor.focus);
    note();
    return cursor.subscribe(note);
  }, [groups, cursor, wasOnTask]);
}

function goOn(groups: readonly Group[], left: Left | undefined, focus: (id: number) => void): void {
  const { tasks = [] } = groups.find(({ key }) => key === left?.key) ?? {};
  const next = tasks[Math.min(left?.row ?? 0, tasks.length - 1)];
  if (next) focus(next.id);
  else document.getElementById("tasks")?.focus(); // not the box for a new task: on a phone that would open the keyboard
}

/** A task that goes takes the focus with it without a word; leaving one by hand is told. */
function useFocusOnTask(): RefObject<boolean> {
  const isOnTask = useRef(false);
  useEffect(() => {
    const onFocus = ({ target }: FocusEvent) => {
      isOnTask.current = cardOf(target as Element) !== null;
    };
    const onLeave = ({ target }: FocusEvent) => {
      queueMicrotask(() => {
        if ((target as Element).isConnected && document.activeElement === document.body) isOnTask.current = false;
      });
    };
    document.addEventListener("focusin", onFocus);
    document.addEventListener("focusout", onLeave);
    return () => {
      document.removeEventListener("focusin", onFocus);
      document.removeEventListener("focusout", onLeave);
    };
  }, []);
  return isOnTask;
}
