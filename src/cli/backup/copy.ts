// rowhouse backup copy: exit 0 when every backup that was meant is at the other end, read back; 6 when one is not.
import { resolve } from "node:path";
import { perform, planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import { type CopiedBackup, planCopy } from "../../operations/backup/copy.ts";
import { planRemoteCopy } from "../../operations/backup/copy-remote.ts";
import { findBackup } from "../../operations/backup/find.ts";
import type { ListedBackup } from "../../operations/backup/list.ts";
import { isAddress, remoteStore } from "../../operations/backup/remote.ts";
import type { Invocation } from "../command.ts";
import { type Output, planLines, whileLive } from "../output.ts";
import { textOption } from "../parse.ts";
import { backupsOf, type StoredBackups } from "./stores.ts";

export async function copy(invocation: Invocation): Promise<number> {
  const { output, options, signal } = invocation;
  const to = textOption(options, "to");
  if (to === undefined)
    throw new Problem("RH-USE-001", "--to is missing", { field: "to", hint: "Give --to DIR, on another disk, or --to sftp://user@host/path." });
  await using stored = await backupsOf(invocation);
  const copied: CopiedBackup[] = [];
  const { plan, place } = await planned(invocation, { to, stored, copied });
  if (options["dry-run"]) {
    output.envelope({ plan: planText(plan) });
    for (const note of plan.notes) output.advice(`! ${note}`);
    for (const line of planLines(planText(plan), output.width)) output.line(line);
    return 0;
  }
  await perform(plan, { signal, onStep: ({ title }) => output.progress(title) });
  output.envelope({ result: { to: place, backups: copied, notes: plan.notes } });
  for (const note of plan.notes) output.advice(`! ${note}`);
  return copied.some(({ state }) => state === "FAILED") ? 6 : 0;
}

/** Into a directory, or to another machine; from there too, but not from one machine to another past this one. */
async function planned(
  invocation: Invocation,
  { to, stored, copied }: { readonly to: string; readonly stored: StoredBackups; readonly copied: CopiedBackup[] },
) {
  const { context, output, directory, signal } = invocation;
  const { mirror } = stored;
  const shared = {
    backups: meant(invocation, stored),
    onProgress: whileLive(output),
    onCopied: (one: CopiedBackup) => {
      copied.push(one);
      print(output, one);
    },
  };
  if (!isAddress(to)) {
    const place = resolve(directory, to);
    return { place, plan: await planCopy(context, { ...shared, store: mirror?.directory ?? stored.store, mirror, to: place }) };
  }
  if (mirror) throw new Problem("RH-USE-001", "--store and --to are both on other machines", { field: "to", hint: "Copy here first: --to DIR." });
  const remote = await remoteStore(context, to);
  return { place: remote.address, plan: await planRemoteCopy(context, { ...shared, to: remote, signal }) };
}

/** One, or all that are backups, the oldest first. */
function meant({ operands }: Invocation, { store, backups }: StoredBackups): readonly ListedBackup[] {
  const [name] = operands;
  if (name !== undefined) return [findBackup({ name, backups, store })];
  const all = backups.filter(({ state }) => state !== "UNFINISHED" && state !== "BROKEN");
  if (all.length > 0) return all.toReversed();
  throw new Problem("RH-BACKUP-010", `there is no backup in ${store}`, { hint: "Take one: `rowhouse backup take`." });
}

function print(output: Output, { id, state, bytes, directory, because }: CopiedBackup): void {
  const seen = state === "FAILED" ? because : `${formatBytes(bytes)}, read back in ${directory}`;
  output.line(`${state.padEnd(8)}${id}   ${seen}`, state === "FAILED" ? "red" : undefined);
}
