// Requests in work: how many there are (beyond the limit they are refused at once), and one line in the log for each that ended,
// answered or not. Bodies, queries and headers are never logged.
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import type { Clock } from "../../platform/clock.ts";

const pathLimit = 200;
const probes = new Set(["/livez", "/readyz", "/healthz"]);

export function countTraffic(clock: Clock, limit: number): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  let inWork = 0;
  return async (request, reply) => {
    const startMs = clock.monotonicMs();
    inWork++;
    const end = () => {
      reply.raw.off("finish", end).off("close", end);
      inWork--;
      report(request, reply, Math.round(clock.monotonicMs() - startMs));
    };
    reply.raw.once("finish", end).once("close", end); // "close" alone when the client went away
    if (inWork > limit && !probes.has(pathOf(request))) throw new Problem("RH-API-008", `more than ${limit} requests are in work`);
  };
}

function report(request: FastifyRequest, reply: FastifyReply, ms: number): void {
  const isAnswered = reply.raw.writableEnded;
  request.log.info({ method: request.method, path: pathOf(request), status: reply.statusCode, ms }, isAnswered ? "answered" : "the client went away");
}

function pathOf(request: FastifyRequest): string {
  const path = request.url.split("?", 1)[0] ?? "";
  return path.slice(0, pathLimit).replace(/[^\x21-\x7e]/g, "?");
}
