// A proof that runs while a backup becomes due makes way for it.
import { describe, expect, test } from "vitest";
import { makingWay } from "../../../src/serve/proofs.ts";
import { systemClock } from "../../../src/platform/clock.ts";

const clock = { ...systemClock, sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(5, signal) };
const untilAborted = (signal: AbortSignal) =>
  new Promise<string>((resolve, reject) => {
    signal.addEventListener("abort", () => resolve(String(signal.reason)), { once: true });
    setTimeout(() => reject(new Error("it was not ended")), 2_000).unref();
  });

describe("a proof", () => {
  test("is ended when a backup becomes due while it runs, or when the house ends", async () => {
    let looks = 0;
    const isDue = () => ++looks > 3;
    expect(await makingWay({ clock }, { isDue, signal: new AbortController().signal }, untilAborted)).toBe("Error: a backup is due");
    const ending = new AbortController();
    setTimeout(() => ending.abort(new Error("it ends")), 20);
    expect(await makingWay({ clock }, { isDue: () => false, signal: ending.signal }, untilAborted)).toBe("Error: it ends");
  });

  test("goes to its end when none is due, and is looked after no longer then", async () => {
    let looks = 0;
    const isDue = () => ++looks < 0;
    expect(await makingWay({ clock }, { isDue, signal: new AbortController().signal }, async () => "proved")).toBe("proved");
    const before = looks;
    await systemClock.sleep(50);
    expect(looks).toBe(before);
  });
});
