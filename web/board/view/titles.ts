// What a view is called, in its heading and in the sidebar.
import type { Project } from "../../../src/app/api/contract/projects.ts";
import type { Address, DueView } from "./address.ts";

export const dueTitles: Readonly<Record<DueView, string>> = { overdue: "Overdue", today: "Today", week: "This week", none: "No due date" };

interface KnownProjects {
  readonly projectOf: (id: number) => Project | undefined;
  readonly isRead: boolean;
}

export function titleOf(address: Address, projects: KnownProjects): string {
  const place = tasksTitle(address, projects);
  return address.layout === "stats" ? `Statistics: ${place}` : place;
}

function tasksTitle({ project, due }: Address, projects: KnownProjects): string {
  const place = project === undefined ? undefined : placeOf(project, projects);
  if (place === undefined) return due ? dueTitles[due] : "All tasks";
  return due ? `${place}, ${dueTitles[due].toLowerCase()}` : place;
}

function placeOf(project: number | "none", { projectOf, isRead }: KnownProjects): string {
  if (project === "none") return "No project";
  return projectOf(project)?.name ?? (isRead ? "No such project" : "…");
}
