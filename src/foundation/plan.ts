// A plan is what an operation is about to do, as data: `--dry-run` prints exactly what would run, tests compare plans
// without a server. The doing belongs to the step, so that what is shown and what is done cannot drift apart.
import type { Evidence } from "./evidence.ts";

/** What a person reads of a step before it runs. Secrets are shown as `***`. */
export interface StepText {
  readonly title: string;
  readonly why: string;
  /** Commands, each an argv array. */
  readonly run?: readonly (readonly string[])[];
  /** Statements, as they are sent. */
  readonly sql?: readonly string[];
  /** Files and directories that are written. */
  readonly writes?: readonly string[];
  /** How to take it back, as a person would type it. */
  readonly undo?: string;
}

/** Says what a step does when that is another thing than its title says. */
export type Tell = (did: string) => void;

export interface Step extends StepText {
  /** Does it, and returns what was seen afterwards. May be repeated: a step that finds its work done does nothing. */
  readonly act: (signal: AbortSignal, tell: Tell) => Promise<readonly Evidence[]>;
}

export interface Plan {
  readonly title: string;
  readonly steps: readonly Step[];
}

export interface PlanText {
  readonly title: string;
  readonly steps: readonly StepText[];
}

/** The plan without its doing, for `--dry-run` and `--json`. */
export function planText(plan: Plan): PlanText {
  return { title: plan.title, steps: plan.steps.map(({ act: _act, ...text }) => text) };
}

/** Runs the steps in order, tells `onStep` before each, and returns what was seen. Stops at the first failure. */
export async function perform(
  plan: Plan,
  options: { readonly signal: AbortSignal; readonly onStep?: (step: StepText) => void },
): Promise<readonly Evidence[]> {
  const evidence: Evidence[] = [];
  for (const step of plan.steps) {
    options.signal.throwIfAborted();
    options.onStep?.(step);
    evidence.push(...(await step.act(options.signal, (title) => options.onStep?.({ ...step, title }))));
  }
  return evidence;
}
