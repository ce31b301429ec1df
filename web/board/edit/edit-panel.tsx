// The edit panel: every field of one task. It waits for the server's yes before it closes, tells a problem at its field, and
// when somebody else was faster keeps what was typed and says so; of a task that was deleted meanwhile it makes a new one.
import { type FormEvent, useRef, useState } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { Dialog } from "../../kit/dialog.tsx";
import { changeOf, type Draft, draftOf, type Faults, faultsOf, newTaskOf } from "./draft.ts";
import { EditFields } from "./edit-fields.tsx";
import type { BoardView } from "../hooks/use-board-view.ts";
import type { OpenedTask } from "./opened-task.ts";
import { useSession } from "../session.ts";
import { useIsGone } from "./use-is-gone.ts";
import { useSaveTask } from "./use-save-task.ts";

const goneWords = "Somebody else deleted this task meanwhile. What you typed is kept here; it can be added as a new task.";

export interface EditPanelProps extends OpenedTask {
  readonly view: BoardView;
  /** With the draft when it holds changes that are not saved. */
  readonly onClose: (unsaved?: Draft) => void;
  readonly onDelete: (task: Task) => void;
}

export function EditPanel({ task, draft: earlier, view, onClose, onDelete }: EditPanelProps) {
  const [draft, setDraft] = useState(earlier ?? draftOf(task));
  const [faults, setFaults] = useState<Faults>({});
  const form = useRef<HTMLFormElement>(null);
  const { actions } = useSession();
  const saving = useSaveTask(task, () => onClose());
  const isGone = useIsGone(task);
  const change = changeOf(task, draft);
  const hasChanges = Object.keys(change).length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = { ...faultsOf(draft), ...halfTypedDate(form.current) };
    setFaults(found);
    if (Object.keys(found).length > 0) focusFirstFault(form.current);
    else if (isGone) addAnew();
    else if (hasChanges) saving.save(change, draft);
    else onClose();
  };
  const addAnew = () => {
    actions.add(newTaskOf(draft));
    onClose();
  };
  const remove = () => {
    onClose();
    onDelete(task); // after the focus is back on the card, so that it goes on to the next one
  };

  return (
    <Dialog title={`Task #${task.id}`} shape="panel" onClose={() => onClose(hasChanges ? draft : undefined)}>
      <form ref={form} className="edit-form" onSubmit={submit} noValidate aria-label={`Task #${task.id}`}>
        <div className="dialog-body">
          <Told words={isGone ? goneWords : saving.words} />
          <EditFields draft={draft} faults={{ ...saving.faults, ...faults }} view={view} onChange={(part) => setDraft({ ...draft, ...part })} />
          <p className="quiet">
            Created {readable(task.created_at)}, version {task.version}
          </p>
        </div>
        <Foot isGone={isGone} isPending={saving.isPending} onCancel={() => onClose()} onDelete={remove} />
      </form>
    </Dialog>
  );
}

interface FootProps {
  readonly isGone: boolean;
  readonly isPending: boolean;
  readonly onCancel: () => void;
  readonly onDelete: () => void;
}

function Foot({ isGone, isPending, onCancel, onDelete }: FootProps) {
  return (
    <div className="dialog-foot">
      <button type="submit" className="button button-primary" disabled={isPending}>
        {isGone ? "Add as a new task" : isPending ? "Saving…" : "Save"}
      </button>
      <button type="button" className="button" onClick={onCancel}>
        Cancel
      </button>
      {!isGone && (
        <button type="button" className="button button-bare button-danger push" onClick={onDelete}>
          Delete
        </button>
      )}
    </div>
  );
}

function Told({ words }: { readonly words: string | undefined }) {
  if (words === undefined) return null;
  return (
    <p className="notice" role="alert">
      {words}
    </p>
  );
}

// A date that is typed half reads as empty; saved like that it would take the due date away.
function halfTypedDate(form: HTMLFormElement | null): Faults {
  const isHalf = [...(form?.querySelectorAll<HTMLInputElement>("input[type=date], input[type=time]") ?? [])].some((input) => input.validity.badInput);
  return isHalf ? { due_date: "This is not a whole date." } : {};
}

function focusFirstFault(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
}

function readable(moment: string): string {
  return new Date(moment).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
}
