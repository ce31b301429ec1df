// "Add a task": Enter creates and the box keeps the focus for the next one. Small words for the other fields are shown as chips
// before that. A title that cannot be one is told at the box.
import { type FormEvent, type KeyboardEvent, useId, useMemo, useState } from "react";
import { PlusIcon } from "../../kit/icons.tsx";
import { useMedia } from "../../kit/use-media.ts";
import { titleFaultOf } from "../edit/draft.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import { useSession } from "../session.ts";
import { Chips } from "./chips.tsx";
import { newTaskFor } from "./new-task.ts";
import { asText, parseQuickAdd, type Token } from "./quick-add.ts";

export const addBoxId = "add-task";

export function AddTask({ view }: { readonly view: BoardView }) {
  const { line, setLine, quick, fault, submit } = useAdding(view);
  const faultId = useId();
  const hintId = useId();
  const isNarrow = useMedia("(max-width: 639px)");
  const place = typeof view.address.project === "number" ? view.projectOf(view.address.project)?.name : undefined;
  const name = place === undefined ? "Add a task" : `Add a task to ${place}`;
  const keepAsText = (token: Token) => {
    setLine(asText(line, token));
    document.getElementById(addBoxId)?.focus();
  };
  const leave = (event: KeyboardEvent<HTMLInputElement>) => event.key === "Escape" && event.currentTarget.blur();
  return (
    <form className="add-task" onSubmit={submit} noValidate>
      <PlusIcon />
      <input
        id={addBoxId}
        className="input"
        aria-label={name}
        aria-keyshortcuts="n"
        aria-invalid={fault !== undefined}
        aria-describedby={fault ? faultId : hintId}
        placeholder={isNarrow ? "Add a task" : name}
        autoComplete="off"
        enterKeyHint="done"
        value={line}
        onKeyDown={leave}
        onChange={(event) => setLine(event.target.value)}
      />
      <kbd>n</kbd>
      {line === "" ? <AddHint id={hintId} /> : <Chips tokens={quick.tokens} onKeep={keepAsText} />}
      {fault && (
        <p className="field-problem" id={faultId} role="alert">
          {fault}
        </p>
      )}
    </form>
  );
}

/** For those who have no `?` to press; gone with the first letter. */
function AddHint({ id }: { readonly id: string }) {
  const { isHelpOpen } = useSession();
  return (
    <p className="add-hint" id={id}>
      <span>
        Also <code>!3</code> <code>@name</code> <code>#project</code> <code>fri 9:30</code>
      </span>
      <button type="button" className="add-help" onClick={() => isHelpOpen.set(true)}>
        All words
      </button>
    </p>
  );
}

function useAdding(view: BoardView) {
  const { actions, toasts, tab } = useSession();
  const [line, setLine] = useState("");
  const [fault, setFault] = useState<string>();
  const { projects, people, now } = view;
  const quick = useMemo(() => parseQuickAdd(line, { projects, people, now }), [line, projects, people, now]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (line === "") return;
    const found = titleFaultOf(quick.title);
    setFault(found);
    if (found) return;
    const { task, isInView, where } = newTaskFor(quick, view);
    actions.add(task);
    setLine("");
    tab.set(task.status ?? "pending");
    if (!isInView) toasts.show({ kind: "done", text: `Added to ${where}, which is not in this view`, waitMs: 6_000 });
  };
  const type = (text: string) => {
    setLine(text);
    setFault(undefined);
  };
  return { line, setLine: type, quick, fault, submit };
}
