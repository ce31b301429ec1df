// The columns side by side; on a phone one of them at a time, behind tabs and swipes. Archived is folded until it is asked for.
import { useMedia } from "../../kit/use-media.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import { useSession } from "../session.ts";
import { Column } from "./column.tsx";
import { columnProps } from "./column-props.ts";
import { SwipedColumns } from "./swiped-columns.tsx";

export function Columns({ view }: { readonly view: BoardView }) {
  const isNarrow = useMedia("(max-width: 639px)");
  return isNarrow ? <SwipedColumns view={view} /> : <AllColumns view={view} />;
}

function AllColumns({ view }: { readonly view: BoardView }) {
  const { isArchiveOpen } = useSession();
  const { project, due, statuses } = view.address;
  const place = JSON.stringify([project, due]);
  const isFoldable = !statuses.includes("archived");
  return (
    <div className="columns">
      {view.groups.map((group) => (
        <Column
          key={`${group.key} ${place}`}
          {...columnProps(view, group)}
          isFolded={group === view.folded}
          onFold={group.key === "archived" && isFoldable ? () => isArchiveOpen.set(!isArchiveOpen.get()) : undefined}
        />
      ))}
    </div>
  );
}
