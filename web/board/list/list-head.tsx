// The heads of the list: each sorts by its column, a second press the other way round.
import type { SortField } from "../../../src/app/api/contract/list.ts";
import { SortIcon } from "../../kit/icons.tsx";
import { go } from "../hooks/use-address.ts";
import type { Sort } from "../view/address.ts";

export const listColumns: readonly { readonly field: SortField; readonly title: string; readonly isDescendingFirst?: boolean }[] = [
  { field: "id", title: "#", isDescendingFirst: true },
  { field: "title", title: "Title" },
  { field: "status", title: "Status" },
  { field: "project_id", title: "Project" },
  { field: "assigned_to", title: "Assigned to" },
  { field: "due_date", title: "Due" },
  { field: "priority", title: "Priority", isDescendingFirst: true },
];

export function ListHead({ sort }: { readonly sort: Sort }) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {listColumns.map(({ field, title, isDescendingFirst = false }) => {
          const isSorted = sort.field === field;
          const next = { field, isDescending: isSorted ? !sort.isDescending : isDescendingFirst };
          const direction = sort.isDescending ? "descending" : "ascending";
          return (
            <th key={field} scope="col" className={`list-${field}`} aria-sort={isSorted ? direction : "none"}>
              <button type="button" className="list-sort" onClick={() => go({ sort: next })}>
                {field === "id" && <span className="hidden-text">Number</span>}
                <span aria-hidden={field === "id"}>{title}</span>
                {isSorted && <SortIcon isDescending={sort.isDescending} />}
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
