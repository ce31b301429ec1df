// What follows the pointer while cards are dragged: the title of one, or how many there are.
import type { Task } from "../../../src/app/api/contract/tasks.ts";

export interface Ghost {
  readonly moveTo: (x: number, y: number) => void;
  readonly remove: () => void;
}

const besidePx = 12;

export function showGhost(tasks: readonly Task[]): Ghost {
  const ghost = document.createElement("div");
  ghost.className = "drag-ghost";
  ghost.setAttribute("aria-hidden", "true");
  ghost.textContent = tasks.length === 1 ? (tasks[0]?.title ?? "") : `${tasks.length.toLocaleString("en-GB")} tasks`;
  document.body.append(ghost);
  document.body.dataset["dragging"] = "";
  return {
    moveTo: (x, y) => {
      ghost.style.transform = `translate(${x + besidePx}px, ${y + besidePx}px)`;
    },
    remove: () => {
      ghost.remove();
      delete document.body.dataset["dragging"];
    },
  };
}
