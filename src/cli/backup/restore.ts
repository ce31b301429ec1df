// rowhouse backup restore: exit 0 when the restored database is equal to the backup and in its place; anything else changed nothing.
import { planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { planRestore, type Restored } from "../../operations/backup/restore.ts";
import type { Wish } from "../../operations/backup/restore-checks.ts";
import type { Invocation } from "../command.ts";
import { showPlan, whileLive } from "../output.ts";
import { listOption, textOption } from "../parse.ts";
import { printEvidence } from "./proof.ts";
import { meantBackup, restoreAll } from "./restore-all.ts";
import { restoreMode } from "./restore-mode.ts";
import { restoreFile } from "./restore-file.ts";
import { restoreServer } from "./restore-server.ts";
import { backupsOf } from "./stores.ts";
import { confirmation, restoreTarget, withAskedPassword } from "./target.ts";

export async function restore(invocation: Invocation): Promise<number> {
  const mode = restoreMode(invocation.options);
  if (mode === "file") return restoreFile(invocation);
  if (mode === "all") return restoreAll(invocation);
  return mode === "directory" ? restoreServer(invocation) : restoreOne(invocation);
}

async function restoreOne(invocation: Invocation): Promise<number> {
  const { context, output, options, signal } = invocation;
  const wish = wishOf(invocation);
  await using stored = await backupsOf(invocation, { isDestination: true });
  const backup = meantBackup(invocation, stored);
  const target = await restoreTarget(invocation);
  const { plan, restore: perform } = await withAskedPassword(invocation, target, (asked) =>
    planRestore(context, {
      backup,
      target: asked,
      wish,
      database: textOption(options, "database"),
      tables: listOption(options, "table"),
      onProgress: whileLive(output),
    }),
  );
  if (options["dry-run"]) {
    showPlan(output, planText(plan));
    return 0;
  }
  const confirm = wish.isOver
    ? await confirmation(invocation, { name: wish.name, question: `This puts ${backup.id} in the place of ${wish.name}.` })
    : undefined;
  await stored.mirror?.bring(backup, signal);
  const { restored, evidence } = await perform({ signal, onStep: ({ title }) => output.progress(title), confirm });
  const undo = restored.keptAs === undefined ? {} : { undo: undoCommand(invocation, restored.keptAs, restored.database) };
  output.envelope({ evidence, result: { ...restored, ...undo } });
  printEvidence(output, evidence);
  output.line(doneText(restored));
  if (undo.undo) output.advice(`The old one is kept as ${restored.keptAs}; to bring it back: \`${undo.undo}\``);
  return 0;
}

function wishOf({ options }: Invocation): Wish {
  const [into, over] = [textOption(options, "into"), textOption(options, "over")];
  const name = into ?? over;
  if (name === undefined || (into !== undefined && over !== undefined)) {
    throw new Problem("RH-USE-001", into === undefined ? "no database is named" : `--into ${into} and --over ${over}`, {
      hint: "Give --into NAME for a new database, or --over NAME for one that is there and is kept aside.",
    });
  }
  return { name, isOver: over !== undefined, endsSessions: options["end-sessions"] === true };
}

export function undoCommand({ options }: Invocation, aside: string, name: string): string {
  const target = textOption(options, "target");
  return `rowhouse backup undo ${aside} --confirm ${name}${target === undefined ? "" : ` --target ${target}`}`;
}

function doneText({ database, where, tables, rows }: Restored): string {
  return `RESTORED   ${database} at ${where}: ${tables} ${tables === 1 ? "table" : "tables"} equal, ${rows.toLocaleString("en-US")} rows`;
}
