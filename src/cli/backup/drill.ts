// rowhouse backup drill: exit 0 when everything came back and is equal, 6 when it differs.
import { resolve } from "node:path";
import { planText } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { formatDuration } from "../../foundation/units.ts";
import { type DrillReport, planDrill } from "../../operations/backup/drill.ts";
import { readKit } from "../../operations/backup/kit.ts";
import { readHouse } from "../../operations/stack/house.ts";
import { urlOf } from "../../operations/stack/status.ts";
import { giveWay } from "../../platform/processes.ts";
import type { Invocation } from "../command.ts";
import { detach } from "../detach.ts";
import { type Output, planLines, whileLive } from "../output.ts";
import { textOption } from "../parse.ts";
import { printEvidence } from "./proof.ts";
import { refuseAddress } from "./stores.ts";

export async function drill(invocation: Invocation): Promise<number> {
  giveWay(process.pid);
  const { context, output, options, operands, directory, signal } = invocation;
  const path = (name: string) => {
    const given = textOption(options, name);
    return given === undefined ? undefined : resolve(directory, given);
  };
  refuseAddress(textOption(options, "store"));
  const kit = await readKit(path("kit") ?? missing("kit", "FILE"));
  const planned = await planDrill(context, {
    kit,
    store: path("store") ?? missing("store", "DIR"),
    name: operands[0],
    into: path("into"),
    mayInstall: options["install"] === true,
    onProgress: whileLive(output),
  });
  if (options["dry-run"]) {
    const plan = planText(planned.plan);
    output.envelope({ plan });
    for (const line of planLines(plan, output.width)) output.line(line);
    return 0;
  }
  const report = await planned.drill(signal, ({ title }) => output.progress(title));
  if (report.house !== undefined) await detach(invocation, { directory: report.house, isDemo: false, mayInstall: false }); // it takes over what runs
  const url = report.house === undefined ? {} : { url: urlOf(await readHouse(report.house)) };
  output.envelope({ evidence: report.verdict.state === "unknown" ? [] : report.verdict.evidence, result: { ...report, ...url } });
  print(output, { ...report, ...url });
  return report.state === "RECOVERED" ? 0 : 6;
}

function missing(name: string, value: string): never {
  throw new Problem("RH-USE-001", `--${name} is missing`, {
    field: name,
    hint: `Give --${name} ${value}: nothing else than kit and store is looked at.`,
  });
}

function print(output: Output, report: DrillReport & { readonly url?: string }): void {
  const { id, state, what, recoveryMs, restoreMs, verdict, house, notes, url } = report;
  if (verdict.state !== "unknown") printEvidence(output, verdict.evidence);
  const whole = what === "house" ? "until the service answered" : "until the database answered";
  output.line(`${state.padEnd(10)}${id}`, state === "RECOVERED" ? undefined : "red");
  output.line(`          recovery took ${formatDuration(recoveryMs)} ${whole}, ${formatDuration(restoreMs)} of it restoring`);
  if (verdict.state === "faulty") for (const { subject, seen } of verdict.findings.slice(0, 20)) output.line(`          ${subject} ${seen}`);
  if (house !== undefined) output.advice(`The house is up in ${house}, at ${url}: \`rowhouse status --house ${house}\``);
  for (const note of notes) output.advice(`! ${note}`);
}
