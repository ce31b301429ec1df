// Setting one field of the picked tasks: status, priority, due date, project or person.
import { type ReactNode, useMemo, useState } from "react";
import type { Task, TaskChange } from "../../../src/app/api/contract/tasks.ts";
import { PersonIcon, PriorityBars, StatusIcon } from "../../kit/icons.tsx";
import { dueText, momentOf } from "../due.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import { ProjectDot } from "../project-dot.tsx";
import { useSession } from "../session.ts";
import { statusOrder, statusTitles } from "../statuses.ts";
import { subjectOf } from "../writes/words.ts";
import { dayChoices } from "./day-choices.ts";
import { Picker, type PickerOption } from "./picker.tsx";

export type PickedField = "status" | "priority" | "due" | "project" | "person";

export interface Picking {
  readonly field: PickedField;
  readonly tasks: readonly Task[];
  readonly anchor: DOMRect | undefined;
}

const titles: Readonly<Record<PickedField, string>> = {
  status: "Move",
  priority: "Priority of",
  due: "Due date of",
  project: "Project of",
  person: "Assign",
};

export function PickField({ picking, view }: { readonly picking: Picking; readonly view: BoardView }) {
  const { actions, picking: cell, cursor } = useSession();
  const { field, tasks, anchor } = picking;
  const close = () => {
    cell.set(null);
    const current = cursor.get();
    if (current) requestAnimationFrame(() => cursor.focus(current.id));
  };
  const set = (change: TaskChange) => {
    close();
    actions.change(tasks, change);
  };
  const title = `${titles[field]} ${subjectOf(tasks)}`;
  const parts = { view, set };
  const common = { title, anchor, onClose: close };
  if (field === "due") {
    return (
      <Picker {...common} options={dueOptions(parts)}>
        <OtherDay set={set} />
      </Picker>
    );
  }
  if (field === "project") return <Picker {...common} options={projectOptions(parts)} box={{ label: "Find a project" }} />;
  if (field === "person") return <PersonPicker {...common} {...parts} />;
  return <Picker {...common} options={field === "status" ? statusOptions(parts) : priorityOptions(parts)} />;
}

interface Parts {
  readonly view: BoardView;
  readonly set: (change: TaskChange) => void;
}

function statusOptions({ set }: Parts): readonly PickerOption[] {
  return statusOrder.map((status, index) => {
    const shortcut = String(index + 1);
    return { key: status, label: statusTitles[status], icon: <StatusIcon status={status} />, shortcut, hint: shortcut, pick: () => set({ status }) };
  });
}

function priorityOptions({ set }: Parts): readonly PickerOption[] {
  return ["None", "Low", "Medium", "High"].map((label, priority) => {
    const shortcut = String(priority);
    return { key: shortcut, label, icon: <PriorityBars priority={priority} />, shortcut, hint: shortcut, pick: () => set({ priority }) };
  });
}

function dueOptions({ view, set }: Parts): readonly PickerOption[] {
  const days = dayChoices(view.now).map(({ title, day }) => {
    const moment = momentOf({ day, time: "" });
    const hint = moment === null ? "" : dueText(moment, view.now).text;
    return { key: day, label: title, hint: hint.toLowerCase() === title.toLowerCase() ? "" : hint, pick: () => set({ due_date: moment }) };
  });
  return [...days, { key: "none", label: "No due date", pick: () => set({ due_date: null }) }];
}

function OtherDay({ set }: Pick<Parts, "set">) {
  const [day, setDay] = useState("");
  const moment = momentOf({ day, time: "" });
  return (
    <form
      className="other-day"
      onSubmit={(event) => {
        event.preventDefault();
        if (moment !== null) set({ due_date: moment });
      }}
    >
      <input type="date" className="input" aria-label="Another day" max="9998-12-31" value={day} onChange={(event) => setDay(event.target.value)} />
      <button type="submit" className="button" disabled={moment === null}>
        Set
      </button>
    </form>
  );
}

function projectOptions({ view, set }: Parts): readonly PickerOption[] {
  const named = view.projects.map(({ id, name }) => ({
    key: String(id),
    label: name,
    icon: <ProjectDot projectId={id} />,
    pick: () => set({ project_id: id }),
  }));
  return [...named, { key: "none", label: "No project", pick: () => set({ project_id: null }) }];
}

function PersonPicker({ view, set, ...common }: Parts & { title: string; anchor: DOMRect | undefined; onClose: () => void }): ReactNode {
  const { people } = view;
  const options = useMemo(() => {
    const option = (name: string): PickerOption => ({ key: name, label: name, icon: <PersonIcon />, pick: () => set({ assigned_to: name }) });
    return [...people.map(option), { key: "", label: "Nobody", pick: () => set({ assigned_to: null }) }];
  }, [people, set]);
  const optionFor = (text: string): PickerOption | undefined =>
    [...text].length > 100 ? undefined : { key: "new", label: `Assign to “${text}”`, icon: <PersonIcon />, pick: () => set({ assigned_to: text }) };
  return <Picker {...common} options={options} box={{ label: "Name", optionFor }} />;
}
