// The keys of the board, for as long as nobody types and no dialog is open. The help sheet lists the same keys.
import { useEffect, useRef } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { cardOf, moveFocus } from "../card-focus.ts";
import { statusOrder } from "../statuses.ts";
import type { CardActions } from "../card.tsx";

export interface BoardKeys {
  readonly actions: CardActions;
  readonly taskOf: (id: number) => Task | undefined;
  readonly onAdd: () => void;
  readonly onHelp: () => void;
  readonly onUndo: () => void;
}

export function useBoardKeys(keys: BoardKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
      if (boardKey(event.key, latest.current) || cardKey(event, latest.current)) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

function isBusy(target: EventTarget | null): boolean {
  const isTyping = target instanceof Element && target.closest("input, textarea, select") !== null;
  return isTyping || document.querySelector("dialog[open]") !== null;
}

function boardKey(key: string, { onAdd, onHelp, onUndo }: BoardKeys): boolean {
  const act = { n: onAdd, "?": onHelp, u: onUndo }[key];
  act?.();
  return act !== undefined;
}

function cardKey(event: KeyboardEvent, { actions, taskOf }: BoardKeys): boolean {
  if (moveFocus(document.activeElement, event.key)) return true;
  const card = cardOf(document.activeElement);
  const task = card && taskOf(Number(card.dataset["taskId"]));
  if (!task || task.id < 0) return false;
  const status = statusOrder[Number(event.key) - 1];
  if (status) actions.move(task, status);
  else if (event.key === "c") actions.toggle(task);
  else if (event.key === "d" || event.key === "Delete") actions.remove(task);
  else return false;
  return true;
}
