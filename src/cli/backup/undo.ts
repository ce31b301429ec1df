// rowhouse backup undo: brings back what a restore put aside; exit 0 when it has its name again.
import { planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { planUndo } from "../../operations/backup/undo.ts";
import type { Invocation } from "../command.ts";
import { showPlan } from "../output.ts";
import { printEvidence } from "./proof.ts";
import { undoCommand } from "./restore.ts";
import { confirmation, restoreTarget, withAskedPassword } from "./target.ts";

export async function undo(invocation: Invocation): Promise<number> {
  const { context, output, options, operands, signal } = invocation;
  const [aside] = operands;
  if (aside === undefined)
    throw new Problem("RH-USE-001", "no database is named", { hint: "Give the name that the restore printed: NAME_before_7f3a." });
  const target = await restoreTarget(invocation);
  const endsSessions = options["end-sessions"] === true;
  const {
    plan,
    name,
    isTaken,
    undo: perform,
  } = await withAskedPassword(invocation, target, (asked) => planUndo(context, { target: asked, aside, endsSessions }));
  if (options["dry-run"]) {
    showPlan(output, planText(plan));
    return 0;
  }
  const confirm = isTaken ? await confirmation(invocation, { name, question: `This puts ${aside} in the place of ${name}.` }) : undefined;
  const { undone, evidence } = await perform({ signal, onStep: ({ title }) => output.progress(title), confirm });
  const again = undone.keptAs === undefined ? {} : { undo: undoCommand(invocation, undone.keptAs, name) };
  output.envelope({ evidence, result: { ...undone, ...again } });
  printEvidence(output, evidence);
  if (again.undo) output.advice(`What was there is kept as ${undone.keptAs}; to bring it back: \`${again.undo}\``);
  return 0;
}
