// A failed write as a message: what did not happen, why in the server's words, and the request id to look for in its logs.
import type { ApiProblem } from "../kit/api.ts";
import type { ToastText } from "../kit/toasts.tsx";

export interface ProblemWords {
  /** What did not happen, when the server said no. */
  readonly failed: string;
  /** The same when it may have happened. */
  readonly unknown: string;
  readonly action?: ToastText["action"];
}

export function problemToast(problem: ApiProblem, words: ProblemWords): ToastText {
  return {
    kind: "problem",
    text: `${problem.isOutcomeUnknown ? words.unknown : words.failed}: ${reasonOf(problem)}.`,
    detail: `request ${problem.requestId}`,
    action: words.action,
  };
}

function reasonOf(problem: ApiProblem): string {
  return problem.status === 412 ? "somebody else changed it meanwhile" : problem.message;
}

/** A title as it fits into a message. */
export function shorten(title: string): string {
  const letters = [...title];
  return letters.length > 40 ? `${letters.slice(0, 39).join("")}…` : title;
}
