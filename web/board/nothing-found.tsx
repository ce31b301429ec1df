// Nothing matches what was asked for: says so once for all columns, and offers the way out.
import { SearchIcon } from "../kit/icons.tsx";
import { go } from "./hooks/use-address.ts";
import type { BoardView } from "./hooks/use-board-view.ts";
import { filtersIn, withoutFilters } from "./view/address.ts";

export function NothingFound({ view }: { readonly view: BoardView }) {
  const { address, title } = view;
  const isElsewhere = address.project !== undefined || address.due !== undefined;
  return (
    <div className="nothing-found">
      <SearchIcon />
      <h2>Nothing found</h2>
      <p>
        {address.search === "" ? "No task" : <>No task with “{address.search}”</>} in {title === "All tasks" ? "all tasks" : <b>{title}</b>}
        {filtersIn({ ...address, search: "" }) > 0 && " with these filters"}.
      </p>
      <p className="nothing-ways">
        <button type="button" className="button button-primary" onClick={() => go(withoutFilters(address))}>
          Show all of this view
        </button>
        {isElsewhere && (
          <button type="button" className="button" onClick={() => go({ project: undefined, due: undefined })}>
            Look in all tasks
          </button>
        )}
      </p>
    </div>
  );
}
