// Adding a task: it is on the board at once, under a negative id until the server has given it one. When that fails the
// title goes into a message with "Try again", so that nothing typed is lost; it goes under the first try's key, so that nothing is
// added twice.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import type { NewTask, Task } from "../../../src/app/api/contract/tasks.ts";
import { type ApiProblem, newId } from "../../kit/api.ts";
import { useToasts } from "../../kit/toasts.tsx";
import { problemToast, shorten } from "../problem-toast.ts";
import { keys } from "../query-client.ts";
import { addTask } from "../task-api.ts";
import { beginWrite, dropTask, endWrite, putTask } from "../task-cache.ts";

interface Addition {
  readonly task: NewTask;
  readonly key: string;
}

export function useAddTask(): (task: NewTask) => void {
  const client = useQueryClient();
  const { show } = useToasts();
  const lastTemporaryId = useRef(0);
  const mutation = useMutation({
    mutationFn: addTask,
    scope: { id: "task-writes" },
    onMutate: async ({ task }: Addition) => {
      const wasReading = await beginWrite(client);
      lastTemporaryId.current -= 1;
      const temporary = temporaryTask(task, lastTemporaryId.current);
      putTask(client, temporary);
      return { temporary, wasReading };
    },
    onSuccess: ({ body, requestId }, _task, { temporary }) => {
      putTask(client, body.task, temporary.id);
      client.setQueryData(keys.lastWrite, requestId);
    },
    onError: (problem: ApiProblem, addition, begun) => {
      if (begun) dropTask(client, begun.temporary.id);
      const retry = { label: "Try again", act: () => mutation.mutate(addition) };
      const title = shorten(addition.task.title);
      show(problemToast(problem, { failed: `“${title}” was not added`, unknown: `“${title}” may not have been added`, action: retry }));
    },
    onSettled: (_answer, problem, _task, begun) => endWrite(client, { mustRead: problem !== null || begun?.wasReading === true }),
  });
  const { mutate } = mutation;
  return useCallback((task) => mutate({ task, key: newId() }), [mutate]);
}

function temporaryTask(task: NewTask, id: number): Task {
  const nothing = { description: null, due_date: null, project_id: null, assigned_to: null, completed_at: null };
  return { ...nothing, status: "pending", priority: 0, is_active: true, created_at: "", updated_at: "", version: 1, ...task, id };
}
