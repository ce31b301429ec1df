// Moving a task to another status, by the round control or by a key: shown at once, with Undo, taken back when it fails.
// It is meant for the version that is shown; when somebody else was faster that is told, and the list is read again.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { ApiProblem } from "../../kit/api.ts";
import { useToasts } from "../../kit/toasts.tsx";
import { problemToast, shorten } from "../problem-toast.ts";
import { keys } from "../query-client.ts";
import { statusTitles } from "../statuses.ts";
import { changeTask } from "../task-api.ts";
import { beginWrite, cachedTask, endWrite, putTask } from "../task-cache.ts";

interface Move {
  readonly task: Task;
  readonly to: Status;
  /** Takes the message away that says it is done. */
  readonly withdraw: () => void;
}

const undoMs = 6_000;

export function useMoveTask(): (task: Task, to: Status) => void {
  const { show } = useToasts();
  const { mutate } = useMove();
  return useCallback(
    (task, to) => {
      const text = to === "complete" ? `Completed “${shorten(task.title)}”` : `“${shorten(task.title)}” is ${statusTitles[to].toLowerCase()}`;
      const back = { task: { ...task, status: to }, to: task.status, withdraw: () => undefined };
      const withdraw = show({ kind: "done", text, waitMs: undoMs, action: { label: "Undo", act: () => mutate(back) } });
      mutate({ task, to, withdraw });
    },
    [mutate, show],
  );
}

function useMove() {
  const client = useQueryClient();
  const { show } = useToasts();
  return useMutation({
    mutationFn: ({ task, to }: Move) => {
      const { version } = cachedTask(client, task.id) ?? task; // the answer to the move before this one is in it
      return changeTask({ id: task.id, change: { status: to }, version });
    },
    scope: { id: "task-writes" },
    onMutate: async ({ task, to }) => {
      const wasReading = await beginWrite(client);
      putTask(client, { ...(cachedTask(client, task.id) ?? task), status: to });
      return { wasReading };
    },
    onSuccess: ({ body, requestId }) => {
      putTask(client, body.task);
      client.setQueryData(keys.lastWrite, requestId);
    },
    onError: (problem: ApiProblem, { task, to, withdraw }) => {
      withdraw();
      const now = cachedTask(client, task.id);
      if (now?.status === to) putTask(client, { ...now, status: task.status });
      const title = shorten(task.title);
      show(problemToast(problem, { failed: `“${title}” was not moved`, unknown: `“${title}” may not have been moved` }));
    },
    onSettled: (_answer, problem, _move, begun) => endWrite(client, { mustRead: problem !== null || begun?.wasReading === true }),
  });
}
