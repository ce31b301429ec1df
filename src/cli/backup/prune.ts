// rowhouse backup prune: exit 0 when what no rule keeps is gone, or nothing had to go.
import { perform, planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { planPrune } from "../../operations/backup/prune.ts";
import type { Decision, Retention } from "../../operations/backup/retention.ts";
import type { Invocation } from "../command.ts";
import { columns, type Output, planLines } from "../output.ts";
import { textOption } from "../parse.ts";
import { storeOf } from "./stores.ts";

export async function prune(invocation: Invocation): Promise<number> {
  const { context, output, options, signal } = invocation;
  const retention = retentionIn(invocation);
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

/** `--keep-daily 7` and the like. Throws RH-USE-001 for what is no number. */
function retentionIn({ options }: Invocation): Retention {
  const count = (name: string) => {
    const text = textOption(options, `keep-${name}`);
    if (text === undefined) return undefined;
    if (/^\d{1,5}$/.test(text)) return Number(text);
    throw new Problem("RH-USE-001", `--keep-${name} is ${JSON.stringify(text)}, not a number from 0 to 99999`, { field: `keep-${name}` });
  };
  return {
    days: count("days"),
    last: count("last"),
    daily: count("daily"),
    weekly: count("weekly"),
    monthly: count("monthly"),
    yearly: count("yearly"),
  };
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
