// What `rowhouse status` says of the last five minutes, from the numbers of the instances.
import { expect, test } from "vitest";
import { describeRecent, type RecentAnswer, together } from "../../../src/operations/stack/recent.ts";

const answer = (took: Readonly<Record<number, number>>, more: Partial<RecentAnswer> = {}): RecentAnswer => {
  const buckets = Object.entries(took).map(([bound, requests]) => ({ up_to_ms: Number(bound), requests }));
  const requests = buckets.reduce((sum, bucket) => sum + bucket.requests, 0);
  return { instance: "app-1", seconds: 300, requests, errors: 0, took: buckets, ...more };
};

test.each([
  ["one instance", [answer({ 2: 99, 900: 1 })], "p50 2 ms, p99 2 ms, 0 errors in 5 min"],
  ["one slow request too many", [answer({ 2: 98, 900: 2 })], "p50 2 ms, p99 900 ms, 0 errors in 5 min"],
  ["the slow ones of one instance count among all", [answer({ 2: 990 }), answer({ 900: 10 })], "p50 2 ms, p99 2 ms, 0 errors in 5 min"],
  ["an instance that is slow altogether", [answer({ 2: 100 }), answer({ 1500: 101 })], "p50 1.5 s, p99 1.5 s, 0 errors in 5 min"],
  ["less than a millisecond", [answer({ 0.1: 5 })], "p50 1 ms, p99 1 ms, 0 errors in 5 min"],
  ["a single request", [answer({ 10.4: 1 })], "p50 11 ms, p99 11 ms, 0 errors in 5 min"],
  ["failures of both", [answer({ 2: 5 }, { errors: 1 }), answer({ 2: 5 }, { errors: 2 })], "p50 2 ms, p99 2 ms, 3 errors in 5 min"],
  ["one failure", [answer({ 2: 5 }, { errors: 1 })], "p50 2 ms, p99 2 ms, 1 error in 5 min"],
  ["nothing", [answer({}), answer({})], "ready, no requests in 5 min"],
  [
    "a house that is young",
    [answer({ 2: 5 }, { seconds: 40 }), answer({}, { seconds: 41 })],
    "p50 2 ms, p99 2 ms, 0 errors in 41 s (since the start)",
  ],
  ["nothing since the start", [answer({}, { seconds: 130 })], "ready, no requests in 2 min (since the start)"],
  [
    "an instance that was restarted",
    [answer({ 2: 5 }), answer({}, { instance: "app-2", seconds: 40 })],
    "p50 2 ms, p99 2 ms, 0 errors in 5 min (app-2 since 40 s)",
  ],
] as const)("%s", (_what, answers, text) => {
  expect(describeRecent(together(answers))).toBe(text);
});
