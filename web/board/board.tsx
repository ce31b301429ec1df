// The page: sidebar, the box for a new task, the columns, the footer, and at most one dialog. It decides what is shown;
// reading and writing are the hooks', and each part below draws itself.
import { useCallback, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Task } from "../../src/app/api/contract/tasks.ts";
import { useNow } from "../kit/clock.ts";
import { useKey } from "../kit/use-key.ts";
import { useToasts } from "../kit/toasts.tsx";
import { AddTask } from "./add-task.tsx";
import { focusCard } from "./card-focus.ts";
import { Columns, type ColumnsProps } from "./columns.tsx";
import { EditPanel } from "./edit-panel.tsx";
import { Footer } from "./footer.tsx";
import { HelpSheet } from "./help-sheet.tsx";
import { useBoardKeys } from "./hooks/use-board-keys.ts";
import { useBoardView } from "./hooks/use-board-view.ts";
import { useCardActions } from "./hooks/use-card-actions.ts";
import { useEditing } from "./hooks/use-editing.ts";
import { AwayNotice, PartNotice, ReadProblem } from "./notices.tsx";
import { Sidebar } from "./sidebar.tsx";
import { StatsPage } from "./stats/stats-page.tsx";
import { useStatsView } from "./stats/use-stats-view.ts";

export function Board() {
  const now = useNow();
  const { heldIds, actions, editing } = useBoardActions();
  const view = useBoardView(heldIds);
  const stats = useStatsView();
  useKey("g", stats.toggle);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const addBox = useRef<HTMLInputElement>(null);
  const { undoNewest } = useToasts();
  useBoardKeys({ actions, taskOf: view.taskOf, onAdd: () => addBox.current?.focus(), onHelp: () => setIsHelpOpen(true), onUndo: undoNewest });

  return (
    <div className="page">
      <a className="skip-link" href="#tasks">
        Skip to the tasks
      </a>
      <Sidebar view={view} stats={stats} />
      <main id="tasks" className="main" tabIndex={-1}>
        <AwayNotice ready={view.ready} />
        <div className="main-head">
          <h1 className="view-title">{stats.isShown ? `Statistics: ${view.title}` : view.title}</h1>
          <AddTask key={view.projectId} inputRef={addBox} projectId={view.projectId} projectName={view.projectId === null ? undefined : view.title} />
        </div>
        {stats.isShown ? (
          <StatsPage projects={view.projects} projectId={view.projectId} onChoose={stats.choose} />
        ) : (
          <Tasks view={view} now={now} actions={actions} />
        )}
      </main>
      <Footer ready={view.ready} onHelp={() => setIsHelpOpen(true)} />
      {editing.opened && <EditPanel key={editing.opened.task.id} {...editing.opened} view={view} onClose={editing.close} onDelete={actions.remove} />}
      {isHelpOpen && <HelpSheet onClose={() => setIsHelpOpen(false)} />}
    </div>
  );
}

function Tasks({ view, now, actions }: ColumnsProps) {
  return (
    <>
      {view.all && !view.all.isWhole && <PartNotice count={view.all.tasks.length} />}
      {view.problem ? <ReadProblem problem={view.problem} onRetry={view.readAgain} /> : <Columns view={view} now={now} actions={actions} />}
    </>
  );
}

function useBoardActions() {
  const editing = useEditing();
  const { heldIds, writes } = useCardActions();
  const { open } = editing;
  const openTask = useCallback((task: Task) => open({ task }), [open]);
  const actions = useMemo(() => ({ ...writes, open: openTask }), [writes, openTask]);
  return { heldIds, actions, editing: { ...editing, close: useReturningClose(editing) } };
}

/** Closes the panel and puts the focus back on its card, which may stand in another column by now. */
function useReturningClose({ opened, close }: ReturnType<typeof useEditing>): ReturnType<typeof useEditing>["close"] {
  return (draft) => {
    flushSync(() => close(draft)); // a card cannot take the focus before the dialog has let it go
    if (opened) focusCard(opened.task.id);
  };
}
