// The due views as filters of the API, in the person's own days: what is open and late, due today, due until Sunday, without a date.
import type { TaskFilter } from "../../../src/app/api/contract/list.ts";
import type { DueName } from "./stats-api.ts";

const open: TaskFilter = { status: { in: ["pending", "active"] } };

export function dueFilters(now: Date): Readonly<Record<DueName, TaskFilter>> {
  const between = (from: Date, until: Date): TaskFilter => ({ ...open, due_date: { gte: from.toISOString(), lt: until.toISOString() } });
  const daysToMonday = (8 - now.getDay()) % 7 || 7;
  return {
    overdue: { ...open, due_date: { lt: now.toISOString() } },
    today: between(startOfDay(now, 0), startOfDay(now, 1)),
    week: between(startOfDay(now, 0), startOfDay(now, daysToMonday)),
    none: { ...open, due_date: null },
  };
}

function startOfDay(now: Date, daysAhead: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + daysAhead);
}
