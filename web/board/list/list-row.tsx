// One task as a line of the list. The title is the button that opens it and covers the line; the round control completes it.
import { memo } from "react";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { BinIcon, PriorityBars, StatusIcon } from "../../kit/icons.tsx";
import { type CardState, DueDate } from "../cards/card.tsx";
import { TitleBox } from "../cards/title-box.tsx";
import type { BoardView } from "../hooks/use-board-view.ts";
import { ProjectDot } from "../project-dot.tsx";
import { statusTitles } from "../statuses.ts";
import { priorityTitles } from "../writes/words.ts";

export interface ListRowProps extends CardState {
  readonly task: Task;
  readonly row: number;
  readonly projectOf: BoardView["projectOf"];
  readonly now: Date;
}

export const ListRow = memo(function ListRow(props: ListRowProps) {
  const { task, row, isSelected, mark } = props;
  return (
    <tr
      className={`row ${mark ? `card-${mark}` : ""}`}
      data-task-id={task.id}
      data-status={task.status}
      data-selected={isSelected || undefined}
      aria-rowindex={row + 2}
    >
      <td className="list-id">{mark ? `${mark}…` : task.id}</td>
      <TitleCell {...props} />
      <td className="list-status">{statusTitles[task.status]}</td>
      <ProjectCell {...props} />
      <td className="list-assigned_to">{task.assigned_to}</td>
      <td className="list-due_date">
        <DueDate task={task} now={props.now} />
      </td>
      <td className="list-priority">
        {task.priority > 0 && <span className="hidden-text">{priorityTitles[task.priority] ?? task.priority}</span>}
        <PriorityBars priority={task.priority} />
      </td>
    </tr>
  );
});

function TitleCell({ task, isRenaming, isReachable, isSelected }: ListRowProps) {
  const tabIndex = isReachable ? 0 : -1;
  return (
    <td className="list-title">
      <div className="row-title">
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
        {isRenaming ? (
          <TitleBox task={task} />
        ) : (
          <button type="button" className="card-open" data-act="open" title={task.title} tabIndex={tabIndex}>
            {task.title}
          </button>
        )}
        {isSelected && <span className="hidden-text">selected</span>}
        {!isRenaming && (
          <button type="button" className="icon-button card-delete" data-act="remove" aria-label={`Delete: ${task.title}`} tabIndex={tabIndex}>
            <BinIcon />
          </button>
        )}
      </div>
    </td>
  );
}

function ProjectCell({ task, projectOf }: ListRowProps) {
  const project = task.project_id === null ? undefined : projectOf(task.project_id);
  return (
    <td className="list-project_id">
      {project && (
        <span className="card-project">
          <ProjectDot projectId={project.id} />
          <span className="card-project-name">{project.name}</span>
        </span>
      )}
    </td>
  );
}
