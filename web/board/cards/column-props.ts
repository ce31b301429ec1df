// What a column is given of the view, and why it is empty when it is.
import type { BoardView } from "../hooks/use-board-view.ts";
import { filtersIn } from "../view/address.ts";
import type { Group } from "../view/build.ts";
import type { ColumnProps } from "./column.tsx";
import type { Emptiness } from "./no-cards.tsx";

export function columnProps(view: BoardView, group: Group): Omit<ColumnProps, "isFolded" | "onFold"> {
  if (group.key === "list") throw new Error("a list is no column");
  return { status: group.key, group, emptiness: emptinessOf(view, group), projectOf: view.projectOf, now: view.now };
}

export function emptinessOf({ ready, address }: BoardView, { total }: Group): Emptiness {
  if (total === undefined) return ready.isReady ? "reading" : "away";
  return filtersIn(address) > 0 ? "filtered" : "empty";
}
