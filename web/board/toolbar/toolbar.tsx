// Below the heading: search, filters, and whether columns or a list are shown.
import { ColumnsIcon, FilterIcon, ListIcon } from "../../kit/icons.tsx";
import { go } from "../hooks/use-address.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import { useSession } from "../session.ts";
import { isSameSort, newestFirst } from "../view/address.ts";
import { FilterChips } from "./filters.tsx";
import { SearchBox } from "./search-box.tsx";

export const filterButtonId = "filter-button";

export function Toolbar({ view }: { readonly view: BoardView }) {
  const { address } = view;
  const { filtering } = useSession();
  return (
    <div className="toolbar">
      <SearchBox view={view} />
      <button
        type="button"
        id={filterButtonId}
        className="button"
        aria-haspopup="dialog"
        aria-keyshortcuts="f"
        onClick={(event) => filtering.set({ anchor: event.currentTarget.getBoundingClientRect() })}
      >
        <FilterIcon />
        <span className="toolbar-word">Filter</span>
        {!isSameSort(address.sort, newestFirst) && <span className="toolbar-dot" title="In another order than newest first" />}
      </button>
      <FilterChips address={address} />
      <fieldset className="layouts">
        <legend className="hidden-text">Layout</legend>
        <LayoutButton layout="columns" title="Columns" address={address} icon={<ColumnsIcon />} />
        <LayoutButton layout="list" title="List" address={address} icon={<ListIcon />} />
      </fieldset>
    </div>
  );
}

function LayoutButton(props: {
  readonly layout: "columns" | "list";
  readonly title: string;
  readonly address: BoardView["address"];
  readonly icon: React.ReactNode;
}) {
  const { layout, title, address, icon } = props;
  return (
    <button type="button" className="layout" title={title} aria-label={title} aria-pressed={address.layout === layout} onClick={() => go({ layout })}>
      {icon}
    </button>
  );
}
