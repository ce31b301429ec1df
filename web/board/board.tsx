// The page: sidebar, the box for a new task, the toolbar, columns or list, the footer, and at most one dialog. It decides what is
// shown; reading and writing are the session's, and each part below draws itself.
import { useNow } from "../kit/clock.ts";
import { useCell } from "../kit/cell.ts";
import { useMedia } from "../kit/use-media.ts";
import { AddTask } from "./add/add-task.tsx";
import { Columns } from "./cards/columns.tsx";
import { useDrag } from "./drag/use-drag.ts";
import { EditPanel } from "./edit/edit-panel.tsx";
import { useClosing } from "./edit/use-closing.ts";
import { Footer } from "./footer.tsx";
import { type BoardView, useBoardView } from "./hooks/use-board-view.ts";
import { useKeptFocus } from "./hooks/use-kept-focus.ts";
import { HelpSheet } from "./keys/help-sheet.tsx";
import { useKeys } from "./keys/use-keys.ts";
import { List } from "./list/list.tsx";
import { NothingFound } from "./nothing-found.tsx";
import { AwayNotice, PartNotice, ReadProblem } from "./notices.tsx";
import { ProjectGone } from "./project-gone.tsx";
import { BulkBar } from "./select/bulk-bar.tsx";
import { PickField } from "./select/pick-field.tsx";
import { useSession } from "./session.ts";
import { Sidebar } from "./sidebar.tsx";
import { StatsPage } from "./stats/stats-page.tsx";
import { Filters } from "./toolbar/filters.tsx";
import { Toolbar } from "./toolbar/toolbar.tsx";
import { Welcome } from "./welcome.tsx";

export function Board() {
  const view = useBoardView(useNow());
  const isNarrow = useMedia("(max-width: 639px)");
  useKeys(view);
  useDrag(view);
  useKeptFocus(view.groups);
  return (
    <div className="page">
      <a className="skip-link" href="#tasks">
        Skip to the tasks
      </a>
      <Sidebar view={view} />
      <main id="tasks" className="main" tabIndex={-1}>
        <AwayNotice ready={view.ready} />
        <div className="main-head">
          <h1 className="view-title">{view.title}</h1>
          {!isNarrow && <AddTask view={view} />}
        </div>
        <Shown view={view} />
        <BulkBar view={view} />
        {isNarrow && <AddTask view={view} />}
      </main>
      <Footer view={view} />
      <Dialogs view={view} />
      <Announcer />
    </div>
  );
}

function Shown({ view }: { readonly view: BoardView }) {
  if (view.isProjectGone) return <ProjectGone />;
  return view.address.layout === "stats" ? <StatsPage view={view} /> : <Tasks view={view} />;
}

function Tasks({ view }: { readonly view: BoardView }) {
  if (view.isUnused) return <Welcome view={view} />;
  return (
    <>
      <Toolbar view={view} />
      <PartNotice view={view} />
      <FoundTasks view={view} />
    </>
  );
}

function FoundTasks({ view }: { readonly view: BoardView }) {
  const { loader, pages } = useSession();
  const readAgain = () => {
    pages.again();
    void loader.load();
  };
  if (view.readProblem && view.ready.isReady) return <ReadProblem problem={view.readProblem} onRetry={readAgain} />;
  if (view.isNothingFound) return <NothingFound view={view} />;
  return view.address.layout === "list" ? <List view={view} /> : <Columns view={view} />;
}

function Dialogs({ view }: { readonly view: BoardView }) {
  const session = useSession();
  const opened = useCell(session.opened);
  const picking = useCell(session.picking);
  const filtering = useCell(session.filtering);
  const isHelpOpen = useCell(session.isHelpOpen);
  const close = useClosing();
  return (
    <>
      {opened && <EditPanel key={opened.task.id} {...opened} view={view} onClose={close} onDelete={(task) => session.actions.remove([task])} />}
      {picking && <PickField picking={picking} view={view} />}
      {filtering && <Filters view={view} anchor={filtering.anchor} onClose={() => session.filtering.set(null)} />}
      {isHelpOpen && <HelpSheet onClose={() => session.isHelpOpen.set(false)} />}
    </>
  );
}

function Announcer() {
  const text = useCell(useSession().announcement);
  return (
    <div role="status" className="hidden-text">
      {text}
    </div>
  );
}
