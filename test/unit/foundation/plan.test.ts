// A plan shows what it would do without doing it, and does its steps in order until one fails or somebody stops it.
import { describe, expect, test } from "vitest";
import { perform, planText, type Step } from "../../../src/foundation/plan.ts";

function recorder(): { readonly done: string[]; readonly step: (title: string, act?: () => void) => Step } {
  const done: string[] = [];
  const step = (title: string, act?: () => void): Step => ({
    title,
    why: `because of ${title}`,
    run: [["/bin/true", title]],
    act: async () => {
      act?.();
      done.push(title);
      return [{ subject: title, seen: "done", tookMs: 1 }];
    },
  });
  return { done, step };
}

describe("a plan", () => {
  test("as text has everything but the doing, and does nothing", () => {
    const { done, step } = recorder();
    const text = planText({ title: "both", steps: [step("a"), step("b")] });
    expect(text).toEqual({
      title: "both",
      steps: [
        { title: "a", why: "because of a", run: [["/bin/true", "a"]] },
        { title: "b", why: "because of b", run: [["/bin/true", "b"]] },
      ],
    });
    expect(JSON.parse(JSON.stringify(text))).toEqual(text);
    expect(done).toEqual([]);
  });

  test("runs its steps in order, announces each, and returns what was seen", async () => {
    const { done, step } = recorder();
    const announced: string[] = [];
    const plan = { title: "both", steps: [step("a"), step("b")] };
    const evidence = await perform(plan, { signal: new AbortController().signal, onStep: ({ title }) => announced.push(title) });
    expect(done).toEqual(["a", "b"]);
    expect(announced).toEqual(["a", "b"]);
    expect(evidence.map(({ subject }) => subject)).toEqual(["a", "b"]);
  });

  test("stops at the first failure", async () => {
    const { done, step } = recorder();
    const fail = () => {
      throw new Error("it broke");
    };
    const plan = { title: "three", steps: [step("a"), step("b", fail), step("c")] };
    await expect(perform(plan, { signal: new AbortController().signal })).rejects.toThrow("it broke");
    expect(done).toEqual(["a"]);
  });

  test("begins no further step once it is stopped", async () => {
    const { done, step } = recorder();
    const stopping = new AbortController();
    const plan = { title: "two", steps: [step("a", () => stopping.abort(new Error("enough"))), step("b")] };
    await expect(perform(plan, { signal: stopping.signal })).rejects.toThrow("enough");
    expect(done).toEqual(["a"]);
  });
});
