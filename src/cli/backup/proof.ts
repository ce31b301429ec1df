// What `take`, `prove` and `restore` saw, and what came of a proof, as a person reads it.
import type { Evidence, Verdict } from "../../foundation/evidence.ts";
import { formatDuration } from "../../foundation/units.ts";
import type { BackupState } from "../../operations/backup/certificate.ts";
import type { Sample } from "../../operations/backup/sample.ts";
import { type Output, wrapped } from "../output.ts";

/** TAKEN: taken, and not proved here although a proof was wanted. */
export const exitCodes: Readonly<Record<BackupState, number>> = { PROVED: 0, FAILED: 6, TAKEN: 10 };

const shownFindings = 20;
const headWidth = 11;

function widthOf(output: Output): number {
  return Math.min(output.width, 100);
}

export function printEvidence(output: Output, evidence: readonly Evidence[]): void {
  for (const { subject, seen, tookMs } of evidence) {
    const took = formatDuration(tookMs);
    const room = Math.max(widthOf(output) - headWidth - took.length - 2, 30);
    const whole = seen.replace(/(\d) (B|[kMGT]B)\b/g, "$1\u00a0$2"); // a size is not torn from its unit
    const lines = wrapped(whole, room).map((line) => line.replaceAll("\u00a0", " "));
    lines.forEach((line, index) => {
      output.line(index === 0 ? `${subject.padEnd(headWidth)}${line.padEnd(room)}  ${took}` : `${" ".repeat(headWidth)}${line}`);
    });
  }
}

export interface ToldProof {
  readonly state: BackupState;
  readonly id: string;
  readonly directory: string;
  /** Undefined when no proof was asked for. */
  readonly verdict: Verdict | undefined;
  /** Whose rows were compared, where not those of all tables; then `because` tells why that is not enough, if it is not. */
  readonly sample?: Sample;
  readonly because?: string;
}

export function printProof(output: Output, { state, id, directory, verdict, sample, because }: ToldProof): void {
  output.line(`${state.padEnd(headWidth)}${id}`, state === "PROVED" ? undefined : "red");
  const print = (text: string) => {
    for (const line of wrapped(text, Math.max(widthOf(output) - headWidth, 30))) output.line(`${" ".repeat(headWidth)}${line}`);
  };
  if (verdict === undefined) print("not proved: --no-prove");
  if (verdict?.state === "unknown") print(`not proved, unknown, because ${verdict.because}`);
  if (verdict?.state === "sound" && sample) print(because ?? `by a sample: the rows of ${sample.count} of ${sample.of} tables`);
  if (verdict?.state === "faulty") printFindings(verdict, print);
  output.line(`${" ".repeat(headWidth)}${directory}`);
}

function printFindings({ findings }: Extract<Verdict, { readonly state: "faulty" }>, print: (text: string) => void): void {
  for (const { subject, seen } of findings.slice(0, shownFindings)) print(`${subject} ${seen}`);
  const more = findings.length - shownFindings;
  if (more > 0) print(`and ${more} more, all in certificate.json`);
  print(findings[0]?.mend ?? "");
}
