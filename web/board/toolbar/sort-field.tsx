// The order of the tasks, as one choice.
import { Field } from "../edit/field.tsx";
import { go } from "../hooks/use-address.ts";
import { formatSort, type Sort } from "../view/address.ts";

const orders: readonly (Sort & { readonly title: string })[] = [
  { title: "Newest first", field: "id", isDescending: true },
  { title: "Oldest first", field: "id", isDescending: false },
  { title: "Due first", field: "due_date", isDescending: false },
  { title: "Highest priority first", field: "priority", isDescending: true },
  { title: "Changed last first", field: "updated_at", isDescending: true },
  { title: "By title", field: "title", isDescending: false },
  { title: "By project", field: "project_id", isDescending: false },
  { title: "By person", field: "assigned_to", isDescending: false },
];

export function SortField({ sort }: { readonly sort: Sort }) {
  const current = formatSort(sort);
  const isUsual = orders.some((order) => formatSort(order) === current);
  const choose = (text: string) => {
    const order = orders.find((one) => formatSort(one) === text);
    if (order) go({ sort: { field: order.field, isDescending: order.isDescending } });
  };
  return (
    <Field title="Order" fault={undefined}>
      {(control) => (
        <select {...control} value={current} onChange={(event) => choose(event.target.value)}>
          {!isUsual && <option value={current}>As the list’s heads say</option>}
          {orders.map((order) => (
            <option key={formatSort(order)} value={formatSort(order)}>
              {order.title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
