// Saving from the edit panel: the changed fields only, for the version the panel showed. When another version is there (412)
// the newer task is read, the difference is told, and saving again is meant for that one.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import type { Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import { ApiProblem } from "../../kit/api.ts";
import type { Faults } from "../draft.ts";
import { fieldTitles } from "../edit-fields.tsx";
import { keys } from "../query-client.ts";
import { changeTask, readTask } from "../task-api.ts";
import { endWrite, putTask } from "../task-cache.ts";

export interface Saving {
  readonly save: (change: TaskChange) => void;
  readonly isPending: boolean;
  /** What the server refused, at its field. */
  readonly faults: Faults;
  /** What is to be told above the fields. */
  readonly words: string | undefined;
}

// Told in the panel as it stands: the version was another one.
class Overtaken extends Error {}

export function useSaveTask(task: Task, onSaved: () => void): Saving {
  const client = useQueryClient();
  const version = useRef(task.version);
  const mutation = useMutation({
    mutationFn: async (change: TaskChange) => {
      try {
        return await changeTask({ id: task.id, change, version: version.current });
      } catch (cause) {
        if (!(cause instanceof ApiProblem) || cause.status !== 412) throw cause;
        const current = await readTask(task.id);
        version.current = current.version;
        throw new Overtaken(overtakenWords(task, current));
      }
    },
    onSuccess: async ({ body, requestId }) => {
      putTask(client, body.task);
      client.setQueryData(keys.lastWrite, requestId);
      await new Promise((resolve) => setTimeout(resolve)); // the list hears of it in a task of its own: first the card, then its focus
      onSaved();
    },
    onSettled: (_answer, problem) => endWrite(client, { mustRead: problem !== null }),
  });
  const { fault, words } = told(mutation.error);
  return { save: mutation.mutate, isPending: mutation.isPending, faults: fault, words };
}

function overtakenWords(before: Task, current: Task): string {
  const names = Object.keys(fieldTitles) as (keyof typeof fieldTitles)[];
  const changed = names.filter((name) => before[name] !== current[name]).map((name) => fieldTitles[name].toLowerCase());
  const what = changed.length > 0 ? ` (${changed.join(", ")})` : "";
  return `Somebody else changed this task meanwhile${what}. What you typed is kept; Save again writes your fields over theirs.`;
}

function told(problem: Error | null): { readonly fault: Faults; readonly words: string | undefined } {
  if (!problem) return { fault: {}, words: undefined };
  if (!(problem instanceof ApiProblem)) return { fault: {}, words: problem.message };
  if (problem.field && problem.field in fieldTitles) return { fault: { [problem.field]: `${problem.message}.` }, words: undefined };
  const outcome = problem.isOutcomeUnknown ? "This may not have been saved" : "This was not saved";
  return { fault: {}, words: `${outcome}: ${problem.message}. What you typed is kept. Request ${problem.requestId}.` };
}
