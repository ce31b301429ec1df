// One column: its header with the count, and its cards or what stands for them.
import { memo } from "react";
import type { Status } from "../../../src/app/api/contract/parts.ts";
import { StatusIcon } from "../../kit/icons.tsx";
import type { BoardView } from "../hooks/use-board-view.ts";
import { statusTitles } from "../statuses.ts";
import type { Group } from "../view/build.ts";
import { Cards } from "./cards.tsx";
import { type Emptiness, NoCards } from "./no-cards.tsx";

export interface ColumnProps {
  readonly status: Status;
  readonly group: Group;
  readonly emptiness: Emptiness;
  readonly projectOf: BoardView["projectOf"];
  readonly now: Date;
  readonly isFolded: boolean;
  readonly onFold?: (() => void) | undefined;
}

export const Column = memo(function Column(props: ColumnProps) {
  const { status, group, isFolded, emptiness, projectOf, now } = props;
  const titleId = `column-${status}`;
  return (
    <section
      className={`column ${isFolded ? "column-folded" : ""}`}
      aria-labelledby={titleId}
      data-status={status}
      data-group={isFolded ? undefined : status}
      data-drop-status={status}
    >
      <ColumnHead {...props} titleId={titleId} />
      {!isFolded &&
        (group.tasks.length > 0 ? (
          <Cards group={group} projectOf={projectOf} now={now} titleId={titleId} />
        ) : (
          <NoCards place={status} emptiness={emptiness} />
        ))}
    </section>
  );
});

function ColumnHead({ status, group, isFolded, onFold, titleId }: ColumnProps & { readonly titleId: string }) {
  const words = (
    <>
      <StatusIcon status={status} />
      <span className="column-title">{statusTitles[status]}</span>
      <span className="count">{group.total?.toLocaleString("en-GB") ?? "–"}</span>
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
