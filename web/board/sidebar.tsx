// The name, the due views and the projects with their counts, zero included. Cards can be dropped on a project. On a narrow page
// it is a drawer behind one button.
import { useCell } from "../kit/cell.ts";
import { Dialog } from "../kit/dialog.tsx";
import { ChartIcon, HouseIcon, MenuIcon } from "../kit/icons.tsx";
import { ThemeChoice } from "../kit/theme.tsx";
import { useMedia } from "../kit/use-media.ts";
import { AddProject } from "./add-project.tsx";
import { go, toggleStats } from "./hooks/use-address.ts";
import type { BoardView } from "./hooks/use-board-view.ts";
import { places, type SidebarPlace } from "./places.ts";
import { ProjectDot } from "./project-dot.tsx";
import { useSession } from "./session.ts";

export function Sidebar({ view }: { readonly view: BoardView }) {
  const isNarrow = useMedia("(max-width: 959px)");
  if (isNarrow) return <Drawer view={view} />;
  return (
    <header className="sidebar">
      <p className="brand">
        <HouseIcon />
        Rowhouse
      </p>
      <Views view={view} onGone={() => undefined} />
    </header>
  );
}

function Drawer({ view }: { readonly view: BoardView }) {
  const { isDrawerOpen } = useSession();
  const isOpen = useCell(isDrawerOpen);
  const close = () => isDrawerOpen.set(false);
  return (
    <header className="sidebar-bar">
      <button
        type="button"
        className="icon-button sidebar-toggle"
        aria-haspopup="dialog"
        aria-label="Projects"
        onClick={() => isDrawerOpen.set(true)}
      >
        <MenuIcon />
      </button>
      {isOpen && (
        <Dialog title="Rowhouse" shape="drawer" onClose={close}>
          <Views view={view} onGone={close} />
        </Dialog>
      )}
    </header>
  );
}

/** `onGone` is called when another place was chosen. */
function Views({ view, onGone }: { readonly view: BoardView; readonly onGone: () => void }) {
  const all = places(view);
  const visit = (change: SidebarPlace["change"]) => {
    go(change);
    onGone();
  };
  const projects = all.filter(({ projectId }) => projectId !== undefined);
  return (
    <>
      <nav className="views" aria-label="Projects">
        <Places places={all.filter(({ projectId }) => projectId === undefined)} onVisit={visit} />
        <button
          type="button"
          className="view"
          aria-pressed={view.address.layout === "stats"}
          aria-keyshortcuts="g"
          onClick={() => {
            toggleStats();
            onGone();
          }}
        >
          <ChartIcon />
          <span className="view-name">Statistics</span>
        </button>
        <h2 className="views-title">Projects</h2>
        {view.problem && projects.length === 0 && view.ready.isReady && <p className="quiet">The projects could not be read.</p>}
        {view.isRead && projects.length === 0 && <p className="quiet">A project gathers tasks that belong together.</p>}
        <Places places={projects} onVisit={visit} />
        <AddProject onAdded={(project) => visit({ project, due: undefined })} />
      </nav>
      <div className="sidebar-foot">
        <ThemeChoice />
      </div>
    </>
  );
}

function Places({ places: all, onVisit }: { readonly places: readonly SidebarPlace[]; readonly onVisit: (change: SidebarPlace["change"]) => void }) {
  return (
    <ul>
      {all.map(({ key, title, projectId, due, count, isHere, change }) => (
        <li key={key}>
          <button
            type="button"
            className={`view ${due === "overdue" && count ? "view-urgent" : ""}`}
            aria-current={isHere ? "page" : undefined}
            title={title}
            data-drop-project={projectId}
            onClick={() => onVisit(change)}
          >
            {projectId !== undefined && <ProjectDot projectId={projectId} />}
            <span className="view-name">{title}</span>
            {count !== undefined && <span className="count">{count.toLocaleString("en-GB")}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
