// The footer: one dot that says where the work is kept and opens the trace of the last write, and the way to the keys.
import { useAbout } from "./hooks/use-board-data.ts";
import type { Readiness } from "./query-client.ts";
import { TraceButton } from "./trace/trace-button.tsx";

export function Footer({ ready, onHelp }: { readonly ready: Readiness; readonly onHelp: () => void }) {
  const about = useAbout();
  return (
    <footer className="footer">
      <TraceButton about={about.data} isReady={ready.isReady} />
      <button type="button" className="footer-help" aria-keyshortcuts="?" onClick={onHelp}>
        Keyboard <kbd>?</kbd>
      </button>
    </footer>
  );
}
