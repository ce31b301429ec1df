// Every key of the board: one table, from which the keys act and the help sheet is drawn.
import type { PickedField } from "../select/pick-field.tsx";
import type { Direction } from "../cursor.ts";
import { toggleStats } from "../hooks/use-address.ts";
import type { KeyDeeds } from "./deeds.ts";

export interface KeyRow {
  /** Names as events have them; `ctrl+` is also the Mac's Command, `shift+` stands only before keys that write nothing. */
  readonly keys: readonly string[];
  /** How they are drawn, where that is not how they are named. */
  readonly drawn?: readonly string[];
  readonly does: string;
  readonly act: (deeds: KeyDeeds, key: string) => void;
}

export interface KeyGroup {
  readonly title: string;
  readonly rows: readonly KeyRow[];
}

const step = (direction: Direction) => (deeds: KeyDeeds) => deeds.step(direction);
const pick = (field: PickedField) => (deeds: KeyDeeds) => deeds.pick(field);

export const keyGroups: readonly KeyGroup[] = [
  {
    title: "Keys, anywhere",
    rows: [
      { keys: ["n"], does: "Add a task", act: (deeds) => deeds.add() },
      { keys: ["/"], does: "Search", act: (deeds) => deeds.search() },
      { keys: ["f"], does: "Filter and sort", act: (deeds) => deeds.filter() },
      { keys: ["v"], does: "Columns or list", act: (deeds) => deeds.changeLayout() },
      { keys: ["g"], does: "Statistics, and back", act: () => toggleStats() },
      { keys: ["[", "]"], does: "View before, next view", act: (deeds, key) => deeds.goBeside(key === "[" ? -1 : 1) },
      { keys: ["u", "ctrl+z"], drawn: ["u", "Ctrl Z"], does: "Undo what was done last", act: (deeds) => deeds.undo() },
      { keys: ["t"], does: "The last write's way through the tiers", act: (deeds) => deeds.trace() },
      { keys: ["?"], does: "This sheet", act: (deeds) => deeds.help() },
      { keys: ["Escape"], drawn: ["Esc"], does: "Select nothing; close; leave the box", act: (deeds) => deeds.escape() },
    ],
  },
  {
    title: "Between tasks",
    rows: [
      { keys: ["j", "ArrowDown"], drawn: ["j", "↓"], does: "Next", act: step("next") },
      { keys: ["k", "ArrowUp"], drawn: ["k", "↑"], does: "Before", act: step("previous") },
      { keys: ["h", "ArrowLeft"], drawn: ["h", "←"], does: "Column to the left", act: (deeds) => deeds.goToColumn("left") },
      { keys: ["l", "ArrowRight"], drawn: ["l", "→"], does: "Column to the right", act: (deeds) => deeds.goToColumn("right") },
      { keys: ["Home", "End"], does: "First, last", act: (deeds, key) => deeds.step(key === "Home" ? "first" : "last") },
      {
        keys: ["PageUp", "PageDown"],
        drawn: ["Page ↑", "Page ↓"],
        does: "Ten up, ten down",
        act: (deeds, key) => deeds.step(key === "PageUp" ? "pageUp" : "pageDown"),
      },
    ],
  },
  {
    title: "On a task, or on all that are selected",
    rows: [
      { keys: ["Enter"], does: "Open it", act: (deeds) => deeds.open() },
      { keys: ["e", "F2"], does: "Rename it in its place", act: (deeds) => deeds.rename() },
      { keys: ["c"], does: "Complete, or take that back", act: (deeds) => deeds.toggle() },
      { keys: ["1", "2", "3", "4"], does: "Pending, active, complete, archived", act: (deeds, key) => deeds.move(Number(key) - 1) },
      {
        keys: ["shift+ArrowLeft", "shift+ArrowRight"],
        drawn: ["⇧ ←", "⇧ →"],
        does: "Carry to the column beside",
        act: (deeds, key) => deeds.carry(key.endsWith("Left") ? -1 : 1),
      },
      { keys: ["p"], does: "Priority", act: pick("priority") },
      { keys: ["s"], does: "Due date", act: pick("due") },
      { keys: ["m"], does: "Move to a project", act: pick("project") },
      { keys: ["a"], does: "Assign", act: pick("person") },
      { keys: ["d", "Delete"], drawn: ["d", "Del"], does: "Delete", act: (deeds) => deeds.remove() },
    ],
  },
  {
    title: "Several at once",
    rows: [
      { keys: ["x"], does: "Select, or not; also Ctrl and a click", act: (deeds) => deeds.select() },
      {
        keys: ["shift+ArrowUp", "shift+ArrowDown"],
        drawn: ["⇧ ↑", "⇧ ↓"],
        does: "Select on; also ⇧ and a click",
        act: (deeds, key) => deeds.selectOn(key.endsWith("Up") ? "previous" : "next"),
      },
      { keys: ["ctrl+a"], drawn: ["Ctrl A"], does: "Select all of this view", act: (deeds) => deeds.selectAll() },
    ],
  },
];

const rows = new Map(keyGroups.flatMap((group) => group.rows).flatMap((row) => row.keys.map((key) => [key, row] as const)));

/** The row that a press means, and the name of the key in it. */
export function rowFor(event: KeyboardEvent): { readonly row: KeyRow; readonly key: string } | undefined {
  if (event.altKey) return undefined;
  const isCommand = event.ctrlKey || event.metaKey;
  const isShift = event.shiftKey && event.key.length > 1;
  const key = `${isCommand ? "ctrl+" : ""}${isShift ? "shift+" : ""}${isCommand ? event.key.toLowerCase() : event.key}`;
  const row = rows.get(key);
  return row && { row, key };
}
