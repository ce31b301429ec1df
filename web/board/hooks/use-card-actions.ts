// What can be done with a card without opening it. The functions stay the same ones, so that cards need not be drawn again.
import { useCallback, useMemo } from "react";
import type { Status } from "../../../src/app/api/contract/parts.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { leaveCard } from "../card-focus.ts";
import { useDeleteTask } from "./use-delete-task.ts";
import { useMoveTask } from "./use-move-task.ts";

export function useCardActions() {
  const moveTask = useMoveTask();
  const { heldIds, hold } = useDeleteTask();
  const move = useCallback(
    (task: Task, to: Status) => {
      if (task.status === to) return;
      leaveCard(task.id);
      moveTask(task, to);
    },
    [moveTask],
  );
  const toggle = useCallback((task: Task) => move(task, task.status === "complete" ? "pending" : "complete"), [move]);
  const remove = useCallback(
    (task: Task) => {
      leaveCard(task.id);
      hold(task);
    },
    [hold],
  );
  return { heldIds, writes: useMemo(() => ({ move, toggle, remove }), [move, toggle, remove]) };
}
