// The places of the sidebar in their order: everything, what is due, and each project. A place is a project or a due view; the
// filters stay when another place is gone to.
import type { Address, DueView } from "./view/address.ts";
import type { BoardView } from "./hooks/use-board-view.ts";
import { dueTitles } from "./view/titles.ts";

export interface SidebarPlace {
  readonly key: string;
  readonly title: string;
  readonly projectId: number | undefined;
  readonly due: DueView | undefined;
  readonly count: number | undefined;
  readonly isHere: boolean;
  readonly change: Pick<Address, "project" | "due">;
}

const dueInSidebar = ["overdue", "today", "week"] as const;

export function places(view: BoardView): readonly SidebarPlace[] {
  const { address, counts, projects } = view;
  const place = (parts: Pick<SidebarPlace, "key" | "title" | "count"> & { readonly projectId?: number; readonly due?: DueView }): SidebarPlace => {
    const { projectId, due } = parts;
    return { ...parts, projectId, due, isHere: address.project === projectId && address.due === due, change: { project: projectId, due } };
  };
  return [
    place({ key: "all", title: "All tasks", count: counts.all }),
    ...dueInSidebar.map((due) => place({ key: due, title: dueTitles[due], count: counts[due], due })),
    ...projects.map(({ id, name }) => place({ key: `project ${id}`, title: name, count: counts.ofProject(id), projectId: id })),
  ];
}
