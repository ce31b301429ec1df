// The quiet dot at the foot of the page, "saved in …": a press, or the key t, opens the trace of the last write.
import { useState } from "react";
import type { About } from "../../../src/app/api/contract/about.ts";
import { useLastWrite } from "../../kit/last-write.ts";
import { useKey } from "../../kit/use-key.ts";
import { TraceDrawer } from "./trace-drawer.tsx";

export interface TraceButtonProps {
  readonly about: About | undefined;
  readonly isReady: boolean;
}

export function TraceButton({ about, isReady }: TraceButtonProps) {
  const [isOpen, setIsOpen] = useState(false);
  const last = useLastWrite();
  useKey("t", () => setIsOpen(true));
  const place = about ? `${about.engine} ${about.version}` : "the database";
  const title = last ? `last write: request ${last.requestId}` : "nothing was written from this page yet";
  return (
    <>
      <button type="button" className="saved-in" title={title} aria-keyshortcuts="t" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
        <span className={`saved-dot ${isReady ? "" : "saved-dot-away"}`} aria-hidden="true" />
        {isReady ? `saved in ${place}` : `waiting for ${place}`}
        {last && <span className="hidden-text">, {title}</span>}
      </button>
      {isOpen && <TraceDrawer about={about} onClose={() => setIsOpen(false)} />}
    </>
  );
}
