// The four columns side by side; on a phone one of them at a time, behind tabs. Archived is folded until it is asked for.
import { type KeyboardEvent, useState } from "react";
import type { Status } from "../../src/app/api/contract/parts.ts";
import { StatusIcon } from "../kit/icons.tsx";
import { useMedia } from "../kit/use-media.ts";
import type { CardActions } from "./card.tsx";
import { Column } from "./column.tsx";
import type { BoardView } from "./hooks/use-board-view.ts";
import { statusOrder, statusTitles } from "./statuses.ts";

export interface ColumnsProps {
  readonly view: BoardView;
  readonly now: Date;
  readonly actions: CardActions;
}

export function Columns(props: ColumnsProps) {
  const isNarrow = useMedia("(max-width: 639px)");
  return isNarrow ? <TabbedColumns {...props} /> : <AllColumns {...props} />;
}

function AllColumns(props: ColumnsProps) {
  const [isArchiveOpen, setIsArchiveOpen] = useState(false);
  return (
    <div className={`columns ${isArchiveOpen ? "columns-unfolded" : ""}`}>
      {statusOrder.map((status) => (
        <Column
          key={`${status} ${props.view.projectId}`}
          {...columnProps(props, status)}
          isFolded={status === "archived" && !isArchiveOpen}
          onFold={status === "archived" ? () => setIsArchiveOpen(!isArchiveOpen) : undefined}
        />
      ))}
    </div>
  );
}

function TabbedColumns(props: ColumnsProps) {
  const [chosen, setChosen] = useState<Status>("pending");
  return (
    <>
      <div className="tabs" role="tablist" aria-label="Status" onKeyDown={(event) => moveTab(event, chosen, setChosen)}>
        {statusOrder.map((status) => (
          <button
            key={status}
            type="button"
            role="tab"
            id={`tab-${status}`}
            className="tab"
            aria-selected={status === chosen}
            aria-controls="tab-panel"
            tabIndex={status === chosen ? 0 : -1}
            onClick={() => setChosen(status)}
          >
            <StatusIcon status={status} />
            <span className="tab-title">{statusTitles[status]}</span>
            <span className="count">{props.view.byStatus[status].length}</span>
          </button>
        ))}
      </div>
      <div className="columns" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${chosen}`}>
        <Column key={`${chosen} ${props.view.projectId}`} {...columnProps(props, chosen)} isFolded={false} />
      </div>
    </>
  );
}

function columnProps({ view, now, actions }: ColumnsProps, status: Status) {
  const isEmptyBoard = view.all?.tasks.length === 0;
  return {
    status,
    tasks: view.byStatus[status],
    projectOf: view.projectOf,
    now,
    actions,
    state: view.all ? (isEmptyBoard ? "unused" : "read") : view.ready.isReady ? "reading" : "away",
  } as const;
}

function moveTab(event: KeyboardEvent<HTMLElement>, chosen: Status, choose: (status: Status) => void): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const next = statusOrder.at((statusOrder.indexOf(chosen) + by) % statusOrder.length) ?? chosen;
  choose(next);
  document.getElementById(`tab-${next}`)?.focus();
}
