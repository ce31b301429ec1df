// Requests in work: how many there are (beyond the limit they are refused at once), and one line in the log for each that ended,
// answered or not. Bodies, queries and headers are never logged. While the server closes, what is in work is answered and its
// connection closed with it; a kept-alive one would hold the process until the drain's limit.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import type { Clock } from "../../platform/clock.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A request that stays: it has a limit of its own and is not in work. */
    isListening?: boolean;
  }
}

const pathLimit = 200;
const probes = new Set(["/livez", "/readyz", "/healthz"]);

export function countTraffic(app: FastifyInstance, clock: Clock, limit: number): void {
  const inWork = new Set<FastifyReply>();
  app.addHook("onRequest", (request, reply, done) => {
    const startMs = clock.monotonicMs();
    const isListening = request.routeOptions.config.isListening === true;
    if (!isListening) inWork.add(reply);
    reply.raw.on("close", () => {
      inWork.delete(reply);
      report(request, reply, Math.round(clock.monotonicMs() - startMs));
    });
    if (inWork.size > limit && !isListening && !probes.has(pathOf(request)))
      throw new Problem("RH-API-008", `more than ${limit} requests are in work`);
    done();
  });
  app.addHook("preClose", (done) => {
    for (const reply of inWork) if (!reply.raw.headersSent) reply.header("connection", "close");
    done();
  });
}

function report(request: FastifyRequest, reply: FastifyReply, ms: number): void {
  const isAnswered = reply.raw.writableEnded;
  request.log.info({ method: request.method, path: pathOf(request), status: reply.statusCode, ms }, isAnswered ? "answered" : "the client went away");
}

function pathOf(request: FastifyRequest): string {
  const { url } = request;
  const end = url.indexOf("?");
  return url.slice(0, end < 0 || end > pathLimit ? pathLimit : end).replace(/[^\x21-\x7e]/g, "?");
}
