// Leaving the edit panel: with changes that were not saved it puts them into a message with "Undo", which opens the panel again
// with every word that was typed. The focus goes back to the task, wherever it stands by now.
import { useCallback } from "react";
import { flushSync } from "react-dom";
import { useSession } from "../session.ts";
import type { Draft } from "./draft.ts";

const undoMs = 10_000;

export function useClosing(): (unsaved?: Draft) => void {
  const { opened, toasts, cursor } = useSession();
  return useCallback(
    (unsaved) => {
      const last = opened.get();
      if (!last) return;
      flushSync(() => opened.set(null)); // a card cannot take the focus before the dialog has let it go
      cursor.focus(last.task.id);
      if (!unsaved) return;
      const undo = { label: "Undo", act: () => opened.set({ task: last.task, draft: unsaved }) };
      toasts.show({ kind: "done", text: `Changes to #${last.task.id} are discarded`, waitMs: undoMs, action: undo });
    },
    [opened, toasts, cursor],
  );
}
