// Which task is open in the edit panel. Leaving it with changes that were not saved puts them into a message with "Undo",
// which opens the panel again with every word that was typed.
import { useCallback, useState } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { useToasts } from "../../kit/toasts.tsx";
import type { Draft } from "../draft.ts";

export interface OpenedTask {
  readonly task: Task;
  /** What was typed before, when the panel is opened again. */
  readonly draft?: Draft;
}

export interface Editing {
  readonly opened: OpenedTask | undefined;
  readonly open: (opened: OpenedTask) => void;
  /** With a draft when it holds changes that are not saved. */
  readonly close: (unsaved?: Draft) => void;
}

const undoMs = 10_000;

export function useEditing(): Editing {
  const [opened, setOpened] = useState<OpenedTask>();
  const { show } = useToasts();
  const close = useCallback(
    (unsaved?: Draft) => {
      setOpened(undefined);
      if (!opened || !unsaved) return;
      const undo = { label: "Undo", act: () => setOpened({ task: opened.task, draft: unsaved }) };
      show({ kind: "done", text: `Changes to #${opened.task.id} are discarded`, waitMs: undoMs, action: undo });
    },
    [opened, show],
  );
  return { opened, open: setOpened, close };
}
