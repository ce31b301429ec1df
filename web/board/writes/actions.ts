// What a person can do to tasks, one or many: each action is shown at once, told with an Undo, sent in order, and taken back and
// told again when the server says no. Nothing that was typed is lost on the way.
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { NewTask, Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import { currentMoment } from "../../kit/clock.ts";
import type { Toasts } from "../../kit/toasts.tsx";
import type { TaskStore } from "../data/task-store.ts";
import type { Refusal } from "./addressing.ts";
import { insist, inverseOf, type Operation, updateOf } from "./operations.ts";
import type { Held, Outbox } from "./outbox.ts";
import type { UndoStack } from "./undo.ts";
import { refusalToast, subjectOf, type Words, wordsOf } from "./words.ts";

export interface ActionParts {
  readonly store: TaskStore;
  readonly outbox: Outbox;
  readonly undo: UndoStack;
  readonly toasts: Toasts;
  readonly projectName: (id: number) => string;
  /** For those who do not see the board; messages are announced by themselves. */
  readonly announce: (text: string) => void;
}

export interface Waiting {
  readonly onSent: () => void;
  readonly onRefused: (refusal: Refusal, words: Words) => void;
}

export interface Actions {
  readonly add: (task: NewTask, onRefused?: () => void) => number;
  /** Changes what differs; nothing when all of them are so already. Somebody who waits for the outcome tells it. */
  readonly change: (tasks: readonly Task[], change: TaskChange, waiting?: Waiting) => void;
  readonly move: (tasks: readonly Task[], to: Status) => void;
  /** Complete, or pending again when all of them are complete. */
  readonly toggle: (tasks: readonly Task[]) => void;
  /** Held back for six seconds; a page that closes meanwhile has deleted nothing. */
  readonly remove: (tasks: readonly Task[]) => void;
  readonly undoNewest: () => void;
}

const undoMs = 6_000;
const shortMs = 3_000;
const mostAtOnce = 1_000;

export function actionsFor(parts: ActionParts): Actions {
  const nextId = temporaryIds();
  const change: Actions["change"] = (tasks, wanted, waiting) => {
    const differing = tasks.filter((task) => Object.entries(wanted).some(([name, value]) => task[name as keyof Task] !== value));
    if (differing.length === 0) return waiting?.onSent();
    const words = wordsOf(differing, wanted, { projectOf: parts.projectName, now: currentMoment() });
    write(parts, { operations: differing.map((task) => updateOf(task, wanted)), words, nextId, waiting });
  };
  const move: Actions["move"] = (tasks, to) => change(tasks, { status: to });
  return {
    add: (task, onRefused) => add(parts, task, nextId, onRefused),
    change,
    move,
    toggle: (tasks) => move(tasks, tasks.every(({ status }) => status === "complete") ? "pending" : "complete"),
    remove: (tasks) => remove(parts, tasks, nextId),
    undoNewest: () => {
      if (!parts.undo.undoNewest()) parts.toasts.show({ kind: "done", text: "There is nothing to undo", waitMs: shortMs });
    },
  };
}

function add(parts: ActionParts, task: NewTask, nextId: () => number, onRefused: (() => void) | undefined): number {
  const temporaryId = nextId();
  const subject = subjectOf([task]);
  const words: Words = { done: `Added ${subject}`, failed: `${subject} was not added`, unknown: `${subject} may not have been added` };
  const operations: readonly Operation[] = [{ op: "create", temporaryId, task }];
  const send = () => {
    const held = parts.outbox.push({
      operations,
      onRefused: (refusal) => {
        parts.undo.forget(done);
        onRefused?.();
        parts.toasts.show(refusalToast(refusal, words, { label: "Try again", act: send }));
      },
    });
    const done = { what: words.done, undo: () => takeBack(parts, { held, operations, words, nextId }), withdraw: () => undefined };
    parts.undo.push(done);
  };
  send();
  parts.announce(words.done);
  return temporaryId;
}

interface Wanted {
  readonly operations: readonly Operation[];
  readonly words: Words;
  readonly nextId: () => number;
  readonly waiting?: Waiting | undefined;
}

/** One write, with its message and its place among what can be undone. */
function write(parts: ActionParts, wanted: Wanted): void {
  const { operations, words, nextId, waiting } = wanted;
  let withdraw: () => void = () => undefined;
  const tell = () => {
    withdraw = parts.toasts.show({ kind: "done", text: words.done, waitMs: undoMs, action: { label: "Undo", act } });
  };
  const held = parts.outbox.push({
    operations,
    onSent: () => {
      if (waiting) tell();
      waiting?.onSent();
    },
    onRefused: (refusal) => {
      parts.undo.forget(done);
      withdraw();
      if (waiting) waiting.onRefused(refusal, words);
      else tellRefusal(parts, wanted, refusal);
    },
  });
  const done = { what: words.done, undo: () => takeBack(parts, { held, operations, words, nextId }), withdraw: () => withdraw() };
  const act = parts.undo.push(done);
  if (!waiting) tell();
}

function tellRefusal(parts: ActionParts, wanted: Wanted, refusal: Refusal): void {
  const again = () => {
    const operations = wanted.operations.map((operation) => {
      const known = operation.op === "create" ? undefined : parts.store.known(operation.id);
      return known ? insist(operation, known) : operation;
    });
    write(parts, { ...wanted, operations });
  };
  const label = "conflicts" in refusal ? "Do it anyway" : "Try again";
  parts.toasts.show(refusalToast(refusal, wanted.words, { label, act: again }));
}

function remove(parts: ActionParts, tasks: readonly Task[], nextId: () => number): void {
  if (tasks.length === 0) return;
  const subject = subjectOf(tasks);
  const [be] = tasks.length === 1 ? ["was"] : ["were"];
  const words: Words = { done: `Deleted ${subject}`, failed: `${subject} ${be} not deleted`, unknown: `${subject} may not have been deleted` };
  const operations = tasks.map((task): Operation => ({ op: "delete", id: task.id, before: task }));
  const held = parts.outbox.hold({
    operations,
    onRefused: (refusal) => {
      parts.undo.forget(done);
      tellRefusal(parts, { operations, words, nextId }, refusal);
    },
  });
  const done = { what: words.done, undo: () => takeBack(parts, { held, operations, words, nextId }), withdraw: () => withdraw() };
  const act = parts.undo.push(done);
  const text = `Deleting ${subject}`;
  const withdraw = parts.toasts.show({ kind: "done", text, waitMs: undoMs, action: { label: "Undo", act }, onEnd: held.send });
}

/** What was not sent yet never is; what was sent is written back. */
function takeBack(parts: ActionParts, { held, operations, words, nextId }: Wanted & { readonly held: Held }): void {
  parts.toasts.show({ kind: "done", text: `Undone: ${lowerFirst(words.done)}`, waitMs: shortMs });
  if (held.cancel()) return;
  const back = inverseOf(operations, parts.store, nextId);
  const failed = `“${words.done}” was not undone`;
  for (let start = 0; start < back.length; start += mostAtOnce) {
    const portion = back.length <= mostAtOnce || back[0]?.op !== "create" ? back : back.slice(start, start + mostAtOnce);
    const refusedWords: Words = { done: `Undone: ${words.done}`, failed, unknown: `“${words.done}” may not have been undone` };
    parts.outbox.push({
      operations: portion,
      onRefused: (refusal) => tellRefusal(parts, { operations: portion, words: refusedWords, nextId }, refusal),
    });
    if (portion === back) return;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function temporaryIds(): () => number {
  let last = 0;
  return () => {
    last -= 1;
    return last;
  };
}
