// Dragging cards with a mouse, or with a finger that rests on one for a moment: to a column, to a tab of a phone's board, or to
// a project in the sidebar. All that are selected go along. A finger that rests and does not move selects instead. Nothing is
// drawn by React on the way: the ghost and the mark of the place follow the pointer by themselves.
// Source: https://www.w3.org/TR/pointerevents3/
import { useEffect, useRef } from "react";
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { cardOf, idIn } from "../cursor.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import { selectedTasks } from "../select/selected-tasks.ts";
import { type Session, useSession } from "../session.ts";
import { type Ghost, showGhost } from "./ghost.ts";

interface Press {
  readonly card: HTMLElement;
  readonly pointerId: number;
  readonly isTouch: boolean;
  readonly x: number;
  readonly y: number;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
}

interface Drag {
  readonly tasks: readonly Task[];
  readonly ghost: Ghost;
  over: HTMLElement | undefined;
}

const slackPx = 6;
const restMs = 400;
const dropPlaces = "[data-drop-status], [data-drop-project]";

export function useDrag(view: BoardView): void {
  const session = useSession();
  const latest = useRef({ session, view });
  latest.current = { session, view };
  useEffect(() => {
    const dragging = new Dragging(() => latest.current);
    return dragging.listen();
  }, []);
}

type Latest = () => { readonly session: Session; readonly view: BoardView };

class Dragging {
  readonly #latest: Latest;
  #press: Press | undefined;
  #drag: Drag | undefined;

  constructor(latest: Latest) {
    this.#latest = latest;
  }

  /** Returns what ends it. */
  listen(): () => void {
    const stop = new AbortController();
    const on = <Name extends keyof DocumentEventMap>(name: Name, act: (event: DocumentEventMap[Name]) => void, options = {}) =>
      document.addEventListener(name, act, { ...options, signal: stop.signal });
    on("pointerdown", (event) => {
      this.#end();
      this.#press = pressOf(event, () => this.#begin(event.clientX, event.clientY));
    });
    on("pointermove", (event) => event.pointerId === this.#press?.pointerId && this.#move(event));
    on("pointerup", (event) => event.pointerId === this.#press?.pointerId && this.#release(event));
    on("pointercancel", () => this.#end());
    on("keydown", (event) => event.key === "Escape" && this.#drag && this.#end());
    on("touchmove", (event) => this.#drag && event.preventDefault(), { passive: false });
    on("contextmenu", (event) => this.#press?.isTouch && event.preventDefault());
    on("dragstart", (event) => this.#press && event.preventDefault());
    return () => {
      this.#end();
      stop.abort();
    };
  }

  #begin(x: number, y: number): void {
    const tasks = this.#press ? draggedTasks(this.#press.card, this.#latest()) : [];
    if (tasks.length === 0) return;
    this.#drag = { tasks, ghost: showGhost(tasks), over: undefined };
    this.#drag.ghost.moveTo(x, y);
  }

  #move(event: PointerEvent): void {
    if (!this.#press) return;
    const hasMoved = isMoved(this.#press, event);
    if (!this.#drag && hasMoved && this.#press.isTouch)
      this.#end(); // the finger scrolls
    else if (!this.#drag && hasMoved) this.#begin(event.clientX, event.clientY);
    this.#drag?.ghost.moveTo(event.clientX, event.clientY);
    mark(this.#drag, placeAt(event));
  }

  #release(event: PointerEvent): void {
    const [press, drag] = [this.#press, this.#drag];
    this.#end();
    if (!press || !drag) return;
    swallowClick();
    const { session } = this.#latest();
    if (press.isTouch && !isMoved(press, event)) session.selection.toggle(idIn(press.card) ?? 0);
    else drop(drag.tasks, placeAt(event), session);
  }

  #end(): void {
    clearTimeout(this.#press?.timer);
    this.#drag?.ghost.remove();
    mark(this.#drag, undefined);
    this.#press = undefined;
    this.#drag = undefined;
  }
}

function isMoved(press: Press, { clientX, clientY }: PointerEvent): boolean {
  return Math.hypot(clientX - press.x, clientY - press.y) > slackPx;
}

function pressOf(event: PointerEvent, onRest: () => void): Press | undefined {
  const target = event.target as Element;
  const card = cardOf(target);
  const isOther = target.closest("input, [data-act=toggle], [data-act=remove]") !== null;
  if (!card || isOther || event.button !== 0 || event.ctrlKey || event.shiftKey || event.metaKey) return undefined;
  const isTouch = event.pointerType !== "mouse";
  const timer = isTouch ? setTimeout(onRest, restMs) : undefined;
  return { card, pointerId: event.pointerId, isTouch, x: event.clientX, y: event.clientY, timer };
}

/** The card itself, and with it all that are selected when it is one of them. */
function draggedTasks(card: HTMLElement, { session, view }: ReturnType<Latest>): readonly Task[] {
  const id = idIn(card) ?? 0;
  const { ids } = session.selection.get();
  const task = view.taskOf(id);
  if (ids.has(id)) return selectedTasks(view, ids);
  return task ? [task] : [];
}

function placeAt({ clientX, clientY }: PointerEvent): HTMLElement | undefined {
  return document.elementFromPoint(clientX, clientY)?.closest<HTMLElement>(dropPlaces) ?? undefined;
}

function mark(drag: Drag | undefined, place: HTMLElement | undefined): void {
  if (!drag || drag.over === place) return;
  drag.over?.removeAttribute("data-dropping");
  place?.setAttribute("data-dropping", "");
  drag.over = place;
}

function drop(tasks: readonly Task[], place: HTMLElement | undefined, { actions }: Session): void {
  const { dropStatus, dropProject } = place?.dataset ?? {};
  if (dropStatus) actions.move(tasks, dropStatus as Status);
  else if (dropProject) actions.change(tasks, { project_id: Number(dropProject) });
}

/** The release of a drag is a click to the browser; it means nothing here. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  document.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", swallow, { capture: true }));
}
