// The last five minutes in numbers: how many requests, how many of them failed, and how long they took, in buckets so fine that the
// percentiles of several instances together are right to a twentieth. Thirty slices of ten seconds and the one that runs.
import type { Recent } from "../api/contract/recent.ts";

const sliceMs = 10_000;
const sliceCount = 31;
const firstBoundMs = 0.1;
const growth = 1.05;
const bucketCount = 275; // up to a minute and beyond
const growthLog = Math.log(growth);

interface Slice {
  /** Which ten seconds, counted from the clock's beginning. */
  number: number;
  requests: number;
  errors: number;
  readonly buckets: Uint32Array;
}

export class RecentRequests {
  readonly #slices: readonly Slice[] = Array.from({ length: sliceCount }, () => ({
    number: -1,
    requests: 0,
    errors: 0,
    buckets: new Uint32Array(bucketCount),
  }));

  readonly #startedMs: number;

  /** By the clock that `nowMs` is of. */
  constructor(startedMs: number) {
    this.#startedMs = startedMs;
  }

  add({ ms, isError, nowMs }: { readonly ms: number; readonly isError: boolean; readonly nowMs: number }): void {
    const number = Math.floor(nowMs / sliceMs);
    const slice = this.#slices[number % sliceCount] as Slice;
    if (slice.number !== number) empty(slice, number);
    slice.requests++;
    if (isError) slice.errors++;
    const bucket = bucketOf(ms);
    slice.buckets[bucket] = (slice.buckets[bucket] ?? 0) + 1;
  }

  read(nowMs: number): Pick<Recent, "seconds" | "requests" | "errors" | "took"> {
    const now = Math.floor(nowMs / sliceMs);
    const slices = this.#slices.filter(({ number }) => number > now - sliceCount && number >= 0);
    const took = Array.from({ length: bucketCount }, (_, index) => ({
      up_to_ms: boundOf(index),
      requests: slices.reduce((sum, { buckets }) => sum + (buckets[index] ?? 0), 0),
    }));
    return {
      seconds: Math.max(1, Math.round(Math.min((sliceCount - 1) * sliceMs, nowMs - this.#startedMs) / 1_000)),
      requests: slices.reduce((sum, { requests }) => sum + requests, 0),
      errors: slices.reduce((sum, { errors }) => sum + errors, 0),
      took: took.filter(({ requests }) => requests > 0),
    };
  }
}

function empty(slice: Slice, number: number): void {
  slice.number = number;
  slice.requests = 0;
  slice.errors = 0;
  slice.buckets.fill(0);
}

function bucketOf(ms: number): number {
  if (ms <= firstBoundMs) return 0;
  return Math.min(Math.ceil(Math.log(ms / firstBoundMs) / growthLog), bucketCount - 1);
}

function boundOf(bucket: number): number {
  return Math.round(firstBoundMs * growth ** bucket * 1_000) / 1_000;
}
