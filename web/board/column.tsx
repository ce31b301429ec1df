// One column: its header with the count, and its cards. Exactly one card of a column can be reached by Tab; the arrows go on from there.
import { memo, useMemo, useState } from "react";
import type { Status } from "../../src/app/api/contract/parts.ts";
import type { Project } from "../../src/app/api/contract/projects.ts";
import type { Task } from "../../src/app/api/contract/tasks.ts";
import { StatusIcon } from "../kit/icons.tsx";
import { Card, type CardActions } from "./card.tsx";
import { dueText } from "./due.ts";
import { useGrowing } from "./hooks/use-growing.ts";
import { statusTitles } from "./statuses.ts";

export interface ColumnProps {
  readonly status: Status;
  readonly tasks: readonly Task[];
  readonly projectOf: (id: number) => Project | undefined;
  readonly now: Date;
  readonly actions: CardActions;
  /** `unused` when there is no task in any column. */
  readonly state: "reading" | "away" | "unused" | "read";
  readonly isFolded: boolean;
  readonly onFold?: (() => void) | undefined;
}

export const Column = memo(function Column(props: ColumnProps) {
  const { status, tasks, isFolded } = props;
  const titleId = `column-${status}`;
  return (
    <section className={`column ${isFolded ? "column-folded" : ""}`} aria-labelledby={titleId} data-status={status}>
      <ColumnHead {...props} titleId={titleId} />
      {!isFolded && (tasks.length > 0 ? <Cards {...props} /> : <NoCards {...props} />)}
    </section>
  );
});

function ColumnHead({ status, tasks, state, isFolded, onFold, titleId }: ColumnProps & { readonly titleId: string }) {
  const isKnown = state === "read" || state === "unused";
  const words = (
    <>
      <StatusIcon status={status} />
      <span className="column-title">{statusTitles[status]}</span>
      <span className="count">{isKnown ? tasks.length : "–"}</span>
    </>
  );
  return (
    <h2 className="column-head" id={titleId}>
      {onFold ? (
        <button type="button" className="column-fold" aria-expanded={!isFolded} onClick={onFold}>
          {words}
        </button>
      ) : (
        words
      )}
    </h2>
  );
}

function Cards({ tasks, projectOf, now, actions, status }: ColumnProps) {
  const [currentId, setCurrentId] = useState<number>();
  const reachableId = tasks.some((task) => task.id === currentId) ? currentId : tasks[0]?.id;
  const dues = useMemo(() => tasks.map((task) => (task.due_date === null ? undefined : dueText(task.due_date, now))), [tasks, now]);
  const rows = useGrowing(tasks.length);
  const isOpen = status === "pending" || status === "active";
  return (
    <ul className="cards" onFocus={(event) => setCurrentId(Number(event.target.closest<HTMLElement>("[data-task-id]")?.dataset["taskId"]))}>
      {tasks.slice(0, rows).map((task, index) => (
        <Card
          key={task.id}
          task={task}
          project={task.project_id === null ? undefined : projectOf(task.project_id)}
          due={dues[index]?.text}
          isLate={isOpen && dues[index]?.isLate === true}
          isReachable={task.id === reachableId}
          actions={actions}
        />
      ))}
    </ul>
  );
}

function NoCards({ state, status }: ColumnProps) {
  if (state === "reading") return <Reading />;
  if (state === "away") return <p className="column-words">Shown as soon as there is an answer.</p>;
  if (state === "unused" && status === "pending") {
    return (
      <p className="column-words">
        Nothing here yet. Press <kbd>n</kbd>, type what is to be done, and press <kbd>Enter</kbd>.
      </p>
    );
  }
  return <p className="column-words">{emptyWords[status]}</p>;
}

const emptyWords: Readonly<Record<Status, string>> = {
  pending: "Nothing is waiting.",
  active: "Nobody is at work on anything.",
  complete: "Nothing is complete yet.",
  archived: "Nothing is archived.",
};

function Reading() {
  return (
    <div className="reading" role="status">
      <span className="hidden-text">Reading the tasks</span>
      {[1, 2, 3].map((card) => (
        <div key={card} className="reading-card" />
      ))}
    </div>
  );
}
