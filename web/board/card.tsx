// One task in two lines. The title is the button that opens it and covers the whole card; the round control completes it.
// Titles are text to React, whatever they hold.
import { memo } from "react";
import type { Status } from "../../src/app/api/contract/parts.ts";
import type { Project } from "../../src/app/api/contract/projects.ts";
import type { Task } from "../../src/app/api/contract/tasks.ts";
import { BinIcon, LateIcon, PriorityBars, StatusIcon } from "../kit/icons.tsx";
import { ProjectDot } from "./project-dot.tsx";

export interface CardActions {
  readonly open: (task: Task) => void;
  /** Complete, or pending again. */
  readonly toggle: (task: Task) => void;
  readonly move: (task: Task, to: Status) => void;
  readonly remove: (task: Task) => void;
}

export interface CardProps {
  readonly task: Task;
  readonly project: Project | undefined;
  readonly due: string | undefined;
  readonly isLate: boolean;
  readonly isReachable: boolean;
  readonly actions: CardActions;
}

export const Card = memo(function Card(props: CardProps) {
  const { task, isReachable, actions } = props;
  const isSaving = task.id < 0;
  const tabIndex = isReachable ? 0 : -1;
  return (
    <li className={`card ${isSaving ? "card-saving" : ""}`} data-task-id={task.id}>
      <button
        type="button"
        className="card-check"
        aria-pressed={task.status === "complete"}
        aria-label={`Complete: ${task.title}`}
        tabIndex={tabIndex}
        disabled={isSaving}
        onClick={() => actions.toggle(task)}
      >
        <StatusIcon status={task.status} />
      </button>
      <div className="card-words">
        <button
          type="button"
          className="card-open"
          title={task.title}
          tabIndex={tabIndex}
          aria-describedby={`facts-${task.id}`}
          aria-disabled={isSaving}
          onClick={() => !isSaving && actions.open(task)}
        >
          {task.title}
        </button>
        <CardFacts {...props} />
      </div>
      <button
        type="button"
        className="icon-button card-delete"
        aria-label={`Delete: ${task.title}`}
        tabIndex={tabIndex}
        disabled={isSaving}
        onClick={() => actions.remove(task)}
      >
        <BinIcon />
      </button>
    </li>
  );
});

function CardFacts({ task, project, due, isLate }: CardProps) {
  return (
    <p className="card-facts" id={`facts-${task.id}`}>
      <span className="card-id">{task.id < 0 ? "saving…" : `#${task.id}`}</span>
      {project && (
        <span className="card-project">
          <ProjectDot projectId={project.id} />
          <span className="card-project-name">{project.name}</span>
        </span>
      )}
      {due !== undefined && (
        <time className={`card-due ${isLate ? "card-late" : ""}`} dateTime={task.due_date ?? undefined}>
          {isLate && <LateIcon />}
          <span className="hidden-text">{isLate ? "late, was due" : "due"} </span>
          {due}
        </time>
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
