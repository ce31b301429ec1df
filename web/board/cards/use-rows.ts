// The rows of one group, whether cards or lines of a table: which are in the page, which one Tab reaches, and the focus that
// goes where the cursor was sent, also to a row that was out of sight.
import { type RefObject, useLayoutEffect, useMemo } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { useCell } from "../../kit/cell.ts";
import { useSession } from "../session.ts";
import type { Group } from "../view/build.ts";
import type { CardState } from "./card.tsx";
import { scrollToRow, useWindow } from "./use-window.ts";

export interface Row {
  readonly task: Task;
  readonly row: number;
}

export interface Rows {
  /** In their order. The one with the focus is among them wherever it stands. */
  readonly inPage: readonly Row[];
  readonly stateOf: (task: Task) => CardState;
}

export interface RowOptions {
  readonly group: Group;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly rowPx: number;
  readonly topPx?: number;
}

const nearEndRows = 20;

export function useRows({ group, scroller, rowPx, topPx = 0 }: RowOptions): Rows {
  const { tasks } = group;
  const session = useSession();
  const cursor = useCell(session.cursor);
  const inSight = useWindow({ scroller, rows: tasks.length, rowPx, topPx });
  const focusedRow = useMemo(() => (cursor ? tasks.findIndex(({ id }) => id === cursor.id) : -1), [tasks, cursor]);
  const wish = focusedRow >= 0 ? cursor?.wish : undefined;
  useFocusWish({ scroller, id: cursor?.id, wish, row: focusedRow, rowPx, topPx });
  useLayoutEffect(() => {
    if (!group.isWhole && inSight.end > tasks.length - nearEndRows) session.pages.more(group.key);
  }, [session, group, inSight, tasks.length]);
  const inPage = useMemo(() => rowsIn(tasks, inSight.first, inSight.end, focusedRow), [tasks, inSight, focusedRow]);
  return { inPage, stateOf: useCardStates(tasks[Math.max(0, focusedRow)]?.id) };
}

function rowsIn(tasks: readonly Task[], first: number, end: number, focusedRow: number): readonly Row[] {
  const rows = tasks.slice(first, end).map((task, index) => ({ task, row: first + index }));
  const focused = tasks[focusedRow];
  if (!focused || (focusedRow >= first && focusedRow < end)) return rows;
  const row = { task: focused, row: focusedRow };
  return focusedRow < first ? [row, ...rows] : [...rows, row];
}

function useFocusWish(parts: {
  scroller: RowOptions["scroller"];
  id: number | undefined;
  wish: number | undefined;
  row: number;
  rowPx: number;
  topPx: number;
}) {
  const { scroller, id, wish, row, rowPx, topPx } = parts;
  const { cursor } = useSession();
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || wish === undefined || !cursor.take(wish)) return;
    scrollToRow(element, { row, rowPx, topPx });
    element.querySelector<HTMLElement>(`[data-task-id="${id}"] [data-act="open"]`)?.focus({ preventScroll: true });
  }, [scroller, cursor, id, wish, row, rowPx, topPx]);
}

function useCardStates(reachableId: number | undefined): Rows["stateOf"] {
  const { selection, renaming, outbox } = useSession();
  const { ids: selectedIds } = useCell(selection);
  const renamingId = useCell(renaming);
  const { ids: sentIds, isHeldUp } = useCell(outbox.state);
  return (task) => ({
    isSelected: selectedIds.has(task.id),
    isRenaming: task.id === renamingId,
    isReachable: task.id === reachableId,
    mark: sentIds.has(task.id) && isHeldUp ? "waiting" : task.id < 0 ? "saving" : undefined,
  });
}
