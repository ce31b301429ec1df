// Changes to the cached list of tasks, and the frame of an optimistic write: show it at once, then the server's answer, or
// take it back. A list that was being read meanwhile is read again, because it may be older than the write.
import type { QueryClient } from "@tanstack/react-query";
import type { Task } from "../../src/app/api/contract/tasks.ts";
import { keys } from "./query-client.ts";
import type { AllTasks } from "./task-api.ts";

/** Puts `task` in the place of the one with `id`, or at the end when there is none. */
export function putTask(client: QueryClient, task: Task, id: number = task.id): void {
  edit(client, (tasks) => {
    const others = tasks.filter((other) => other.id !== id && other.id !== task.id);
    const place = tasks.findIndex((other) => other.id === id);
    return place < 0 ? [...others, task] : others.toSpliced(place, 0, task);
  });
}

export function dropTask(client: QueryClient, id: number): void {
  edit(client, (tasks) => tasks.filter((task) => task.id !== id));
}

export function cachedTask(client: QueryClient, id: number): Task | undefined {
  return client.getQueryData<AllTasks>(keys.tasks)?.tasks.find((task) => task.id === id);
}

function edit(client: QueryClient, change: (tasks: readonly Task[]) => readonly Task[]): void {
  client.setQueryData<AllTasks>(keys.tasks, (all) => all && { ...all, tasks: change(all.tasks) });
}

/** Stops a reading that would overwrite what is about to be shown; returns whether there was one. */
export async function beginWrite(client: QueryClient): Promise<boolean> {
  const wasReading = client.isFetching({ queryKey: keys.tasks }) > 0;
  await client.cancelQueries({ queryKey: keys.tasks });
  return wasReading;
}

/** After a write: reads again whatever may be older than it, and the counts that the server keeps. */
export function endWrite(client: QueryClient, options: { readonly mustRead: boolean }): void {
  const isReading = client.isFetching({ queryKey: keys.tasks }) > 0;
  if (options.mustRead || isReading) void client.invalidateQueries({ queryKey: keys.tasks });
}
