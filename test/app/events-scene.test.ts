// A share of the scene of acceptance 4 (test/scenes/events.ts), and that its judge finds what it is there to find.
import { describe, expect, test } from "vitest";
import { run } from "../scenes/events.ts";
import { faultsOf } from "../support/live/judge.ts";
import { engines } from "./support.ts";

describe("what a listener was told", () => {
  const table = ["task 1 version 1 task.created", "task 2 version 1 task.created", "task 1 version 2 task.changed", "task 1 version 2 task.deleted"];
  const [first = "", second = "", third = "", last = ""] = table;
  const judged = (told: readonly string[], others = ["ready"]) => faultsOf({ name: "one", told, others }, table);

  test("is right in any order that keeps each task's", () => {
    expect(judged(table)).toStrictEqual([]);
    expect(judged([first, third, last, second])).toStrictEqual([]);
  });

  test("is wrong when something was missed, came twice, came behind a newer version, or should not have come", () => {
    expect(judged([first, second, last])).toStrictEqual([`one: ${third} was missed`]);
    expect(judged([...table, second])).toStrictEqual([`one: ${second} came twice`]);
    expect(judged([third, first, second, last])).toStrictEqual([`one: ${first} came behind a newer version`]);
    expect(judged([first, second, last, third])).toStrictEqual([`one: ${third} came behind a newer version`]);
    expect(judged([...table, "task 3 version 1 task.created"])).toStrictEqual(["one: task 3 version 1 task.created came and is not in the table"]);
    expect(judged(table, ["ready", "reset"])).toStrictEqual(["one: was told ready,reset beside changes, not ready alone"]);
  });
});

test.each(engines)(
  "on %s three listeners are told each of 500 racing changes once, though one is cut off again and again and an instance is killed",
  async (engine) => {
    const { N, found, kills } = await run({
      engine,
      seed: 1,
      size: 500,
      minutes: undefined,
      print: () => undefined,
      signal: new AbortController().signal,
    });
    expect(found).toStrictEqual([]);
    expect(N).toBeGreaterThanOrEqual(500);
    expect(kills).toBe(1);
  },
);
