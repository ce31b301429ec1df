// What the board shows: tasks, projects, and what the database is. Read again every 30 seconds and when the page is looked
// at again, so that two people see each other's work.
import { useQuery } from "@tanstack/react-query";
import { keys } from "../query-client.ts";
import { readAbout, readProjects, readTasks } from "../task-api.ts";

const againMs = 30_000;

export function useTasks() {
  return useQuery({ queryKey: keys.tasks, queryFn: ({ signal }) => readTasks(signal), refetchInterval: againMs });
}

export function useProjects() {
  return useQuery({ queryKey: keys.projects, queryFn: ({ signal }) => readProjects(signal), refetchInterval: againMs });
}

export function useAbout() {
  return useQuery({ queryKey: keys.about, queryFn: ({ signal }) => readAbout(signal), staleTime: Infinity });
}
