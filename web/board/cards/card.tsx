// One task in two lines. The title is the button that opens it and covers the whole card; the round control completes it.
// Titles are text to React, whatever they hold.
import { memo } from "react";
import type { Project } from "../../../src/app/api/contract/projects.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { BinIcon, LateIcon, PersonIcon, PriorityBars, StatusIcon } from "../../kit/icons.tsx";
import { dueText } from "../due.ts";
import { ProjectDot } from "../project-dot.tsx";
import { isOpen } from "../view/conditions.ts";
import { TitleBox } from "./title-box.tsx";

/** What is true of a card beside its task. */
export interface CardState {
  readonly isSelected: boolean;
  readonly isRenaming: boolean;
  /** Exactly one card of a group can be reached by Tab; the keys go on from there. */
  readonly isReachable: boolean;
  readonly mark: "saving" | "waiting" | undefined;
}

export interface CardProps extends CardState {
  readonly task: Task;
  readonly project: Project | undefined;
  readonly now: Date;
  /** The place in the group, from 0, and how many there are. */
  readonly row: number;
  readonly rows: number;
  readonly topPx: number;
}

export const Card = memo(function Card(props: CardProps) {
  const { task, isReachable, isSelected, isRenaming, mark, row, rows, topPx } = props;
  const tabIndex = isReachable ? 0 : -1;
  return (
    <li
      className={`card ${mark ? `card-${mark}` : ""}`}
      data-task-id={task.id}
      data-selected={isSelected || undefined}
      aria-setsize={rows}
      aria-posinset={row + 1}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      <button
        type="button"
        className="card-check"
        data-act="toggle"
        aria-pressed={task.status === "complete"}
        aria-label={`Complete: ${task.title}`}
        tabIndex={tabIndex}
      >
        <StatusIcon status={task.status} />
      </button>
      <div className="card-words">
        {isRenaming ? (
          <TitleBox task={task} />
        ) : (
          <button type="button" className="card-open" data-act="open" title={task.title} tabIndex={tabIndex} aria-describedby={`facts-${task.id}`}>
            {task.title}
          </button>
        )}
        <CardFacts {...props} />
      </div>
      {!isRenaming && (
        <button type="button" className="icon-button card-delete" data-act="remove" aria-label={`Delete: ${task.title}`} tabIndex={tabIndex}>
          <BinIcon />
        </button>
      )}
    </li>
  );
});

function CardFacts({ task, project, now, isSelected, mark }: CardProps) {
  return (
    <p className="card-facts" id={`facts-${task.id}`}>
      {isSelected && <span className="hidden-text">selected, </span>}
      <span className="card-id">{mark ? `${mark}…` : `#${task.id}`}</span>
      {project && (
        <span className="card-project">
          <ProjectDot projectId={project.id} />
          <span className="card-project-name">{project.name}</span>
        </span>
      )}
      {task.due_date !== null && <DueDate task={task} now={now} />}
      {task.assigned_to !== null && (
        <span className="card-person" title={task.assigned_to}>
          <PersonIcon />
          <span className="hidden-text">assigned to </span>
          <span className="card-person-name">{task.assigned_to}</span>
        </span>
      )}
      {task.priority > 0 && (
        <span className="card-priority">
          <span className="hidden-text">priority {task.priority}</span>
          <PriorityBars priority={task.priority} />
        </span>
      )}
    </p>
  );
}

export function DueDate({ task, now }: { readonly task: Task; readonly now: Date }) {
  if (task.due_date === null) return null;
  const due = dueText(task.due_date, now);
  const isLate = due.isLate && isOpen(task);
  return (
    <time className={`card-due ${isLate ? "card-late" : ""}`} dateTime={task.due_date}>
      {isLate && <LateIcon />}
      <span className="hidden-text">{isLate ? "late, was due" : "due"} </span>
      {due.text}
    </time>
  );
}
