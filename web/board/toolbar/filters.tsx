// The filters and the order, in a popup that changes what is behind it at once; and what is filtered by, as chips.
import { Dialog } from "../../kit/dialog.tsx";
import { CrossIcon, PriorityBars, StatusIcon } from "../../kit/icons.tsx";
import { Field } from "../edit/field.tsx";
import { go } from "../hooks/use-address.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import { statusOrder, statusTitles } from "../statuses.ts";
import { type Address, dueViews, withoutFilters } from "../view/address.ts";
import { dueTitles } from "../view/titles.ts";
import { Checks } from "./checks.tsx";
import { SortField } from "./sort-field.tsx";

export interface FiltersProps {
  readonly view: BoardView;
  readonly anchor: DOMRect | undefined;
  readonly onClose: () => void;
}

const priorityNames = ["None", "Low", "Medium", "High"];
const statusOptions = statusOrder.map((status) => ({ value: status, label: statusTitles[status], icon: <StatusIcon status={status} /> }));
const priorityOptions = priorityNames.map((label, value) => ({ value, label, icon: <PriorityBars priority={value} /> }));

export function Filters({ view, anchor, onClose }: FiltersProps) {
  const { address } = view;
  return (
    <Dialog title="Filter and sort" shape="popup" anchor={anchor} onClose={onClose}>
      <div className="dialog-body">
        <Checks
          title="Status"
          isFirst
          options={statusOptions}
          values={address.statuses}
          onChange={(statuses) => go({ statuses: inOrder(statuses) })}
        />
        <Checks
          title="Priority"
          options={priorityOptions}
          values={address.priorities}
          onChange={(priorities) => go({ priorities: priorities.toSorted() })}
        />
        <ProjectField view={view} />
        <PersonField view={view} />
        <DueField address={address} />
        <SortField sort={address.sort} />
      </div>
      <div className="dialog-foot">
        <button type="button" className="button button-primary" onClick={onClose}>
          Done
        </button>
        <button
          type="button"
          className="button button-bare push"
          onClick={() => go(withoutFilters({ ...address, project: undefined, due: undefined }))}
        >
          Show everything
        </button>
      </div>
    </Dialog>
  );
}

function ProjectField({ view }: { readonly view: BoardView }) {
  const { project } = view.address;
  const choose = (value: string) => go({ project: value === "" ? undefined : value === "none" ? "none" : Number(value) });
  return (
    <Field title="Project" fault={undefined}>
      {(control) => (
        <select {...control} value={project ?? ""} onChange={(event) => choose(event.target.value)}>
          <option value="">Any</option>
          <option value="none">No project</option>
          {view.projects.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

// The value of the option for everybody cannot be a name: names have no leading blank.
const anybody = " any";

function PersonField({ view }: { readonly view: BoardView }) {
  const { assignee } = view.address;
  const isUnknown = assignee !== undefined && assignee !== "" && !view.people.includes(assignee);
  return (
    <Field title="Assigned to" fault={undefined}>
      {(control) => (
        <select
          {...control}
          value={assignee ?? anybody}
          onChange={(event) => go({ assignee: event.target.value === anybody ? undefined : event.target.value })}
        >
          <option value={anybody}>Anybody</option>
          <option value="">Nobody</option>
          {[...(isUnknown ? [assignee] : []), ...view.people].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function DueField({ address }: { readonly address: Address }) {
  return (
    <Field title="Due" fault={undefined}>
      {(control) => (
        <select {...control} value={address.due ?? ""} onChange={(event) => go({ due: dueViews.find((due) => due === event.target.value) })}>
          <option value="">Any time</option>
          {dueViews.map((due) => (
            <option key={due} value={due}>
              {dueTitles[due]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Each filter that leaves tasks out, with a button that takes it away. Project and due date stand in the heading. */
export function FilterChips({ address }: { readonly address: Address }) {
  const { statuses, priorities, assignee } = address;
  const chips = [
    ...(statuses.length > 0 ? [{ text: statuses.map((status) => statusTitles[status]).join(", "), without: { statuses: [] } }] : []),
    ...(priorities.length > 0
      ? [{ text: `Priority ${priorities.map((priority) => priorityNames[priority]?.toLowerCase()).join(", ")}`, without: { priorities: [] } }]
      : []),
    ...(assignee === undefined ? [] : [{ text: assignee === "" ? "Nobody’s" : assignee, without: { assignee: undefined } }]),
  ];
  return chips.map(({ text, without }) => (
    <span key={text} className="chip">
      <span className="chip-label">{text}</span>
      <button type="button" className="chip-off" aria-label={`Without the filter: ${text}`} onClick={() => go(without)}>
        <CrossIcon size={12} />
      </button>
    </span>
  ));
}

function inOrder(statuses: Address["statuses"]): Address["statuses"] {
  return statusOrder.filter((status) => statuses.includes(status));
}
