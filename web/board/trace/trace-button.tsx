// The quiet dot at the foot of the page: where the work is kept, or what waits to be sent. A press, or the key t, opens the trace of
// the last write.
import type { About } from "../../../src/app/api/contract/about.ts";
import { useCell } from "../../kit/cell.ts";
import { useLastWrite } from "../../kit/last-write.ts";
import type { Readiness } from "../data/connection.ts";
import { useSession } from "../session.ts";
import { TraceDrawer } from "./trace-drawer.tsx";

export interface TraceButtonProps {
  readonly about: About | undefined;
  readonly ready: Readiness;
}

export function TraceButton({ about, ready }: TraceButtonProps) {
  const { isTraceOpen, outbox, feed } = useSession();
  const isLive = useCell(feed.isLive);
  const isOpen = useCell(isTraceOpen);
  const { count, isHeldUp } = useCell(outbox.state);
  const last = useLastWrite();
  const isWaiting = isHeldUp || !ready.isReady;
  const place = about ? `${about.engine} ${about.version}` : "the database";
  const held = isHeldUp ? `, ${count === 1 ? "1 change waits" : `${count} changes wait`}` : "";
  const title = last ? `last write: request ${last.requestId}` : "nothing was written from this page yet";
  return (
    <>
      <button type="button" className="saved-in" title={title} aria-keyshortcuts="t" aria-haspopup="dialog" onClick={() => isTraceOpen.set(true)}>
        <span className={`saved-dot ${isWaiting ? "saved-dot-away" : isLive ? "" : "saved-dot-still"}`} aria-hidden="true" />
        {isWaiting ? `waiting for ${place}${held}` : `saved in ${place}`}
        {!isWaiting && <span className="saved-live">{isLive ? "live" : "not live, looking every 15 s"}</span>}
        {last && <span className="hidden-text">, {title}</span>}
      </button>
      {isOpen && <TraceDrawer about={about} onClose={() => isTraceOpen.set(false)} />}
    </>
  );
}
