// The title of a card as a box: Enter and leaving it save, Escape does not. A title that cannot be one is told here and kept.
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { titleFaultOf } from "../edit/draft.ts";
import { useSession } from "../session.ts";

export function TitleBox({ task }: { readonly task: Task }) {
  const { title, type, fault, save, close } = useRenaming(task);
  const box = useRef<HTMLInputElement>(null);
  const faultId = useId();
  useEffect(() => {
    box.current?.focus();
    box.current?.select();
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") save({ mayFocus: true });
    else if (event.key === "Escape") close({ mayFocus: true });
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        ref={box}
        className="title-box"
        aria-label={`Title of #${task.id}`}
        aria-invalid={fault !== undefined}
        aria-describedby={fault && faultId}
        autoComplete="off"
        value={title}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => save({ mayFocus: false })}
      />
      {fault && (
        <p className="title-fault" id={faultId} role="alert">
          {fault}
        </p>
      )}
    </>
  );
}

/** `mayFocus` is false where the focus has gone elsewhere by itself. */
interface Leaving {
  readonly mayFocus: boolean;
}

function useRenaming(task: Task) {
  const { actions, renaming, cursor } = useSession();
  const [title, setTitle] = useState(task.title);
  const [fault, setFault] = useState<string>();
  const close = ({ mayFocus }: Leaving) => {
    renaming.set(null);
    if (mayFocus) cursor.focus(task.id);
  };
  const save = (leaving: Leaving) => {
    if (renaming.get() !== task.id) return; // closed already, and the box only loses the focus now
    const found = title === task.title ? undefined : titleFaultOf(title);
    setFault(found);
    if (found) return;
    close(leaving);
    actions.change([task], { title: title.trim() });
  };
  const type = (typed: string) => {
    setTitle(typed);
    setFault(undefined);
  };
  return { title, type, fault, save, close };
}
