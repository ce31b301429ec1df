// What long work tells of itself.
import { expect, test } from "vitest";
import { counting, formatAmount } from "../../../src/platform/counting.ts";

test.each([
  [{ rows: 0, bytes: 0 }, { total: 9, tookMs: 9_000 }, "0 of 9 rows, 0 bytes"],
  [{ rows: 1_000, bytes: 20_000 }, { total: 4_000, tookMs: 1_999 }, "1,000 of 4,000 rows, 20 kB"],
  [{ rows: 1_000, bytes: 20_000 }, { total: 4_000, tookMs: 4_000 }, "1,000 of 4,000 rows, 20 kB, about 12.0 s left"],
  [{ rows: 1_000, bytes: 20_000 }, { total: 4_000, isEstimate: true, tookMs: 4_000 }, "1,000 of about 4,000 rows, 20 kB, about 12.0 s left"],
  [{ rows: 4_000, bytes: 80_000 }, { total: 4_000, tookMs: 4_000 }, "4,000 of 4,000 rows, 80 kB"],
  [{ rows: 4_001, bytes: 80_000 }, { total: 4_000, isEstimate: true, tookMs: 4_000 }, "4,001 rows, 80 kB"],
])("%j of %j is %s", (amount, of, text) => {
  expect(formatAmount(amount, of)).toBe(text);
});

test("adds up what several tables tell, from the moment it began", () => {
  let nowMs = 500;
  const told: string[] = [];
  const counted = counting({ clock: { monotonicMs: () => nowMs }, verb: "restoring", total: 30, onProgress: (text) => told.push(text) });
  counted("tasks", { rows: 5, bytes: 100 });
  nowMs += 4_000;
  counted("events", { rows: 5, bytes: 50 });
  expect(told).toEqual(["restoring tasks: 5 of 30 rows, 100 bytes", "restoring events: 10 of 30 rows, 150 bytes, about 8.0 s left"]);
});
