// Quantities as people read them, at the borders between units.
import { expect, test } from "vitest";
import { formatBytes, formatCount, formatDuration } from "../../../src/foundation/units.ts";

test.each([
  [0, "0 bytes"],
  [1, "1 bytes"],
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [9_940, "9.9 kB"],
  [9_960, "10 kB"],
  [999_400, "999 kB"],
  [999_999, "1.0 MB"],
  [845_000_000, "845 MB"],
  [1_200_000_000, "1.2 GB"],
  [5e15, "5.0 PB"],
  [5e18, "5000 PB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, "0 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [6_200, "6.2 s"],
  [59_940, "59.9 s"],
  [59_960, "1 min 0 s"],
  [185_000, "3 min 5 s"],
  [179_900, "3 min 0 s"],
  [3_599_900, "1 h 0 min"],
  [7_440_000, "2 h 4 min"],
])("%d milliseconds are %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, "0 tables"],
  [1, "1 table"],
  [1_204, "1,204 tables"],
])("%d of them are %s", (count, text) => {
  expect(formatCount(count, "table")).toBe(text);
});
