// Failures as RFC 9457 problem documents. What is the caller's is explained; what is ours (hosts, SQL, versions, stacks) goes
// to the log and never into an answer. Every 503 and 429 says when to come back.
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { isProblem, Problem, toProblem } from "../../foundation/problem.ts";
import { type ProblemCode, problems } from "../../foundation/problems.ts";
import type { ProblemAnswer } from "./contract/about.ts";
import { invalid } from "./invalid.ts";

/** A statement's time, and a transfer's. */
export const retryAfterSeconds: Readonly<Record<number, number>> = { 503: 1, 429: 10 };
export const problemType = "application/problem+json";

/** Codes that would be a failure of ours in a tool, and in the application mean that its database is not set up for it. */
const publicCodes: Readonly<Partial<Record<ProblemCode, ProblemCode>>> = {
  "RH-SQL-002": "RH-MIG-003",
  "RH-AUTH-003": "RH-AUTH-002",
  "RH-AUTH-004": "RH-AUTH-002",
};

export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(thrown, request.routeOptions?.bodyLimit);
  const answer = documentOf(problem, request.id);
  if (answer.status >= 500) logFailure(problem, request, answer.status);
  const seconds = retryAfterSeconds[answer.status];
  if (seconds !== undefined) reply.header("retry-after", seconds);
  return reply
    .code(answer.status)
    .type(problemType)
    .send(Buffer.from(JSON.stringify(answer)));
}

export function documentOf(problem: Problem, requestId: string): ProblemAnswer {
  const code = publicCodes[problem.code] ?? problem.code;
  const { title, status } = problems[code];
  const isExplained = status < 500 && (code.startsWith("RH-API-") || problem.field !== undefined);
  return {
    type: `urn:rowhouse:problem:${code.toLowerCase()}`,
    title,
    status,
    ...(isExplained ? { detail: problem.message } : {}),
    code,
    ...(problem.field === undefined ? {} : { field: problem.field }),
    request_id: requestId,
  };
}

/** The server's own refusals (schema, size, type, address) as Problems. */
function problemOf(thrown: unknown, bodyLimitBytes = 0): Problem {
  if (isProblem(thrown)) return thrown;
  const error = thrown as Partial<FastifyError>;
  if (error.validation) return invalid(error);
  if (error.statusCode === 413)
    return new Problem("RH-API-004", `the body has more than ${Math.floor(bodyLimitBytes / 1_048_576)} MB`, { cause: thrown });
  if (error.statusCode === 415) return new Problem("RH-API-005", "the body has to be application/json in UTF-8", { cause: thrown });
  if (error.statusCode !== undefined && error.statusCode < 500) return new Problem("RH-API-001", "the request cannot be read", { cause: thrown });
  return toProblem(thrown);
}

function logFailure(problem: Problem, request: FastifyRequest, status: number): void {
  const isBug = problem.code === "RH-BUG-001";
  const stack = isBug && problem.cause instanceof Error ? problem.cause.stack : undefined;
  const fields = { code: problem.code, status, reason: problem.message, hint: problem.hint, stack };
  if (isBug) request.log.error(fields, "an unexpected failure");
  else request.log.warn(fields, "the request failed");
}
