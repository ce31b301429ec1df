// The one store of the board: never an older row over a newer one, and a roll-back is an overlay that is taken away.
import { describe, expect, test } from "vitest";
import { TaskStore } from "../../../web/board/data/task-store.ts";
import { taskWith } from "./tasks.ts";

const titles = (store: TaskStore) => store.shown().all.map(({ title }) => title);

describe("what the server said", () => {
  test("is taken by version, whatever comes first", () => {
    const store = new TaskStore();
    store.put([taskWith({ id: 1, title: "third", version: 3 })]);
    store.put([taskWith({ id: 1, title: "second", version: 2 }), taskWith({ id: 1, title: "third again", version: 3 })]);
    expect(titles(store)).toEqual(["third"]);
    store.put([taskWith({ id: 1, title: "fourth", version: 4 })]);
    expect(titles(store)).toEqual(["fourth"]);
  });

  test("does not bring a deleted task back, from a page that was on its way", () => {
    const store = new TaskStore();
    store.put([taskWith({ id: 1 })]);
    store.drop([1, 2]);
    store.put([taskWith({ id: 1, version: 9 }), taskWith({ id: 2 })]);
    expect(titles(store)).toEqual([]);
  });

  test("is forgotten by a sweep when nobody mentioned it, but for what lies beyond the reading and what came meanwhile", () => {
    const store = new TaskStore();
    store.put([1, 5, 6, 7].map((id) => taskWith({ id })));
    const sweep = store.beginSweep();
    store.put([taskWith({ id: 7 }), taskWith({ id: 8 })]);
    sweep.end(5);
    expect(titles(store)).toEqual(["task 1", "task 7", "task 8"]);
  });

  test("is not swept by a reading that another one has overtaken", () => {
    const store = new TaskStore();
    store.put([taskWith({ id: 1 })]);
    const first = store.beginSweep();
    store.beginSweep();
    first.end(1);
    expect(titles(store)).toEqual(["task 1"]);
  });
});

describe("a write that is not confirmed", () => {
  test("lies over what is known, and over the writes before it", () => {
    const store = new TaskStore();
    store.put([taskWith({ id: 1 })]);
    const first = { changed: new Map([[1, { title: "a" }]]) };
    const second = { changed: new Map([[1, { priority: 2 }]]) };
    store.cover(first);
    store.cover(second);
    expect(store.shown().get(1)).toMatchObject({ title: "a", priority: 2 });
    store.uncover(first);
    expect(store.shown().get(1)).toMatchObject({ title: "task 1", priority: 2 });
    expect(store.known(1)).toMatchObject({ priority: 0 });
  });

  test("keeps what others write below it", () => {
    const store = new TaskStore();
    store.put([taskWith({ id: 1 })]);
    const overlay = { changed: new Map([[1, { title: "ours" }]]) };
    store.cover(overlay);
    store.put([taskWith({ id: 1, title: "theirs", priority: 3, version: 2 })]);
    expect(store.shown().get(1)).toMatchObject({ title: "ours", priority: 3 });
    store.uncover(overlay);
    expect(store.shown().get(1)).toMatchObject({ title: "theirs" });
  });

  test("of a new task goes on under the id that the task is given, and the task is there once", () => {
    const store = new TaskStore();
    const added = { added: [taskWith({ id: -1, title: "new" })] };
    const moved = { changed: new Map([[-1, { status: "active" as const }]]) };
    store.cover(added);
    store.cover(moved);
    expect(store.shown().all).toMatchObject([{ id: -1, title: "new", status: "active" }]);
    store.together(() => {
      store.give(-1, 40);
      store.put([taskWith({ id: 40, title: "new" })]);
      store.uncover(added);
    });
    expect(store.shown().all).toMatchObject([{ id: 40, title: "new", status: "active" }]);
    expect(store.idOf(-1)).toBe(40);
  });

  test("hides what it deletes until it is taken back", () => {
    const store = new TaskStore();
    store.put([taskWith({ id: 1 }), taskWith({ id: 2 })]);
    const overlay = { hidden: new Set([1]) };
    store.cover(overlay);
    expect(titles(store)).toEqual(["task 2"]);
    store.uncover(overlay);
    expect(titles(store).sort()).toEqual(["task 1", "task 2"]);
  });
});

test("who watches is told once for changes that belong together, and not when nothing changed", () => {
  const store = new TaskStore();
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  store.together(() => {
    store.put([taskWith({ id: 1 })]);
    store.put([taskWith({ id: 2 })]);
  });
  expect(told).toBe(1);
  store.put([taskWith({ id: 1 })]);
  store.drop([99]);
  expect(told).toBe(1);
  expect(store.shown()).toBe(store.shown());
});
