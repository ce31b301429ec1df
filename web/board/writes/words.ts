// How writes are told: what was done, what was not done and why, in the words of the board.
import type { Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import type { ToastText } from "../../kit/toasts.tsx";
import { dueText } from "../due.ts";
import { fieldTitles } from "../field-titles.ts";
import { statusTitles } from "../statuses.ts";
import type { Refusal } from "./addressing.ts";
import type { Conflict } from "./operations.ts";

export interface Words {
  readonly done: string;
  /** Begins "…was not". */
  readonly failed: string;
  /** The same when it may have happened. */
  readonly unknown: string;
}

export const priorityTitles = ["none", "low", "medium", "high"] as const;

/** `“Order desks”`, or `12 tasks`. */
export function subjectOf(tasks: readonly Pick<Task, "title">[]): string {
  const [only, ...others] = tasks;
  return only && others.length === 0 ? `“${shorten(only.title)}”` : `${tasks.length.toLocaleString("en-GB")} tasks`;
}

/** A title as it fits into a message. */
export function shorten(title: string): string {
  const letters = [...title];
  return letters.length > 40 ? `${letters.slice(0, 39).join("")}…` : title;
}

export function wordsOf(
  tasks: readonly Task[],
  change: TaskChange,
  names: { readonly projectOf: (id: number) => string; readonly now: Date },
): Words {
  const subject = subjectOf(tasks);
  const [be, have] = tasks.length === 1 ? ["was", "has"] : ["were", "have"];
  const verb = change.status === undefined ? "changed" : "moved";
  return { done: doneWords(subject, have, change, names), failed: `${subject} ${be} not ${verb}`, unknown: `${subject} may not have been ${verb}` };
}

function doneWords(
  subject: string,
  have: string,
  change: TaskChange,
  names: { readonly projectOf: (id: number) => string; readonly now: Date },
): string {
  const fields = Object.keys(change);
  if (fields.length !== 1) return `Saved ${subject}`;
  if (change.status === "complete") return `Completed ${subject}`;
  if (change.status) return `${subject} ${have === "has" ? "is" : "are"} ${statusTitles[change.status].toLowerCase()}`;
  if (change.priority !== undefined) return `${subject} ${have} priority ${priorityTitles[change.priority] ?? change.priority}`;
  if (change.due_date !== undefined)
    return change.due_date === null ? `${subject} ${have} no due date` : `${subject} due ${dueText(change.due_date, names.now).text}`;
  if (change.project_id !== undefined)
    return change.project_id === null ? `${subject} ${have} no project` : `${subject} moved to ${shorten(names.projectOf(change.project_id))}`;
  if (change.assigned_to !== undefined)
    return change.assigned_to === null
      ? `${subject} ${have === "has" ? "is" : "are"} nobody’s`
      : `${subject} assigned to ${shorten(change.assigned_to)}`;
  return change.title === undefined ? `Saved ${subject}` : `Renamed to “${shorten(change.title)}”`;
}

/** `action` is what can be done about it; for a conflict that is doing it all the same. */
export function refusalToast(refusal: Refusal, words: Words, action: ToastText["action"]): ToastText {
  const withAction = action ? { action } : {};
  if ("isGone" in refusal) return { kind: "problem", text: `${words.failed}: somebody else deleted it meanwhile.` };
  if ("conflicts" in refusal) return { kind: "problem", text: `${words.failed}: ${conflictWords(refusal.conflicts)}.`, ...withAction };
  const { problem } = refusal;
  const text = `${problem.isOutcomeUnknown ? words.unknown : words.failed}: ${problem.message}.`;
  return { kind: "problem", text, detail: `request ${problem.requestId}`, ...withAction };
}

function conflictWords(conflicts: readonly Conflict[]): string {
  const fields = new Set(conflicts.flatMap((conflict) => conflict.fields));
  const names = [...fields].map((name) => (name in fieldTitles ? fieldTitles[name as keyof typeof fieldTitles].toLowerCase() : name));
  const where = conflicts.length === 1 ? "" : ` of ${conflicts.length} of them`;
  return `somebody else changed the ${names.join(" and ") || "task"}${where} meanwhile`;
}
