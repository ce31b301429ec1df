// rowhouse backup restore ID --directory DIR: exit 0 when the server's files are there, whole; anything else left nothing.
import { resolve } from "node:path";
import { planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { findBackup } from "../../operations/backup/find.ts";
import { planRestoreBase } from "../../operations/backup/restore-base.ts";
import type { Invocation } from "../command.ts";
import { showPlan, whileLive } from "../output.ts";
import { textOption } from "../parse.ts";
import { printEvidence } from "./proof.ts";
import { backupsOf } from "./stores.ts";

export async function restoreServer(invocation: Invocation): Promise<number> {
  const { context, output, options, operands, signal } = invocation;
  const directory = resolve(invocation.directory, textOption(options, "directory") ?? "");
  const [name] = operands;
  if (name === undefined || name === "latest")
    throw new Problem("RH-USE-001", "no base backup is named", { hint: "Give the id of one, as `rowhouse backup list` shows it." });
  await using stored = await backupsOf(invocation, { isDestination: true });
  const { store, backups, mirror } = stored;
  const backup = findBackup({ name, backups, store });
  const { plan, restore } = await planRestoreBase(context, {
    backup,
    directory,
    onProgress: whileLive(output),
  });
  if (options["dry-run"]) {
    showPlan(output, planText(plan));
    return 0;
  }
  await mirror?.bring(backup, signal);
  const { restored, evidence } = await restore({ signal, onStep: ({ title }) => output.progress(title) });
  output.envelope({ evidence, result: restored });
  printEvidence(output, evidence);
  output.line(`RESTORED   ${restored.databases.join(", ")} in ${restored.directory}, not started`);
  output.advice(`To start it: \`${restored.start}\``);
  return 0;
}
