// What the board says when it cannot show everything: the server away, a reading that failed, more tasks than it reads.
import type { ApiProblem } from "../kit/api.ts";
import type { Readiness } from "./query-client.ts";

/** Always in the page, so that its words are announced when they come and nothing moves focus. */
export function AwayNotice({ ready }: { readonly ready: Readiness }) {
  return (
    <div role="status" className="notice-place">
      {!ready.isReady && (
        <p className="notice">
          <strong>{whatIsAway(ready)}</strong> Nothing that was saved is lost. Retrying…
        </p>
      )}
    </div>
  );
}

function whatIsAway({ isAnswering, reason }: Readiness): string {
  if (!isAnswering) return navigator.onLine ? "The server does not answer." : "This device is offline.";
  return reason === undefined ? "The database is away." : `The database is away (${reason}).`;
}

export function ReadProblem({ problem, onRetry }: { readonly problem: ApiProblem; readonly onRetry: () => void }) {
  return (
    <div className="read-problem" role="alert">
      <h2>The tasks could not be read</h2>
      <p>The server says: {problem.message}.</p>
      <p className="quiet">request {problem.requestId}</p>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

export function PartNotice({ count }: { readonly count: number }) {
  return <p className="notice">The board shows the first {count.toLocaleString("en-GB")} tasks; there are more in the database.</p>;
}
