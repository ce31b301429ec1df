// What proving a backup came to: its state and what was said, or that it was refused, and with what.
import { Problem } from "../../../../src/foundation/problem.ts";
import type { BackupState } from "../../../../src/operations/backup/certificate.ts";
import type { Proof } from "../../../../src/operations/backup/prove.ts";
import { prove, type Subject } from "./subject.ts";

export interface Outcome {
  /** `refused` is a failure that is thrown: nothing is said of the backup. */
  readonly state: BackupState | "refused";
  readonly sentences: readonly string[];
}

export async function proved(subject: Subject, options: Parameters<typeof prove>[1]): Promise<Outcome> {
  try {
    const proof = await prove(subject, options);
    return { state: proof.state, sentences: sentencesOf(proof) };
  } catch (thrown) {
    if (thrown instanceof Problem) return { state: "refused", sentences: [`${thrown.code} ${thrown.message}`] };
    throw thrown;
  }
}

export function sentencesOf({ verdict }: Proof): readonly string[] {
  if (verdict.state === "unknown") return [`unknown, because ${verdict.because}`];
  return (verdict.state === "sound" ? verdict.evidence : verdict.findings).map(({ subject, seen }) => `${subject} ${seen}`);
}
