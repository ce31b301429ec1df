// rowhouse backup prune: exit 0 when what no rule keeps is gone, or nothing had to go.
import { perform, planText } from "../../foundation/plan.ts";
import { planPrune } from "../../operations/backup/prune.ts";
import type { Decision } from "../../operations/backup/retention.ts";
import type { Invocation } from "../command.ts";
import { columns, type Output, planLines } from "../output.ts";
import { textOption } from "../parse.ts";
import { retentionIn } from "./keep.ts";
import { refuseAddress, storeOf } from "./stores.ts";

export async function prune(invocation: Invocation): Promise<number> {
  const { context, output, options, signal } = invocation;
  const retention = retentionIn(options);
  refuseAddress(textOption(options, "store"));
  const { plan, decisions } = await planPrune(context, { store: await storeOf(invocation), retention, database: textOption(options, "database") });
  if (options["dry-run"]) {
    output.envelope({ plan: planText(plan), result: { decisions: decisions.map(shown) } });
    print(output, decisions);
    for (const line of planLines(planText(plan), output.width)) output.line(line);
    return 0;
  }
  const evidence = await perform(plan, { signal, onStep: ({ title }) => output.progress(title) });
  output.envelope({ evidence, result: { decisions: decisions.map(shown) } });
  for (const { seen } of evidence) output.line(`removed   ${seen}`);
  if (evidence.length === 0) output.line("Nothing had to go.");
  for (const { database, halt } of decisions) if (halt !== undefined) output.advice(`! nothing of ${database} was removed: ${halt}`);
  return 0;
}

function print(output: Output, decisions: readonly Decision[]): void {
  for (const { keep, remove, halt } of decisions) {
    const rows = [...keep.map((one) => ["keep", one] as const), ...remove.map((one) => ["remove", one] as const)]
      .toSorted(([, a], [, b]) => ((a.backup.content?.at ?? "") < (b.backup.content?.at ?? "") ? 1 : -1))
      .map(([what, { backup, because }]) => [what, backup.id, backup.content?.database ?? "", because]);
    for (const line of columns(rows, output.width)) output.line(line);
    if (halt !== undefined) output.advice(`! nothing is removed: ${halt}`);
  }
}

function shown({ database, server, keep, remove, halt }: Decision) {
  const reasons = (list: Decision["keep"]) => list.map(({ backup, because }) => ({ id: backup.id, state: backup.state, because }));
  return { database, server, keep: reasons(keep), remove: reasons(remove), ...(halt === undefined ? {} : { halt }) };
}
