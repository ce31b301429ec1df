// Saving from the edit panel: the changed fields only. When somebody else changed one of them since the panel was opened that is
// told, and saving again is meant for the newer task; what they wrote in other fields stays and needs no word. While the server is away the panel lets go: the
// change waits with the others, and a refusal opens the panel again with every word.
import { useEffect, useRef, useState } from "react";
import type { Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import type { ApiProblem } from "../../kit/api.ts";
import { useCell } from "../../kit/cell.ts";
import { fieldTitles } from "../field-titles.ts";
import { type Session, useSession } from "../session.ts";
import type { Refusal } from "../writes/addressing.ts";
import { refusalToast, type Words } from "../writes/words.ts";
import { type Draft, draftOver, type Faults } from "./draft.ts";
import type { OpenedTask } from "./opened-task.ts";

export interface Saving {
  readonly save: (change: TaskChange, draft: Draft) => void;
  readonly isPending: boolean;
  /** What the server refused, at its field. */
  readonly faults: Faults;
  /** What is to be told above the fields. */
  readonly words: string | undefined;
}

interface Told {
  readonly faults: Faults;
  readonly words?: string;
}

const nothing: Told = { faults: {} };

export function useSaveTask(task: Task, onSaved: () => void): Saving {
  const session = useSession();
  const seen = useRef(task);
  const isOpen = useRef(true);
  const [isPending, setIsPending] = useState(false);
  const [told, setTold] = useState(nothing);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  useLettingGo(isPending, onSaved);

  const save = (change: TaskChange, draft: Draft) => {
    setIsPending(true);
    setTold(nothing);
    const onSent = () => isOpen.current && onSaved();
    const onRefused = (refusal: Refusal, words: Words) => {
      if (!isOpen.current) return void session.toasts.show(refusalToast(refusal, words, openAgain(session, { task, draft })));
      setIsPending(false);
      setTold(toldOf(refusal, seen.current));
      seen.current = session.store.known(task.id) ?? seen.current;
    };
    session.actions.change([seen.current], change, { onSent, onRefused });
  };
  return { save, isPending, ...told, words: told.words };
}

/** With every word that was typed, over the task as it is by then. */
function openAgain({ store, opened }: Session, { task, draft }: Required<OpenedTask>) {
  const act = () => {
    const current = store.shown().get(task.id) ?? task;
    opened.set({ task: current, draft: draftOver(current, { draft, before: task }) });
  };
  return { label: "Open again", act };
}

/** A panel that would have to wait for a server that is away closes instead; the card says that its change waits. */
function useLettingGo(isPending: boolean, onSaved: () => void): void {
  const { isHeldUp } = useCell(useSession().outbox.state);
  const latest = useRef(onSaved);
  latest.current = onSaved;
  useEffect(() => {
    if (isPending && isHeldUp) latest.current();
  }, [isPending, isHeldUp]);
}

function overtakenWords(before: Task, current: Task): string {
  const names = Object.keys(fieldTitles) as (keyof typeof fieldTitles)[];
  const changed = names.filter((name) => before[name] !== current[name]).map((name) => fieldTitles[name].toLowerCase());
  const what = changed.length > 0 ? ` (${changed.join(", ")})` : "";
  return `Somebody else changed this task meanwhile${what}. What you typed is kept; Save again writes your fields over theirs.`;
}

function toldOf(refusal: Refusal, seen: Task): Told {
  if ("isGone" in refusal) return { faults: {}, words: "Somebody else deleted this task meanwhile. What you typed is kept here." };
  if ("conflicts" in refusal) return { faults: {}, words: overtakenWords(seen, refusal.conflicts[0]?.task ?? seen) };
  return toldProblem(refusal.problem);
}

function toldProblem(problem: ApiProblem): Told {
  if (problem.field && problem.field in fieldTitles) return { faults: { [problem.field]: `${problem.message}.` } };
  const outcome = problem.isOutcomeUnknown ? "This may not have been saved" : "This was not saved";
  return { faults: {}, words: `${outcome}: ${problem.message}. What you typed is kept. Request ${problem.requestId}.` };
}
