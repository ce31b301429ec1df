// What `rowhouse status` says of the last five minutes, from the numbers of the instances.
import { expect, test } from "vitest";
import { describeRecent, type RecentAnswer, together } from "../../../src/operations/stack/recent.ts";

const answer = (took: Readonly<Record<number, number>>, errors = 0): RecentAnswer => {
  const buckets = Object.entries(took).map(([bound, requests]) => ({ up_to_ms: Number(bound), requests }));
  return { seconds: 300, requests: buckets.reduce((sum, { requests }) => sum + requests, 0), errors, took: buckets };
};

test.each([
  ["one instance", [answer({ 2: 99, 900: 1 })], "p99 2 ms, 0 errors in 5 min"],
  ["one slow request too many", [answer({ 2: 98, 900: 2 })], "p99 900 ms, 0 errors in 5 min"],
  ["the slow ones of one instance count among all", [answer({ 2: 990 }), answer({ 900: 10 })], "p99 2 ms, 0 errors in 5 min"],
  ["an instance that is slow altogether", [answer({ 2: 100 }), answer({ 1500: 100 })], "p99 1.5 s, 0 errors in 5 min"],
  ["less than a millisecond", [answer({ 0.1: 5 })], "p99 1 ms, 0 errors in 5 min"],
  ["a single request", [answer({ 10.4: 1 })], "p99 11 ms, 0 errors in 5 min"],
  ["failures of both", [answer({ 2: 5 }, 1), answer({ 2: 5 }, 2)], "p99 2 ms, 3 errors in 5 min"],
  ["one failure", [answer({ 2: 5 }, 1)], "p99 2 ms, 1 error in 5 min"],
  ["nothing", [answer({}), answer({})], "ready, no requests in 5 min"],
])("%s", (_what, answers, text) => {
  expect(describeRecent(together(answers))).toBe(text);
});
