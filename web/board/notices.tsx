// What the board says when it cannot show everything, or not send everything: the server away, a reading that failed, more tasks
// than it loads.
import type { ApiProblem } from "../kit/api.ts";
import { useCell } from "../kit/cell.ts";
import type { Readiness } from "./data/connection.ts";
import type { BoardView } from "./hooks/use-board-view.ts";
import { useSession } from "./session.ts";

/** Always in the page, so that its words are announced when they come and nothing moves focus. */
export function AwayNotice({ ready }: { readonly ready: Readiness }) {
  const { outbox } = useSession();
  const { count } = useCell(outbox.state);
  return (
    <div role="status" className="notice-place">
      {!ready.isReady && (
        <p className="notice">
          <strong>{whatIsAway(ready)}</strong> {whatThen(count)}
        </p>
      )}
    </div>
  );
}

function whatIsAway({ isAnswering, reason }: Readiness): string {
  if (!isAnswering) return navigator.onLine ? "The server does not answer." : "This device is offline.";
  return reason === undefined ? "The database is away." : `The database is away (${reason}).`;
}

function whatThen(count: number): string {
  if (count === 0) return "You see what was loaded; nothing that was saved is lost. Retrying…";
  const waiting = count === 1 ? "1 change waits" : `${count.toLocaleString("en-GB")} changes wait`;
  return `${waiting} in this page and will be sent in order. Keep it open. Retrying…`;
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

/** Where there are more tasks than the board loads. */
export function PartNotice({ view }: { readonly view: BoardView }) {
  const { coverage, counts, taskCount } = view;
  if (coverage.state !== "part") return null;
  const all = counts.all === undefined ? "more" : counts.all.toLocaleString("en-GB");
  return (
    <p className="notice notice-quiet">
      {all} tasks are in the database; the newest {taskCount.toLocaleString("en-GB")} are loaded. Search, filters and counts ask the database.
    </p>
  );
}
