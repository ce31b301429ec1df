// "Add a task": Enter creates and the box keeps the focus for the next one. A title that cannot be one is told at the box.
import { type FormEvent, type KeyboardEvent, type RefObject, useState } from "react";
import { PlusIcon } from "../kit/icons.tsx";
import { titleFaultOf } from "./draft.ts";
import { useAddTask } from "./hooks/use-add-task.ts";

export interface AddTaskProps {
  readonly inputRef: RefObject<HTMLInputElement | null>;
  /** The project that new tasks go to. */
  readonly projectId: number | null;
  readonly projectName: string | undefined;
}

export function AddTask({ inputRef, projectId, projectName }: AddTaskProps) {
  const [title, setTitle] = useState("");
  const [fault, setFault] = useState<string>();
  const add = useAddTask();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (title === "") return;
    const found = titleFaultOf(title);
    setFault(found);
    if (found) return;
    add({ title: title.trim(), project_id: projectId });
    setTitle("");
  };
  const leave = (event: KeyboardEvent<HTMLInputElement>) => event.key === "Escape" && event.currentTarget.blur();

  return (
    <form className="add-task" onSubmit={submit} noValidate>
      <PlusIcon />
      <input
        ref={inputRef}
        className="input"
        aria-label={projectName === undefined ? "Add a task" : `Add a task to ${projectName}`}
        aria-keyshortcuts="n"
        aria-invalid={fault !== undefined}
        aria-describedby={fault && "add-task-problem"}
        placeholder={projectName === undefined ? "Add a task" : `Add a task to ${projectName}`}
        autoComplete="off"
        value={title}
        onKeyDown={leave}
        onChange={(event) => {
          setTitle(event.target.value);
          setFault(undefined);
        }}
      />
      <kbd>n</kbd>
      {fault && (
        <p className="field-problem" id="add-task-problem" role="alert">
          {fault}
        </p>
      )}
    </form>
  );
}
