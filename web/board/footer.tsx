// The footer: one dot that says where the work is kept, and opens the trace of the last write; and the way to the help sheet.
import { useAbout } from "./hooks/use-board-data.ts";
import type { BoardView } from "./hooks/use-board-view.ts";
import { useSession } from "./session.ts";
import { TraceButton } from "./trace/trace-button.tsx";

export function Footer({ view }: { readonly view: BoardView }) {
  const { isHelpOpen } = useSession();
  const about = useAbout();
  return (
    <footer className="footer">
      <TraceButton about={about.data} ready={view.ready} />
      <button type="button" className="footer-help" aria-keyshortcuts="?" onClick={() => isHelpOpen.set(true)}>
        Help <kbd>?</kbd>
      </button>
    </footer>
  );
}
