// rowhouse backup take: exit 0 when the backup is proved, or taken and no proof was asked for; 6 when the proof failed; 10 when
// it was taken and could not be proved here.
import { resolve } from "node:path";
import { planText } from "../../foundation/plan.ts";
import { isProblem } from "../../foundation/problem.ts";
import { formatDuration } from "../../foundation/units.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import type { BackupState } from "../../operations/backup/prove.ts";
import { houseSource, type Source, targetSource, withPassword } from "../../operations/backup/source.ts";
import { type PlannedTake, planTake, type TakenBackup } from "../../operations/backup/take.ts";
import type { Invocation } from "../command.ts";
import { foundHouse } from "../found-house.ts";
import { columns, type Output, planLines, wrapped } from "../output.ts";
import { textOption } from "../parse.ts";
import { askSecret } from "../prompt.ts";

const exitCodes: Readonly<Record<BackupState, number>> = { PROVED: 0, FAILED: 6, TAKEN: 10 };
const shownFindings = 20;

export async function take(invocation: Invocation): Promise<number> {
  const { output, options, signal } = invocation;
  const { plan, take: perform } = await planned(invocation, await sourceOf(invocation));
  if (options["dry-run"]) {
    output.envelope({ plan: planText(plan) });
    for (const line of planLines(planText(plan), output.width)) output.line(line);
    return 0;
  }
  const { backup, evidence } = await perform(signal, ({ title }) => output.progress(title));
  output.envelope({ evidence, result: backup });
  print(output, backup, evidence);
  return options["no-prove"] ? 0 : exitCodes[backup.state];
}

async function sourceOf(invocation: Invocation): Promise<Source> {
  const { context, options } = invocation;
  const url = textOption(options, "target");
  const database = textOption(options, "database");
  if (url !== undefined) return targetSource(context, { url, database });
  const source = await houseSource(context, (await foundHouse(invocation)).house);
  return database === undefined ? source : { ...source, login: { ...source.login, database } };
}

/** A password that nobody wrote down is asked for, once, where a terminal can be asked. */
async function planned(invocation: Invocation, source: Source): Promise<PlannedTake> {
  const { context, output, options, directory, signal } = invocation;
  const store = textOption(options, "store");
  const plan = (from: Source) =>
    planTake(context, {
      source: from,
      store: store === undefined ? undefined : resolve(directory, store),
      isProved: options["no-prove"] !== true,
      onProgress: (text) => {
        if (output.isLive) output.progress(text);
      },
    });
  try {
    return await plan(source);
  } catch (thrown) {
    if (!isProblem(thrown, "RH-AUTH-001") || source.login.password || !process.stdin.isTTY || !output.isLive) throw thrown;
  }
  const { user, host } = source.login;
  return plan(withPassword(source, await askSecret(`Password of ${user} on ${host}: `, signal)));
}

function print(output: Output, backup: TakenBackup, evidence: readonly Evidence[]): void {
  const width = Math.min(output.width, 100);
  const rows = evidence.map(({ subject, seen, tookMs }) => ({ subject, seen, took: formatDuration(tookMs) }));
  const head = Math.max(...rows.map(({ subject }) => subject.length), backup.state.length);
  for (const { subject, seen, took } of rows) {
    const whole = seen.replace(/(\d) (B|[kMGT]B)\b/g, "$1\u00a0$2"); // a size is not torn from its unit
    const lines = wrapped(whole, Math.max(width - head - took.length - 8, 30)).map((line) => line.replaceAll("\u00a0", " "));
    lines.forEach((line, index) => {
      output.line(index === 0 ? `${subject.padEnd(head)}   ${line.padEnd(width - head - took.length - 4)} ${took}` : `${" ".repeat(head)}   ${line}`);
    });
  }
  for (const line of columns([[backup.state.padEnd(head), backup.id, ""]])) output.line(line);
  printVerdict(output, backup, { width, indent: " ".repeat(head + 3) });
  output.line(`${" ".repeat(head)}   ${backup.directory}`);
}

function printVerdict(output: Output, { verdict }: TakenBackup, { width, indent }: { readonly width: number; readonly indent: string }): void {
  const print = (text: string) => {
    for (const line of wrapped(text, Math.max(width - indent.length, 30))) output.line(`${indent}${line}`);
  };
  if (verdict === undefined) print("not proved: --no-prove");
  if (verdict?.state === "unknown") print(`not proved, unknown, because ${verdict.because}`);
  if (verdict?.state !== "faulty") return;
  for (const { subject, seen } of verdict.findings.slice(0, shownFindings)) print(`${subject} ${seen}`);
  const more = verdict.findings.length - shownFindings;
  if (more > 0) print(`and ${more} more, all in certificate.json`);
  print(verdict.findings[0]?.mend ?? "");
}
