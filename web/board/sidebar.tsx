// The name, the views and the projects with their counts, zero included. On a narrow page it folds behind one button.
import { useState } from "react";
import { ChartIcon, HouseIcon } from "../kit/icons.tsx";
import { ThemeChoice } from "../kit/theme.tsx";
import { AddProject } from "./add-project.tsx";
import type { BoardView } from "./hooks/use-board-view.ts";
import type { StatsView } from "./stats/use-stats-view.ts";
import { ProjectDot } from "./project-dot.tsx";

export function Sidebar({ view, stats }: { readonly view: BoardView; readonly stats: StatsView }) {
  const [isOpen, setIsOpen] = useState(false);
  const choose = (projectId: number | null) => {
    view.chooseProject(projectId);
    setIsOpen(false);
  };
  const toggleStats = () => {
    stats.toggle();
    setIsOpen(false);
  };
  return (
    <header className={`sidebar ${isOpen ? "sidebar-open" : ""}`}>
      <p className="brand">
        <HouseIcon />
        Rowhouse
      </p>
      <button type="button" className="button sidebar-toggle" aria-expanded={isOpen} aria-controls="views" onClick={() => setIsOpen(!isOpen)}>
        Projects
      </button>
      <nav id="views" className="views" aria-label="Projects">
        <ul>
          <ViewItem view={view} projectId={null} name="All tasks" onChoose={choose} />
          <li>
            <button type="button" className="view" aria-pressed={stats.isShown} aria-keyshortcuts="g" onClick={toggleStats}>
              <ChartIcon />
              <span className="view-name">Statistics</span>
            </button>
          </li>
        </ul>
        <h2 className="views-title">Projects</h2>
        {view.projectsProblem && view.projects.length === 0 && view.ready.isReady && <p className="quiet">The projects could not be read.</p>}
        <ul>
          {view.projects.map((project) => (
            <ViewItem key={project.id} view={view} projectId={project.id} name={project.name} onChoose={choose} />
          ))}
        </ul>
        <AddProject onAdded={choose} />
      </nav>
      <div className="sidebar-foot">
        <ThemeChoice />
      </div>
    </header>
  );
}

interface ViewItemProps {
  readonly view: BoardView;
  readonly projectId: number | null;
  readonly name: string;
  readonly onChoose: (projectId: number | null) => void;
}

function ViewItem({ view, projectId, name, onChoose }: ViewItemProps) {
  const isChosen = view.projectId === projectId;
  const count = view.countOf(projectId);
  return (
    <li>
      <button type="button" className="view" aria-current={isChosen ? "page" : undefined} title={name} onClick={() => onChoose(projectId)}>
        {projectId !== null && <ProjectDot projectId={projectId} />}
        <span className="view-name">{name}</span>
        {count !== undefined && <span className="count">{count}</span>}
      </button>
    </li>
  );
}
