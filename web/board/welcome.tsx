// A board without any task: what it is for, in two sentences, and the two ways to begin.
import { HouseIcon } from "../kit/icons.tsx";
import { useMedia } from "../kit/use-media.ts";
import { addBoxId } from "./add/add-task.tsx";
import type { BoardView } from "./hooks/use-board-view.ts";
import { useSession } from "./session.ts";

export function Welcome({ view }: { readonly view: BoardView }) {
  const { isNamingProject, isDrawerOpen } = useSession();
  const isNarrow = useMedia("(max-width: 959px)");
  const startProject = () => {
    isDrawerOpen.set(isNarrow);
    isNamingProject.set(true);
  };
  return (
    <div className="welcome">
      <HouseIcon />
      <h2>Nothing to do yet</h2>
      <p>Write down what is to be done. It is kept in your own database, and whoever opens this board sees it at once.</p>
      <p className="welcome-ways">
        <button type="button" className="button button-primary" onClick={() => document.getElementById(addBoxId)?.focus()}>
          Add the first task
        </button>
        {view.projects.length === 0 && (
          <button type="button" className="button" onClick={startProject}>
            Start with a project
          </button>
        )}
      </p>
      <p className="quiet">
        In one line, if you like: <code>Call the mover fri 9:30 !3 @mira</code>
      </p>
    </div>
  );
}
