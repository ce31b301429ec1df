// How the application did in the last five minutes, all instances together: each is asked on its own socket, and since they give
// numbers by duration and not percentiles, the percentile of all is right.
import { Value } from "@sinclair/typebox/value";
import { type Static, Type } from "@sinclair/typebox";
import { type HttpTarget, request } from "../../platform/http.ts";
import { formatDuration } from "../../foundation/units.ts";

const count = Type.Integer({ minimum: 0 });
const AnswerSchema = Type.Object({
  instance: Type.String(),
  seconds: Type.Integer({ minimum: 1 }),
  requests: count,
  errors: count,
  took: Type.Array(Type.Object({ up_to_ms: Type.Number(), requests: count })),
});
export type RecentAnswer = Static<typeof AnswerSchema>;

export interface RecentRequests {
  /** How far back the numbers go, at the instance that goes back furthest. */
  readonly seconds: number;
  readonly requests: number;
  readonly errors: number;
  /** Half of them took no longer; absent when there were none. */
  readonly p50Ms?: number;
  /** 99 of 100 took no longer; absent when there were none. */
  readonly p99Ms?: number;
  readonly instances: readonly { readonly instance: string; readonly seconds: number }[];
}

const timeoutMs = 2_000;

/** Undefined when an instance does not tell: it may be one of an older version. */
export async function recentRequests(targets: readonly HttpTarget[]): Promise<RecentRequests | undefined> {
  const answers = await Promise.all(targets.map((target) => askOne(target).catch(() => undefined)));
  const known = answers.filter((answer) => answer !== undefined);
  return known.length === targets.length ? together(known) : undefined;
}

/** The numbers of several instances as those of one. */
export function together(all: readonly RecentAnswer[]): RecentRequests {
  const sum = (of: (answer: RecentAnswer) => number) => all.reduce((total, answer) => total + of(answer), 0);
  const took = all.flatMap((answer) => answer.took);
  const [p50Ms, p99Ms] = [percentile(took, 0.5), percentile(took, 0.99)];
  return {
    seconds: Math.max(...all.map(({ seconds }) => seconds)),
    requests: sum(({ requests }) => requests),
    errors: sum(({ errors }) => errors),
    ...(p50Ms === undefined || p99Ms === undefined ? {} : { p50Ms, p99Ms }),
    instances: all.map(({ instance, seconds }) => ({ instance, seconds })),
  };
}

const wholeSeconds = 300;
/** Instances that are started together do not begin to count at the same moment. */
const togetherSeconds = 10;

/** `p50 2 ms, p99 11 ms, 0 errors in 5 min`; said since when, where an instance has counted for less. */
export function describeRecent({ seconds, errors, p50Ms, p99Ms, instances }: RecentRequests): string {
  const younger = instances.filter((one) => one.seconds < seconds - togetherSeconds).map((one) => `${one.instance} since ${span(one.seconds)}`);
  const since = [...(seconds < wholeSeconds ? ["since the start"] : []), ...younger].join(", ");
  const during = `in ${span(seconds)}${since === "" ? "" : ` (${since})`}`;
  if (p50Ms === undefined || p99Ms === undefined) return `ready, no requests ${during}`;
  const took = (ms: number) => formatDuration(Math.ceil(ms));
  return `p50 ${took(p50Ms)}, p99 ${took(p99Ms)}, ${errors} ${errors === 1 ? "error" : "errors"} ${during}`;
}

function span(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

async function askOne(target: HttpTarget): Promise<RecentAnswer | undefined> {
  const { status, body } = await request({ ...target, method: "GET", path: "/recent", timeoutMs });
  if (status !== 200) return undefined;
  const answer: unknown = JSON.parse(body);
  return Value.Check(AnswerSchema, answer) ? answer : undefined;
}

/** The bound that `share` of them kept to. */
function percentile(took: RecentAnswer["took"], share: number): number | undefined {
  const rising = took.toSorted((left, right) => left.up_to_ms - right.up_to_ms);
  let open = took.reduce((sum, { requests }) => sum + requests, 0) * share;
  return rising.find(({ requests }) => {
    open -= requests;
    return open <= 0;
  })?.up_to_ms;
}
