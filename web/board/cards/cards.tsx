// The cards of one group, one below the other. What is pressed is found out here once, not in each of thousands of cards.
import { memo, useRef } from "react";
import type { BoardView } from "../hooks/use-board-view.ts";
import type { Group } from "../view/build.ts";
import { Card } from "./card.tsx";
import { useRowEvents } from "./use-row-events.ts";
import { useRows } from "./use-rows.ts";

export interface CardsProps {
  readonly group: Group;
  readonly projectOf: BoardView["projectOf"];
  readonly now: Date;
  readonly titleId: string;
}

/** A card of 58 px and the 8 px below it. */
const rowPx = 66;

export const Cards = memo(function Cards({ group, projectOf, now, titleId }: CardsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { inPage, stateOf } = useRows({ group, scroller, rowPx });
  const events = useRowEvents(group);
  const { tasks } = group;
  return (
    <div className="cards" ref={scroller}>
      <ul className="card-rows" aria-labelledby={titleId} style={{ height: `${tasks.length * rowPx}px` }} {...events}>
        {inPage.map(({ task, row }) => (
          <Card
            key={task.id}
            task={task}
            project={task.project_id === null ? undefined : projectOf(task.project_id)}
            now={now}
            row={row}
            rows={group.total ?? tasks.length}
            topPx={row * rowPx}
            {...stateOf(task)}
          />
        ))}
      </ul>
      {!group.isWhole && <MoreWords group={group} />}
    </div>
  );
});

function MoreWords({ group }: { readonly group: Group }) {
  const { tasks, total } = group;
  return (
    <p className="cards-more">
      {tasks.length.toLocaleString("en-GB")} of {total?.toLocaleString("en-GB") ?? "many"} are here, more follow…
    </p>
  );
}
