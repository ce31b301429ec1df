// The fields of the edit panel, each with its label and the place for its problem.
import { PriorityBars, StatusIcon } from "../../kit/icons.tsx";
import { Choices } from "./choices.tsx";
import type { Draft, Faults } from "./draft.ts";
import { Field } from "./field.tsx";
import type { BoardView } from "../hooks/use-board-view.ts";
import { fieldTitles } from "../field-titles.ts";
import { statusOrder, statusTitles } from "../statuses.ts";

export interface EditFieldsProps {
  readonly draft: Draft;
  readonly faults: Faults;
  readonly view: BoardView;
  readonly onChange: (part: Partial<Draft>) => void;
}

export function EditFields({ draft, faults, view, onChange }: EditFieldsProps) {
  return (
    <>
      <Field title={fieldTitles.title} fault={faults.title}>
        {(control) => (
          <input {...control} data-first-focus autoComplete="off" value={draft.title} onChange={(event) => onChange({ title: event.target.value })} />
        )}
      </Field>
      <Field title={fieldTitles.description} fault={faults.description}>
        {(control) => <textarea {...control} value={draft.description} onChange={(event) => onChange({ description: event.target.value })} />}
      </Field>
      <Choices
        title={fieldTitles.status}
        fault={faults.status}
        options={statusOptions}
        value={draft.status}
        onChange={(status) => onChange({ status })}
      />
      <Choices
        title={fieldTitles.priority}
        fault={faults.priority}
        options={priorityOptions(draft.priority)}
        value={draft.priority}
        onChange={(priority) => onChange({ priority })}
      />
      <DueFields draft={draft} fault={faults.due_date} onChange={onChange} />
      <ProjectField draft={draft} fault={faults.project_id} view={view} onChange={onChange} />
      <PersonField draft={draft} fault={faults.assigned_to} view={view} onChange={onChange} />
    </>
  );
}

const statusOptions = statusOrder.map((status) => ({ value: status, label: statusTitles[status], icon: <StatusIcon status={status} /> }));

const usualPriorities = ["None", "Low", "Medium", "High"].map((label, value) => ({ value, label, icon: <PriorityBars priority={value} /> }));

// Any integer is a priority to the API; one outside 0 to 3 is kept and shown as its number.
function priorityOptions(current: number) {
  const isUsual = usualPriorities.some(({ value }) => value === current);
  return isUsual ? usualPriorities : [...usualPriorities, { value: current, label: String(current), icon: <PriorityBars priority={current} /> }];
}

type PartProps = Pick<EditFieldsProps, "draft" | "onChange"> & { readonly fault: string | undefined };

function DueFields({ draft, fault, onChange }: PartProps) {
  return (
    <div className="field-pair">
      <Field title="Due" fault={fault}>
        {(control) => (
          <input {...control} type="date" max="9998-12-31" value={draft.dueDay} onChange={(event) => onChange({ dueDay: event.target.value })} />
        )}
      </Field>
      <Field title="Time, if any" fault={undefined}>
        {(control) => <input {...control} type="time" value={draft.dueTime} onChange={(event) => onChange({ dueTime: event.target.value })} />}
      </Field>
    </div>
  );
}

function ProjectField({ draft, fault, view, onChange }: PartProps & Pick<EditFieldsProps, "view">) {
  return (
    <Field title={fieldTitles.project_id} fault={fault}>
      {(control) => (
        <select {...control} value={draft.projectId} onChange={(event) => onChange({ projectId: event.target.value })}>
          <option value="">No project</option>
          {view.projects.map((project) => (
            <option key={project.id} value={project.id}>
              {project.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

// Whoever has a task already is proposed; any other name can be typed.
function PersonField({ draft, fault, view, onChange }: PartProps & Pick<EditFieldsProps, "view">) {
  return (
    <>
      <Field title={fieldTitles.assigned_to} fault={fault}>
        {(control) => (
          <input {...control} list="people" value={draft.assignedTo} onChange={(event) => onChange({ assignedTo: event.target.value })} />
        )}
      </Field>
      <datalist id="people">
        {view.people.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
