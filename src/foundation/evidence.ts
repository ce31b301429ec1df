// Evidence is the return value of a probe: what was tried, what was seen, how long it took. Its rule: for every evidence
// line there is a test named "evidence turns faulty when …" that makes the probe fail.

export interface Evidence {
  /** What was examined, one noun: `database`, `app`, `proxy`, `roles`. */
  readonly subject: string;
  /** What the probe did and saw, as a person reads it. */
  readonly seen: string;
  /** Wall time of the probe, in milliseconds by the monotonic clock. */
  readonly tookMs: number;
}

export interface Finding {
  readonly subject: string;
  /** What is wrong, with the values that disagree. */
  readonly seen: string;
  /** What would mend it, with the command to type. */
  readonly mend: string;
}

/** The answer to a question where "no" is a good answer; what could not be asked is "unknown", never "sound". */
export type Verdict =
  | { readonly state: "sound"; readonly evidence: readonly Evidence[] }
  | { readonly state: "faulty"; readonly findings: readonly Finding[]; readonly evidence: readonly Evidence[] }
  | { readonly state: "unknown"; readonly because: string };

/** Sound when nothing was found, faulty otherwise. */
export function verdictOf(evidence: readonly Evidence[], findings: readonly Finding[]): Verdict {
  return findings.length === 0 ? { state: "sound", evidence } : { state: "faulty", findings, evidence };
}
