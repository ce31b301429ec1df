// rowhouse backup copy: exit 0 when every backup that was meant is at the other end, read back; 6 when one is not.
import { resolve } from "node:path";
import { perform, planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import { type CopiedBackup, planCopy } from "../../operations/backup/copy.ts";
import { findBackup } from "../../operations/backup/find.ts";
import type { ListedBackup } from "../../operations/backup/list.ts";
import type { Invocation } from "../command.ts";
import { type Output, planLines } from "../output.ts";
import { textOption } from "../parse.ts";
import { backupsOf } from "./stores.ts";

export async function copy(invocation: Invocation): Promise<number> {
  const { context, output, options, directory, signal } = invocation;
  const to = textOption(options, "to");
  if (to === undefined) throw new Problem("RH-USE-001", "--to is missing", { field: "to", hint: "Give a directory on another disk: --to DIR." });
  const { store, backups } = await meant(invocation);
  const copied: CopiedBackup[] = [];
  const plan = await planCopy(context, {
    backups,
    store,
    to: resolve(directory, to),
    onProgress: (text) => {
      if (output.isLive) output.progress(text);
    },
    onCopied: (one) => {
      copied.push(one);
      print(output, one);
    },
  });
  if (options["dry-run"]) {
    output.envelope({ plan: planText(plan) });
    for (const note of plan.notes) output.advice(`! ${note}`);
    for (const line of planLines(planText(plan), output.width)) output.line(line);
    return 0;
  }
  await perform(plan, { signal, onStep: ({ title }) => output.progress(title) });
  output.envelope({ result: { to: resolve(directory, to), backups: copied, notes: plan.notes } });
  for (const note of plan.notes) output.advice(`! ${note}`);
  return copied.some(({ state }) => state === "FAILED") ? 6 : 0;
}

/** One, or all that are backups, the oldest first. */
async function meant(invocation: Invocation): Promise<{ readonly store: string; readonly backups: readonly ListedBackup[] }> {
  const { store, backups } = await backupsOf(invocation);
  const [name] = invocation.operands;
  if (name !== undefined) return { store, backups: [findBackup({ name, backups, store })] };
  const all = backups.filter(({ state }) => state !== "UNFINISHED" && state !== "BROKEN");
  if (all.length > 0) return { store, backups: all.toReversed() };
  throw new Problem("RH-BACKUP-010", `there is no backup in ${store}`, { hint: "Take one: `rowhouse backup take`." });
}

function print(output: Output, { id, state, bytes, directory, because }: CopiedBackup): void {
  const seen = state === "FAILED" ? because : `${formatBytes(bytes)}, read back in ${directory}`;
  output.line(`${state.padEnd(8)}${id}   ${seen}`, state === "FAILED" ? "red" : undefined);
}
