// The list: a table with one line for each task, its heads sort it. On a phone it is one column of cards.
import { useRef } from "react";
import { useMedia } from "../../kit/use-media.ts";
import { Cards } from "../cards/cards.tsx";
import { emptinessOf } from "../cards/column-props.ts";
import { NoCards } from "../cards/no-cards.tsx";
import { useRowEvents } from "../cards/use-row-events.ts";
import { useRows } from "../cards/use-rows.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import type { Group } from "../view/build.ts";
import { ListHead } from "./list-head.tsx";
import { ListRow } from "./list-row.tsx";

const rowPx = 40;
const headPx = 32;

export function List({ view }: { readonly view: BoardView }) {
  const isNarrow = useMedia("(max-width: 639px)");
  const [group] = view.groups;
  if (!group) return null;
  return (
    <section className="list" aria-labelledby="list-title" data-group="list">
      <h2 id="list-title" className="hidden-text">
        Tasks as a list
      </h2>
      {group.tasks.length === 0 && <NoCards place="list" emptiness={emptinessOf(view, group)} />}
      {group.tasks.length > 0 && isNarrow && <Cards group={group} projectOf={view.projectOf} now={view.now} titleId="list-title" />}
      {group.tasks.length > 0 && !isNarrow && <Table view={view} group={group} />}
    </section>
  );
}

function Table({ view, group }: { readonly view: BoardView; readonly group: Group }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { inPage, stateOf } = useRows({ group, scroller, rowPx, topPx: headPx });
  const events = useRowEvents(group);
  const rows = group.tasks.length;
  const lines = withGaps(inPage, rows);
  return (
    <div className="list-scroller" ref={scroller}>
      <table className="list-table" aria-labelledby="list-title" aria-rowcount={(group.total ?? rows) + 1}>
        <ListHead sort={view.address.sort} />
        <tbody {...events}>
          {lines.map((line) =>
            "gap" in line ? (
              <tr key={line.key} className="list-gap" style={{ height: `${line.gap * rowPx}px` }} />
            ) : (
              <ListRow key={line.task.id} task={line.task} row={line.row} projectOf={view.projectOf} now={view.now} {...stateOf(line.task)} />
            ),
          )}
        </tbody>
      </table>
      {!group.isWhole && (
        <p className="cards-more">
          {rows.toLocaleString("en-GB")} of {group.total?.toLocaleString("en-GB") ?? "many"} are here, more follow…
        </p>
      )}
    </div>
  );
}

type Line = ReturnType<typeof useRows>["inPage"][number] | { readonly key: string; readonly gap: number };

/** The lines that are not in the page, as empty ones of their height. */
function withGaps(inPage: ReturnType<typeof useRows>["inPage"], rows: number): readonly Line[] {
  const lines: Line[] = [];
  let next = 0;
  for (const line of inPage) {
    if (line.row > next) lines.push({ key: `before ${line.task.id}`, gap: line.row - next });
    lines.push(line);
    next = line.row + 1;
  }
  if (next < rows) lines.push({ key: "after", gap: rows - next });
  return lines;
}
