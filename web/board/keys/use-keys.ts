// Listens to the keys of the table, for as long as nobody types and no dialog is open.
import { useEffect, useRef } from "react";
import type { BoardView } from "../hooks/use-board-view.ts";
import { useSession } from "../session.ts";
import { deedsFor } from "./deeds.ts";
import { rowFor } from "./table.ts";

export function useKeys(view: BoardView): void {
  const session = useSession();
  const latest = useRef({ session, view });
  latest.current = { session, view };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const found = rowFor(event);
      if (!found || event.defaultPrevented || event.isComposing || isBusy(event)) return;
      event.preventDefault();
      found.row.act(deedsFor(latest.current), found.key);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Typing, answering a dialog, choosing a tab, pressing a button that is no task's. */
function isBusy({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open]") !== null || !(target instanceof Element)) return true;
  if (target.closest("input, textarea, select") !== null) return true;
  const isOnControl = target.closest("button, a, [role=tab]") !== null;
  const isOnTask = target.closest('[data-act="open"]') !== null;
  return key === "Enter" && isOnControl && !isOnTask;
}
