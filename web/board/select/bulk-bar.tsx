// How many tasks are selected, and what can be done to all of them: each is one transaction, and one Undo.
import { useEffect } from "react";
import { BinIcon, CalendarIcon, CrossIcon, FolderIcon, PersonIcon, PriorityBars, StatusIcon } from "../../kit/icons.tsx";
import { useCell } from "../../kit/cell.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import { useSession } from "../session.ts";
import type { PickedField } from "./pick-field.tsx";
import { selectedTasks } from "./selected-tasks.ts";

const buttons: readonly { readonly field: PickedField; readonly title: string; readonly icon: React.ReactNode }[] = [
  { field: "status", title: "Move", icon: <StatusIcon status="active" /> },
  { field: "priority", title: "Priority", icon: <PriorityBars priority={3} /> },
  { field: "due", title: "Due", icon: <CalendarIcon /> },
  { field: "project", title: "Project", icon: <FolderIcon /> },
  { field: "person", title: "Assign", icon: <PersonIcon /> },
];

export function BulkBar({ view }: { readonly view: BoardView }) {
  const { selection, picking, actions, announcement } = useSession();
  const { ids } = useCell(selection);
  const tasks = selectedTasks(view, ids);
  const count = tasks.length;
  const words = `${count.toLocaleString("en-GB")} selected`;
  useEffect(() => {
    if (ids.size > 0) announcement.set(words);
  }, [ids, words, announcement]);
  if (count === 0) return null;
  return (
    <section className="bulk-bar" aria-label="Selected tasks">
      <p className="bulk-count">{words}</p>
      {buttons.map(({ field, title, icon }) => (
        <button
          key={field}
          type="button"
          className="button button-bare bulk-button"
          aria-haspopup="dialog"
          onClick={(event) => picking.set({ field, tasks, anchor: event.currentTarget.getBoundingClientRect() })}
        >
          {icon}
          <span className="bulk-word">{title}</span>
        </button>
      ))}
      <button type="button" className="button button-bare button-danger bulk-button" onClick={() => actions.remove(tasks)}>
        <BinIcon />
        <span className="bulk-word">Delete</span>
      </button>
      <button type="button" className="icon-button" aria-label="Select nothing" onClick={selection.clear}>
        <CrossIcon />
      </button>
    </section>
  );
}
