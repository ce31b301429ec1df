// Writes as data: what they show at once, what takes them back, and when somebody else's change stands in their way.
import { describe, expect, test } from "vitest";
import { TaskStore } from "../../../web/board/data/task-store.ts";
import { newSelection } from "../../../web/board/select/selection.ts";
import { addressed, type Refused } from "../../../web/board/writes/addressing.ts";
import { inverseOf, type Operation, updateOf } from "../../../web/board/writes/operations.ts";
import { letterFor, type Sendable } from "../../../web/board/writes/send.ts";
import { undoStack } from "../../../web/board/writes/undo.ts";
import { taskWith } from "./tasks.ts";

const before = taskWith({ id: 1, due_date: "2026-11-25T22:59:59.000000Z" });
const storeWith = (...tasks: readonly ReturnType<typeof taskWith>[]) => {
  const store = new TaskStore();
  store.put(tasks);
  return store;
};
const refusalOf = (operations: readonly Operation[], store: TaskStore) => {
  try {
    addressed(operations, store);
    return undefined;
  } catch (thrown) {
    return (thrown as Refused).refusal;
  }
};

describe("a change", () => {
  const operation = updateOf(before, { status: "complete" });

  test("is meant for the version that is known when it is sent, whatever others wrote in other fields", () => {
    const store = storeWith({ ...before, title: "theirs", version: 5 });
    expect(addressed([operation], store)).toMatchObject([{ op: "update", id: 1, version: 5, change: { status: "complete" } }]);
  });

  test("is refused when somebody else changed the same field, but not when they changed it to the same", () => {
    expect(refusalOf([operation], storeWith({ ...before, status: "archived", version: 2 }))).toMatchObject({ conflicts: [{ fields: ["status"] }] });
    expect(refusalOf([operation], storeWith({ ...before, status: "complete", version: 2 }))).toBeUndefined();
  });

  test("is refused when the task is gone, of several only when all are", () => {
    expect(refusalOf([operation], new TaskStore())).toEqual({ isGone: true });
    const other = updateOf(taskWith({ id: 2 }), { priority: 1 });
    expect(addressed([operation, other], storeWith(taskWith({ id: 2 })))).toHaveLength(1);
  });

  test("of a moment is no conflict with the same moment in the server's writing", () => {
    const due = updateOf({ ...before, due_date: "2026-11-25T22:59:59.000Z" }, { due_date: null });
    expect(refusalOf([due], storeWith(before))).toBeUndefined();
  });

  test("is taken back by what was there before, and that again by the change", () => {
    const store = storeWith({ ...before, status: "complete", version: 2 });
    const [back] = inverseOf([operation], store, () => -1);
    expect(back).toMatchObject({ op: "update", change: { status: "pending" }, before: { status: "complete" } });
    expect(inverseOf(back ? [back] : [], store, () => -1)).toEqual([operation]);
  });
});

test("a deletion is refused when the task is another one by now, and taken back by a new task with the same fields", () => {
  const operation: Operation = { op: "delete", id: 1, before };
  expect(refusalOf([operation], storeWith({ ...before, version: 3 }))).toBeUndefined();
  expect(refusalOf([operation], storeWith({ ...before, title: "theirs", version: 3 }))).toMatchObject({ conflicts: [{ fields: ["title"] }] });
  expect(inverseOf([operation], new TaskStore(), () => -7)).toMatchObject([
    { op: "create", temporaryId: -7, task: { title: "task 1", due_date: before.due_date } },
  ]);
});

describe("a letter", () => {
  const update = (id: number, priority: number): Sendable => ({
    op: "update",
    id,
    version: 1,
    change: { status: "active" },
    before: { status: "pending", priority },
  });

  test("of one operation goes to its own address with its version, of several in one transaction", () => {
    expect(letterFor([update(3, 0)]).call).toMatchObject({ method: "PATCH", path: "/api/tasks/3", ifMatch: 1, body: { status: "active" } });
    expect(letterFor([update(3, 0), { op: "delete", id: 4, version: 2 }]).call).toMatchObject({
      method: "POST",
      path: "/api/tasks/bulk",
      body: {
        operations: [
          { op: "update", id: 3, version: 1 },
          { op: "delete", id: 4, version: 2 },
        ],
      },
    });
  });

  test("of very many names them by conditions, each with what was there and how many they are", () => {
    const many = Array.from({ length: 4_500 }, (_, index) => update(index + 1, index % 2));
    const { operations } = letterFor(many).call.body as { operations: readonly { op: string; count: number; filter: { and: readonly object[] } }[] };
    expect(operations.map(({ op, count }) => [op, count])).toEqual([
      ["update_where", 2_000],
      ["update_where", 250],
      ["update_where", 2_000],
      ["update_where", 250],
    ]);
    expect(operations[0]?.filter.and[1]).toEqual({ status: "pending", priority: 0 });
  });
});

test("what was done is undone once, the newest first, and what was forgotten never", () => {
  const stack = undoStack();
  const undone: string[] = [];
  const done = (what: string) => ({ what, undo: () => undone.push(what), withdraw: () => undefined });
  const first = done("first");
  stack.push(first);
  const act = stack.push(done("second"));
  stack.push(done("third"));
  act();
  act();
  stack.forget(first);
  stack.undoNewest();
  expect(stack.undoNewest()).toBeUndefined();
  expect(undone).toEqual(["second", "third"]);
});

test("a range grows and shrinks from its anchor and leaves what was selected before", () => {
  const selection = newSelection();
  const order = [1, 2, 3, 4, 5];
  selection.toggle(1);
  selection.toggle(3);
  selection.extend(5, order);
  expect([...selection.get().ids]).toEqual([1, 3, 4, 5]);
  selection.extend(4, order);
  expect([...selection.get().ids]).toEqual([1, 3, 4]);
  selection.extend(2, order);
  expect([...selection.get().ids]).toEqual([1, 3, 2]);
  selection.clear();
  selection.extend(3, order, 2);
  expect([...selection.get().ids]).toEqual([2, 3]);
});
