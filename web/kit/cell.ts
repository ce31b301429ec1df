// One value that is watched: read at any time, set by its owner, drawn again by who shows it. For what lives as long as the
// page and outside of the tree of components.
import { useSyncExternalStore } from "react";

export interface Cell<Value> {
  readonly get: () => Value;
  readonly set: (value: Value) => void;
  readonly subscribe: (onChange: () => void) => () => void;
}

export function cell<Value>(initial: Value): Cell<Value> {
  const listeners = new Set<() => void>();
  let current = initial;
  return {
    get: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      current = value;
      for (const onChange of listeners) onChange();
    },
    subscribe: (onChange) => {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
  };
}

export function useCell<Value>({ subscribe, get }: Pick<Cell<Value>, "subscribe" | "get">): Value {
  return useSyncExternalStore(subscribe, get);
}
