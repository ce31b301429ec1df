// rowhouse backup restore --all: exit 0 when every database and every role is equal to the backup; what fails before the first database
// has its name is taken back.
import { planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatCount } from "../../foundation/units.ts";
import { findBackup } from "../../operations/backup/find.ts";
import type { ListedBackup } from "../../operations/backup/list.ts";
import { planRestoreAll } from "../../operations/backup/restore-all.ts";
import type { Invocation } from "../command.ts";
import { showPlan, whileLive } from "../output.ts";
import { printEvidence } from "./proof.ts";
import { backupsOf, type StoredBackups } from "./stores.ts";
import { restoreTarget, withAskedPassword } from "./target.ts";

export async function restoreAll(invocation: Invocation): Promise<number> {
  const { context, output, options, signal } = invocation;
  await using stored = await backupsOf(invocation, { isDestination: true });
  const backup = meantBackup(invocation, stored);
  const target = await restoreTarget(invocation);
  const { plan, restore } = await withAskedPassword(invocation, target, (asked) =>
    planRestoreAll(context, {
      backup,
      target: asked,
      keepsRoles: options["keep-roles"] === true,
      onProgress: whileLive(output),
    }),
  );
  if (options["dry-run"]) {
    showPlan(output, planText(plan));
    return 0;
  }
  await stored.mirror?.bring(backup, signal);
  const { restored, evidence } = await restore({ signal, onStep: ({ title }) => output.progress(title) });
  output.envelope({ evidence, result: restored });
  printEvidence(output, evidence);
  const { databases, where, tables, rows, notes } = restored;
  output.line(
    `RESTORED   ${formatCount(databases.length, "database")} at ${where}: ${formatCount(tables, "table")} equal, ${formatCount(rows, "row")}, and the roles`,
  );
  for (const note of notes) output.advice(`! ${note}`);
  return 0;
}

/** `latest` is the newest proved one of a database, and with --all of all of them. */
export function meantBackup({ operands, options }: Invocation, { store, backups }: StoredBackups): ListedBackup {
  const [name] = operands;
  if (name === undefined) throw new Problem("RH-USE-001", "no backup is named", { hint: "Give an id of `rowhouse backup list`, or `latest`." });
  const kind = options["all"] ? "all" : "database";
  return findBackup({ name, backups: name === "latest" ? backups.filter(({ content }) => content?.kind === kind) : backups, store, kind });
}
