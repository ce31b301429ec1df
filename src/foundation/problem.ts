// The one error class. Message in lower case without a final stop, printing the values that disagree; the hint is a
// sentence with the command to type.
import { type ProblemCode, problems } from "./problems.ts";

export interface ProblemOptions {
  /** What to do about it: a sentence, with the command to type. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** The input at fault, when there is one. */
  readonly field?: string;
}

/** The shape in which a problem leaves the program, in `--json` and, as RFC 9457, in the API. */
export interface ProblemDocument {
  readonly code: ProblemCode;
  readonly title: string;
  readonly message: string;
  readonly hint?: string;
  readonly field?: string;
}

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly hint: string | undefined;
  readonly field: string | undefined;

  constructor(code: ProblemCode, message: string, options: ProblemOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Problem";
    this.code = code;
    this.hint = options.hint;
    this.field = options.field;
  }

  get exitCode(): number {
    return problems[this.code].exitCode;
  }

  get status(): number {
    return problems[this.code].status;
  }

  toJSON(): ProblemDocument {
    return { code: this.code, title: problems[this.code].title, message: this.message, hint: this.hint, field: this.field };
  }
}

/** True when `thrown` is a problem, of one of `codes` when any are given. */
export function isProblem(thrown: unknown, ...codes: readonly ProblemCode[]): thrown is Problem {
  return thrown instanceof Problem && (codes.length === 0 || codes.includes(thrown.code));
}

/** Whatever was thrown, as a problem: what is not one already is a bug and keeps its cause. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem("RH-BUG-001", message, { cause: thrown, hint: "Please report this, with the output of `rowhouse status --json`." });
}
