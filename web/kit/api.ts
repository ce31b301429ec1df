// One way to the server: JSON in, JSON out, a request id on every call, and every failure an ApiProblem. A call that gets no
// answer keeps the id it was sent with, so that it can be found in the server's logs. A write carries an Idempotency-Key: when
// nobody knows what became of it, it is sent once more and still made once; and it asks for its trace, which the footer shows.
// Source: RFC 9457 (problem documents).
import type { ProblemAnswer } from "../../src/app/api/contract/about.ts";

import { noteWrite } from "./last-write.ts";

export interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** The version that is to be changed; another one there gives a problem with status 412. */
  readonly ifMatch?: number;
  /** Idempotency-Key of a write, a new one unless given: a person's second try with the first one's key is made once, too. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

export interface Answer<Body> {
  readonly body: Body;
  readonly requestId: string;
}

const waitMs = 15_000;
const againMs = 1_000;

export class ApiProblem extends Error {
  /** HTTP status, 0 when no answer came. */
  readonly status: number;
  readonly title: string;
  /** The code of the table of problems; undefined when the answer was not the application's. */
  readonly code: string | undefined;
  readonly detail: string | undefined;
  readonly field: string | undefined;
  readonly requestId: string;

  constructor(problem: Pick<ProblemAnswer, "status" | "title" | "detail" | "field" | "request_id"> & { readonly code?: string }, cause?: unknown) {
    super(problem.detail ?? problem.title, { cause });
    this.name = "ApiProblem";
    this.status = problem.status;
    this.title = problem.title;
    this.code = problem.code;
    this.detail = problem.detail;
    this.field = problem.field?.split(/[/.]/).at(-1);
    this.requestId = problem.request_id;
  }

  /** True when a write may have happened all the same: no answer, a proxy's answer, or a connection lost while committing. */
  get isOutcomeUnknown(): boolean {
    return [0, 502, 504].includes(this.status) || this.code === "RH-CONN-004";
  }

  /** True when the server or its database is away and the same call may work later. */
  get isAway(): boolean {
    return [0, 502, 503, 504].includes(this.status);
  }
}

/** Sends one call; each attempt waits 15 seconds at most. Throws ApiProblem, or the signal's reason when the caller gave up. */
export async function send<Body>(call: Call): Promise<Answer<Body>> {
  if (call.method === "GET") return sendOnce(call);
  const { key = newId() } = call;
  const lost = await sendOnce<Body>(call, key).catch(unknownOutcome);
  if (!(lost instanceof ApiProblem)) return lost;
  await new Promise((resolve) => setTimeout(resolve, againMs));
  return sendOnce<Body>(call, key).catch((thrown: unknown) => {
    throw thrown instanceof ApiProblem && thrown.isAway ? lost : thrown; // still nobody knows what became of the first
  });
}

function unknownOutcome(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem && thrown.isOutcomeUnknown) return thrown;
  throw thrown;
}

async function sendOnce<Body>(call: Call, key?: string): Promise<Answer<Body>> {
  const requestId = newId();
  const startMs = performance.now();
  const response = await attempt(call, { requestId, key });
  const answeredId = response.headers.get("x-request-id") ?? requestId;
  if (!response.ok) throw await problemOf(response, answeredId);
  const body = response.status === 204 ? (undefined as Body) : await bodyOf<Body>(response, call, answeredId);
  if (call.method !== "GET")
    noteWrite({ ...confirmedWrite(call, response), requestId: answeredId, browserMs: performance.now() - startMs, answer: body ?? {} });
  return { body, requestId: answeredId };
}

function confirmedWrite({ method, path }: Call, { status, headers }: Response) {
  const seconds = headers.get("x-proxy-seconds");
  return { method, path, status, proxyMs: seconds === null ? undefined : Math.round(Number(seconds) * 1_000) };
}

async function attempt(call: Call, { requestId, key }: { readonly requestId: string; readonly key: string | undefined }): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", "x-request-id": requestId };
  if (call.body !== undefined) headers["content-type"] = "application/json";
  if (call.ifMatch !== undefined) headers["if-match"] = `"${call.ifMatch}"`;
  if (key !== undefined) headers["idempotency-key"] = key;
  if (call.method !== "GET") headers["rowhouse-trace"] = "1";
  const deadline = AbortSignal.timeout(waitMs);
  const signal = call.signal ? AbortSignal.any([call.signal, deadline]) : deadline;
  try {
    return await fetch(call.path, { method: call.method, headers, body: JSON.stringify(call.body), signal });
  } catch (cause) {
    call.signal?.throwIfAborted();
    throw unanswered(requestId, cause);
  }
}

async function bodyOf<Body>(response: Response, call: Call, requestId: string): Promise<Body> {
  try {
    return (await response.json()) as Body;
  } catch (cause) {
    call.signal?.throwIfAborted();
    throw unanswered(requestId, cause);
  }
}

async function problemOf(response: Response, requestId: string): Promise<ApiProblem> {
  const { status } = response;
  const isDocument = response.headers.get("content-type")?.startsWith("application/problem+json");
  const found = isDocument ? await response.json().catch(() => undefined) : undefined;
  return new ApiProblem({ title: `the server answered ${status}`, request_id: requestId, ...(found as Partial<ProblemAnswer>), status });
}

function unanswered(requestId: string, cause: unknown): ApiProblem {
  return new ApiProblem({ status: 0, title: "no answer came from the server", request_id: requestId }, cause);
}

// Not randomUUID: that exists only on localhost and under TLS, and a board may be opened by address.
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
