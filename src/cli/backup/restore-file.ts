// rowhouse backup restore --file: exit 0 when what the file makes stands in its place, equal to what it made in a throw-away server; 6 for
// a file that is cut or changed, 4 for one that holds what is not run. Anything but 0 left nothing on the server, or says
// what it could not take back.
import { resolve } from "node:path";
import { planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { planForeign, type RestoredForeign } from "../../operations/backup/foreign.ts";
import type { Invocation } from "../command.ts";
import { showPlan, whileLive } from "../output.ts";
import { textOption } from "../parse.ts";
import { printEvidence } from "./proof.ts";
import { restoreTarget, withAskedPassword } from "./target.ts";

export async function restoreFile(invocation: Invocation): Promise<number> {
  const { context, output, directory, options, signal } = invocation;
  const name = newName(invocation);
  const path = resolve(directory, textOption(options, "file") ?? "");
  const onProgress = whileLive(output);
  const target = await restoreTarget(invocation);
  const { plan, restore } = await withAskedPassword(invocation, target, (asked) => planForeign(context, { path, target: asked, name, onProgress }));
  if (options["dry-run"]) {
    showPlan(output, planText(plan));
    return 0;
  }
  const { restored, evidence } = await restore({ signal, onStep: ({ title }) => output.progress(title) });
  output.envelope({ evidence, result: restored });
  printEvidence(output, evidence);
  output.line(doneText(restored));
  return 0;
}

/** Of a new database: such a file is put over nothing, and there are no parts of it to choose. */
function newName({ options, operands }: Invocation): string {
  if (operands[0] !== undefined)
    throw new Problem("RH-USE-001", `--file and ${operands[0]} exclude each other`, { field: "file", hint: "Give --file PATH and --into NAME." });
  const name = textOption(options, "into");
  if (name !== undefined) return name;
  throw new Problem("RH-USE-001", "no database is named", { field: "into", hint: "Give --into NAME for a new database." });
}

function doneText({ database, where, tables, rows, owner }: RestoredForeign): string {
  return `RESTORED   ${database} at ${where}, of ${owner}: ${tables} ${tables === 1 ? "table" : "tables"} equal, ${rows.toLocaleString("en-US")} rows`;
}
