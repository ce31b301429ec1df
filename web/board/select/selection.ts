// Which tasks are selected, and from where a range goes on. The sets are replaced, never changed.
import { type Cell, cell } from "../../kit/cell.ts";

export interface SelectionState {
  readonly ids: ReadonlySet<number>;
  /** The task that a range starts from. */
  readonly anchor: number | undefined;
  /** What was selected before the range. */
  readonly base: ReadonlySet<number>;
}

export interface Selection extends Cell<SelectionState> {
  readonly toggle: (id: number) => void;
  /** Everything between the anchor and `id` in the order of `ids`; without an anchor the range starts at `from`. */
  readonly extend: (id: number, ids: readonly number[], from?: number) => void;
  readonly replace: (ids: Iterable<number>) => void;
  readonly clear: () => void;
}

const none: SelectionState = { ids: new Set(), anchor: undefined, base: new Set() };

export function newSelection(): Selection {
  const state = cell(none);
  return {
    ...state,
    toggle: (id) => {
      const ids = new Set(state.get().ids);
      if (!ids.delete(id)) ids.add(id);
      state.set(ids.size === 0 ? none : { ids, anchor: id, base: ids });
    },
    extend: (id, order, from = id) => {
      const { ids, anchor, base } = state.get();
      const isKnown = anchor !== undefined && order.includes(anchor);
      const start = isKnown ? anchor : from;
      const kept = isKnown ? base : ids;
      const [one, other] = [order.indexOf(start), order.indexOf(id)];
      state.set({ ids: new Set([...kept, ...order.slice(Math.min(one, other), Math.max(one, other) + 1)]), anchor: start, base: kept });
    },
    replace: (wanted) => {
      const ids = new Set(wanted);
      state.set(ids.size === 0 ? none : { ids, anchor: undefined, base: ids });
    },
    clear: () => state.set(none),
  };
}
