// The edit panel: every field of one task. It waits for the server's yes before it closes, tells a problem at its field, and
// when somebody else was faster keeps what was typed and says so.
import { type FormEvent, useRef, useState } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { Dialog } from "../../kit/dialog.tsx";
import { changeOf, type Draft, draftOf, type Faults, faultsOf } from "./draft.ts";
import { EditFields } from "./edit-fields.tsx";
import type { BoardView } from "../hooks/use-board-view.ts";
import type { OpenedTask } from "./opened-task.ts";
import { useSaveTask } from "./use-save-task.ts";

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
  const saving = useSaveTask(task, () => onClose());
  const change = changeOf(task, draft);
  const hasChanges = Object.keys(change).length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = { ...faultsOf(draft), ...halfTypedDate(form.current) };
    setFaults(found);
    if (Object.keys(found).length > 0) focusFirstFault(form.current);
    else if (hasChanges) saving.save(change, draft);
    else onClose();
  };
  const remove = () => {
    onClose();
    onDelete(task); // after the focus is back on the card, so that it goes on to the next one
  };

  return (
    <Dialog title={`Task #${task.id}`} shape="panel" onClose={() => onClose(hasChanges ? draft : undefined)}>
      <form ref={form} className="edit-form" onSubmit={submit} noValidate aria-label={`Task #${task.id}`}>
        <div className="dialog-body">
          {saving.words && (
            <p className="notice" role="alert">
              {saving.words}
            </p>
          )}
          <EditFields draft={draft} faults={{ ...saving.faults, ...faults }} view={view} onChange={(part) => setDraft({ ...draft, ...part })} />
          <p className="quiet">
            Created {readable(task.created_at)}, version {task.version}
          </p>
        </div>
        <div className="dialog-foot">
          <button type="submit" className="button button-primary" disabled={saving.isPending}>
            {saving.isPending ? "Saving…" : "Save"}
          </button>
          <button type="button" className="button" onClick={() => onClose()}>
            Cancel
          </button>
          <button type="button" className="button button-bare button-danger push" onClick={remove}>
            Delete
          </button>
        </div>
      </form>
    </Dialog>
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
