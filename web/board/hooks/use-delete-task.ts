// Deleting: the card goes at once, the request is held back for six seconds, and Undo simply never sends it. A page that
// closes meanwhile has deleted nothing: the task is still there. Re-creating instead would lose its id and its history.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { ApiProblem } from "../../kit/api.ts";
import { useToasts } from "../../kit/toasts.tsx";
import { problemToast, shorten } from "../problem-toast.ts";
import { keys } from "../query-client.ts";
import { deleteTask } from "../task-api.ts";
import { dropTask, endWrite } from "../task-cache.ts";

export interface HeldDeletes {
  /** Tasks that are shown no more but not deleted yet. */
  readonly heldIds: ReadonlySet<number>;
  readonly hold: (task: Task) => void;
}

const holdMs = 6_000;

export function useDeleteTask(): HeldDeletes {
  const [heldIds, setHeldIds] = useState<ReadonlySet<number>>(new Set());
  const { show } = useToasts();
  const release = useCallback((id: number) => setHeldIds((held) => new Set([...held].filter((other) => other !== id))), []);
  const { mutate } = useSendDelete(release);
  const hold = useCallback(
    (task: Task) => {
      setHeldIds((held) => new Set(held).add(task.id));
      const undo = { label: "Undo", act: () => release(task.id) };
      show({ kind: "done", text: `Deleting “${shorten(task.title)}”`, waitMs: holdMs, action: undo, onEnd: () => mutate(task) });
    },
    [mutate, release, show],
  );
  return { heldIds, hold };
}

function useSendDelete(release: (id: number) => void) {
  const client = useQueryClient();
  const { show } = useToasts();
  return useMutation({
    mutationFn: (task: Task) => deleteTask(task.id),
    scope: { id: "task-writes" },
    onSuccess: ({ requestId }, task) => {
      dropTask(client, task.id);
      client.setQueryData(keys.lastWrite, requestId);
    },
    onError: (problem: ApiProblem, task) => {
      const title = shorten(task.title);
      show(problemToast(problem, { failed: `“${title}” was not deleted and is back`, unknown: `“${title}” may not have been deleted` }));
    },
    onSettled: (_answer, problem, task) => {
      release(task.id);
      endWrite(client, { mustRead: problem !== null });
    },
  });
}
