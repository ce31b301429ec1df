// The footer: one dot that says where the work is kept. Its title holds the request id of the last write, to be looked up in
// the logs of every tier; what it opens comes with the traces.
import { useAbout, useLastWrite } from "./hooks/use-board-data.ts";
import type { Readiness } from "./query-client.ts";

export function Footer({ ready, onHelp }: { readonly ready: Readiness; readonly onHelp: () => void }) {
  const about = useAbout();
  const lastWrite = useLastWrite();
  const place = about.data ? `${about.data.engine} ${about.data.version}` : "the database";
  const title = lastWrite === null ? "nothing was written from this page yet" : `last write: request ${lastWrite}`;
  return (
    <footer className="footer">
      <p className="saved-in" title={title}>
        <span className={`saved-dot ${ready.isReady ? "" : "saved-dot-away"}`} aria-hidden="true" />
        {ready.isReady ? `saved in ${place}` : `waiting for ${place}`}
        {lastWrite !== null && <span className="hidden-text">, {title}</span>}
      </p>
      <button type="button" className="footer-help" aria-keyshortcuts="?" onClick={onHelp}>
        Keyboard <kbd>?</kbd>
      </button>
    </footer>
  );
}
