// How the application did in the last five minutes, all instances together: each is asked on its own socket, and since they give
// numbers by duration and not percentiles, the percentile of all is right.
import { Value } from "@sinclair/typebox/value";
import { type Static, Type } from "@sinclair/typebox";
import { type HttpTarget, request } from "../../platform/http.ts";
import { formatDuration } from "../../foundation/units.ts";

const count = Type.Integer({ minimum: 0 });
const AnswerSchema = Type.Object({
  seconds: Type.Integer({ minimum: 1 }),
  requests: count,
  errors: count,
  took: Type.Array(Type.Object({ up_to_ms: Type.Number(), requests: count })),
});
export type RecentAnswer = Static<typeof AnswerSchema>;

export interface RecentRequests {
  readonly seconds: number;
  readonly requests: number;
  readonly errors: number;
  /** 99 of 100 took no longer; absent when there were none. */
  readonly p99Ms?: number;
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
  const p99Ms = percentile(
    all.flatMap(({ took }) => took),
    0.99,
  );
  return {
    seconds: Math.min(...all.map(({ seconds }) => seconds)),
    requests: sum(({ requests }) => requests),
    errors: sum(({ errors }) => errors),
    ...(p99Ms === undefined ? {} : { p99Ms }),
  };
}

/** `p99 11 ms, 0 errors in 5 min` */
export function describeRecent({ seconds, errors, p99Ms }: RecentRequests): string {
  const span = `${Math.round(seconds / 60)} min`;
  if (p99Ms === undefined) return `ready, no requests in ${span}`;
  return `p99 ${formatDuration(Math.ceil(p99Ms))}, ${errors} ${errors === 1 ? "error" : "errors"} in ${span}`;
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
