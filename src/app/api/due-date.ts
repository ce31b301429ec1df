// The schema knows the form of a moment; the calendar and what both engines can hold is looked at here.
import { storedMoment } from "../moments.ts";

/** The task with its due date in UTC. Throws RH-API-001, naming the field in `place` (`operations[3].task.`) when it has one. */
export function inUtc<T extends { due_date?: string | null }>(task: T, place = ""): T {
  return typeof task.due_date === "string" ? { ...task, due_date: storedMoment(task.due_date, `${place}due_date`) } : task;
}
