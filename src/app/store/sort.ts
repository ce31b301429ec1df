// The order of a list, and the place of a row in it. NULLs come last in both directions on both engines (their defaults differ),
// and `id` ends every order, so that no two rows share a place. The default order stays what an index gives as it is.
// Source: postgresql.org/docs/current/queries-order.html, mariadb.com/kb/en/null-values
import { type Sql, type SqlValue, sql } from "../../foundation/sql.ts";
import type { SortField } from "../api/contract/list.ts";
import { columns } from "./columns.ts";

export interface SortKey {
  readonly field: SortField;
  readonly isDescending: boolean;
  readonly isNullable: boolean;
}

/** The keys of `-priority,due_date`. A column counts where it stands first; behind `id` nothing is left to decide. */
export function orderOf(sort: string | undefined, isNullable = (field: SortField) => columns[field].isNullable): readonly SortKey[] {
  const order: SortKey[] = [];
  for (const name of [...(sort?.split(",") ?? []), "id"]) {
    const field = name.replace("-", "") as SortField;
    if (order.some((key) => key.field === field)) continue;
    order.push({ field, isDescending: name.startsWith("-"), isNullable: isNullable(field) });
    if (field === "id") break;
  }
  return order;
}

/** The order as a client would write it. */
export function sortOf(order: readonly SortKey[]): string {
  return order.map(({ field, isDescending }) => `${isDescending ? "-" : ""}${field}`).join(",");
}

export function orderBy(order: readonly SortKey[]): Sql {
  const terms = order.flatMap(({ field, isDescending, isNullable }) => {
    const { value } = columns[field];
    return [...(isNullable ? [sql`${value} is null`] : []), isDescending ? sql`${value} desc` : value];
  });
  return sql`order by ${sql.join(terms, ", ")}`;
}

/**
 * Whether a row comes behind the one that has `values` in the columns of `order`. The first column is bounded once more by
 * itself: that changes no answer, and is what lets an index start at the place.
 */
export function behind(order: readonly SortKey[], values: readonly SqlValue[]): Sql {
  const [first, ...rest] = order as readonly [SortKey, ...SortKey[]];
  const [value = null, ...others] = values;
  if (rest.length === 0) return beyond(first, value);
  const next = sql`(${equal(first, value)} and ${behind(rest, others)})`;
  if (value === null) return next; // NULLs are last, so nothing is beyond them
  const either = sql`(${beyond(first, value)} or ${next})`;
  return first.isNullable ? either : sql`${bound(first, value)} and ${either}`;
}

function beyond({ field, isDescending, isNullable }: SortKey, value: SqlValue): Sql {
  const column = columns[field].value;
  const strictly = isDescending ? sql`${column} < ${value}` : sql`${column} > ${value}`;
  return isNullable ? sql`(${strictly} or ${column} is null)` : strictly;
}

function bound({ field, isDescending }: SortKey, value: SqlValue): Sql {
  const column = columns[field].value;
  return isDescending ? sql`${column} <= ${value}` : sql`${column} >= ${value}`;
}

function equal({ field }: SortKey, value: SqlValue): Sql {
  const column = columns[field].value;
  return value === null ? sql`${column} is null` : sql`${column} = ${value}`;
}
