// The operations of a bulk write as runs: neighbours that become one statement, since they are of one kind and touch different
// rows, and if they change rows, the same columns of them. An operation with a filter is a run by itself. Pure.
import type { BulkOperation } from "../api/contract/bulk.ts";

type Kind = BulkOperation["op"];

export interface Step<Op extends Kind> {
  /** How the operation is named in a failure. */
  readonly place: string;
  readonly operation: Extract<BulkOperation, { op: Op }>;
}

export type Run = { [Op in Kind]: { readonly op: Op; readonly steps: readonly [Step<Op>, ...Step<Op>[]] } }[Kind];

interface Growing {
  readonly op: Kind;
  readonly steps: Step<Kind>[];
  /** Equal for operations that can be one statement. */
  readonly likeness: string;
  readonly ids: Set<number>;
}

export function runsOf(operations: readonly BulkOperation[]): readonly Run[] {
  const runs: Growing[] = [];
  operations.forEach((operation, index) => {
    const run = runFor(runs, operation, index);
    run.steps.push({ place: `operations[${index}]`, operation });
    if ("id" in operation) run.ids.add(operation.id);
  });
  return runs as unknown as readonly Run[]; // the steps of a run have its kind, which the types above cannot follow
}

function runFor(runs: Growing[], operation: BulkOperation, index: number): Growing {
  const likeness = likenessOf(operation, index);
  const last = runs.at(-1);
  if (last?.likeness === likeness && !("id" in operation && last.ids.has(operation.id))) return last;
  const next = { op: operation.op, steps: [], likeness, ids: new Set<number>() };
  runs.push(next);
  return next;
}

function likenessOf(operation: BulkOperation, index: number): string {
  if (operation.op === "create" || operation.op === "delete") return operation.op;
  if (operation.op === "update") return `update ${Object.keys(operation.change).sort()}`;
  return String(index);
}
