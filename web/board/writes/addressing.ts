// What a write is meant for, found out when it is sent: the version of each task as it is known by then. Fields that somebody
// else changed meanwhile make it a refusal instead; other people's other fields do not.
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import type { ApiProblem } from "../../kit/api.ts";
import type { TaskStore } from "../data/task-store.ts";
import { type Conflict, conflictOf, type Operation } from "./operations.ts";
import type { Sendable } from "./send.ts";

export type Refusal = { readonly problem: ApiProblem } | { readonly conflicts: readonly Conflict[] } | { readonly isGone: true };

export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super("the write is refused");
    this.refusal = refusal;
  }
}

/** Throws Refused. Of several tasks those that are gone are left out. */
export function addressed(operations: readonly Operation[], store: TaskStore): readonly Sendable[] {
  const conflicts: Conflict[] = [];
  const sendable = operations.flatMap((operation): readonly Sendable[] => {
    if (operation.op === "create") return [operation];
    const known = store.known(operation.id);
    if (!known) return [];
    const conflict = conflictOf(operation, known);
    if (conflict) conflicts.push(conflict);
    return [versioned(operation, known)];
  });
  if (conflicts.length > 0) throw new Refused({ conflicts });
  if (sendable.length === 0) throw new Refused({ isGone: true });
  return sendable;
}

function versioned(operation: Exclude<Operation, { readonly op: "create" }>, known: Task): Sendable {
  const { id, version } = known;
  return operation.op === "delete" ? { op: "delete", id, version } : { ...operation, id, version };
}
