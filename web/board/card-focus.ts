// Moving the focus between cards. The document is the one place that knows which card stands beside which, so it is asked.
const steps: Readonly<Record<string, "next" | "previous" | "right" | "left">> = {
  j: "next",
  ArrowDown: "next",
  k: "previous",
  ArrowUp: "previous",
  l: "right",
  ArrowRight: "right",
  h: "left",
  ArrowLeft: "left",
};

/** The card that holds `element`, if any. */
export function cardOf(element: Element | null): HTMLElement | null {
  return element?.closest<HTMLElement>("[data-task-id]") ?? null;
}

/** Moves the focus for a key that means a direction; returns whether there was somewhere to go. */
export function moveFocus(from: Element | null, key: string): boolean {
  const step = steps[key];
  if (!step) return false;
  const card = cardOf(from);
  if (!card) return isAtRest(from) && focusOn(document.querySelector("[data-task-id]"));
  if (step === "next") return focusOn(card.nextElementSibling);
  if (step === "previous") return focusOn(card.previousElementSibling);
  return focusOn(cardInColumnBeside(card, step === "right" ? 1 : -1));
}

/** Before a card leaves its column: gives the focus it holds to its neighbour. */
export function leaveCard(id: number): void {
  const card = document.querySelector(`[data-task-id="${id}"]`);
  if (!card?.contains(document.activeElement)) return;
  const hasNeighbour = focusOn(card.nextElementSibling ?? card.previousElementSibling);
  if (!hasNeighbour) rest();
}

/** Gives the focus to a task's card, or to the tasks as a whole when it has none. */
export function focusCard(id: number): void {
  if (!focusOn(document.querySelector(`[data-task-id="${id}"]`))) rest();
}

// Not the box for a new task: on a phone that would open the keyboard.
function rest(): void {
  document.getElementById("tasks")?.focus();
}

function isAtRest(element: Element | null): boolean {
  return element === null || element === document.body || element.id === "tasks" || element.closest(".column") !== null;
}

function focusOn(card: Element | null | undefined): boolean {
  const button = card?.querySelector<HTMLElement>(".card-open");
  button?.focus();
  card?.scrollIntoView({ block: "nearest" });
  return button !== null && button !== undefined;
}

function cardInColumnBeside(card: Element, by: 1 | -1): Element | undefined {
  const columns = [...document.querySelectorAll(".column")];
  const rest = columns.slice((by > 0 ? columns : columns.reverse()).indexOf(card.closest(".column") as Element) + 1);
  const found = rest.map((column) => column.querySelector('.card-open[tabindex="0"]')).find(Boolean);
  return cardOf(found ?? null) ?? undefined;
}
