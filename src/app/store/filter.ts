// What a client selects, as conditions of SQL: three-valued as SQL's own (a comparison with NULL is never true), text literal
// and case-sensitive but for `search`, every value bound. LIKE escapes by `!` on both engines, since the backslash means
// something else on each. Source: postgresql.org/docs/current/functions-matching.html, mariadb.com/kb/en/like
import { Problem } from "../../foundation/problem.ts";
import { type Sql, type SqlValue, sql } from "../../foundation/sql.ts";
import { conditionLimit, type FilterField, type Selection, type TaskFilter } from "../api/contract/list.ts";
import { storedMoment } from "../moments.ts";
import { type Column, columns } from "./columns.ts";
import { compared } from "./comparisons.ts";
import type { Dialect } from "./dialect.ts";

type Comparison = Readonly<Record<string, SqlValue | readonly SqlValue[]>>;

/** One filter on its way to SQL: how moments are bound, and how many conditions there are so far. */
interface Reading {
  readonly dialect: Dialect;
  readonly place: string;
  conditions: number;
}

/** `where …`, or nothing when everything is selected. Names the filter at fault by `place`, as in `operations[3].filter`. */
export function whereSelected(dialect: Dialect, selection: Selection, place = "filter"): Sql {
  return where(selected(dialect, selection, place));
}

export function where(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, " and ")}`;
}

/** The conditions that all have to hold. Throws RH-API-001 for a moment that is none, and for too many conditions. */
export function selected(dialect: Dialect, { status, project_id, search, filter }: Selection, place = "filter"): readonly Sql[] {
  return [
    ...(status === undefined ? [] : [oneOf(columns.status, [...new Set(status.split(","))])]),
    ...(project_id === undefined ? [] : [sql`${columns.project_id.value} = ${project_id}`]),
    ...(filter === undefined ? [] : filtered(filter, place, { dialect, place, conditions: 0 })),
    ...(search === undefined ? [] : [found(dialect, search)]),
  ];
}

/** Whether no task that is selected can have NULL in `field`, so that an order needs no rule for it. */
export function excludesNull({ project_id, filter }: Selection, field: FilterField): boolean {
  if (field === "project_id" && project_id !== undefined) return true;
  const asked = filter?.[field];
  if (asked === undefined || asked === null) return false;
  return typeof asked !== "object" || Object.entries(asked).some(([operator, value]) => operator !== "eq" || value !== null);
}

function filtered(filter: TaskFilter, place: string, reading: Reading): readonly Sql[] {
  return Object.entries(filter).flatMap(([name, asked]) => {
    const at = `${place}.${name}`;
    if (name === "and") return (asked as readonly TaskFilter[]).flatMap((inner, index) => filtered(inner, `${at}[${index}]`, reading));
    if (name === "or") return [anyOf(asked as readonly TaskFilter[], at, reading)];
    const comparison = typeof asked === "object" && asked !== null ? (asked as Comparison) : { eq: asked as SqlValue };
    return Object.entries(comparison).map(([operator, value]) => {
      countCondition(reading);
      return conditionOf(columns[name as FilterField], { operator, value, place: comparison === asked ? `${at}.${operator}` : at }, reading.dialect);
    });
  });
}

function anyOf(filters: readonly TaskFilter[], place: string, reading: Reading): Sql {
  const branches = filters.map((inner, index) => sql`(${sql.join(filtered(inner, `${place}[${index}]`, reading), " and ")})`);
  return sql`(${sql.join(branches, " or ")})`;
}

function countCondition(reading: Reading): void {
  reading.conditions++;
  if (reading.conditions <= conditionLimit) return;
  throw new Problem("RH-API-001", `${reading.place} has more than ${conditionLimit} conditions`, { field: reading.place });
}

interface Asked {
  readonly operator: string;
  readonly value: SqlValue | readonly SqlValue[];
  readonly place: string;
}

function conditionOf(column: Column, { operator, value, place }: Asked, dialect: Dialect): Sql {
  const bind = (one: SqlValue, at: string) => (column.holds === "moment" && one !== null ? dialect.bindMoment(storedMoment(String(one), at)) : one);
  if (operator === "in") {
    const bound = (value as readonly SqlValue[]).map((one, index) => bind(one, `${place}[${index}]`));
    return oneOf(column, bound);
  }
  if (value === null) return operator === "eq" ? sql`${column.value} is null` : sql`${column.value} is not null`;
  const pattern = patterns[operator]?.(literal(value as SqlValue));
  if (pattern !== undefined) return sql`${column.value} like ${pattern} escape '!'`;
  return compared(column.value, operator, bind(value as SqlValue, place));
}

const patterns: Readonly<Record<string, (text: string) => string>> = {
  contains: (text) => `%${text}%`,
  starts_with: (text) => `${text}%`,
  ends_with: (text) => `%${text}`,
};

function oneOf({ value }: Column, values: readonly SqlValue[]): Sql {
  return values.length === 1 ? sql`${value} = ${values[0] as SqlValue}` : sql`${value} in (${sql.join(values, ", ")})`;
}

function found({ lowerCase }: Dialect, search: string): Sql {
  const pattern = lowerCase(sql`${`%${literal(search)}%`}`);
  return sql`(${lowerCase(columns.title.value)} like ${pattern} escape '!' or ${lowerCase(columns.description.value)} like ${pattern} escape '!')`;
}

/** The text as a pattern that means itself. */
function literal(text: SqlValue): string {
  return String(text).replace(/[!%_]/g, "!$&");
}
