// Requests in work: how many there are (beyond the limit they are refused at once), and one line in the log for each that ended,
// answered or not. Bodies, queries and headers are never logged. While the server closes, what is in work is answered and its
// connection closed with it; a kept-alive one would hold the process until the drain's limit.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Meters } from "../metrics/meters.ts";
import { onGone } from "./gone.ts";
import { safeHeaders } from "./headers.ts";
import { documentOf, problemType, retryAfterSeconds } from "./problems.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A request that stays: it has a limit of its own and is not in work. */
    isListening?: boolean;
    /** Asks how the server does, and so has to be answered however busy it is. */
    isProbe?: boolean;
  }
}

const pathLimit = 200;

export interface TrafficParts {
  readonly clock: Clock;
  /** Of requests in work. */
  readonly limit: number;
  readonly meters: Meters;
}

export function countTraffic(app: FastifyInstance, { clock, limit, meters }: TrafficParts): void {
  const inWork = new Set<FastifyReply>();
  app.addHook("onRequest", (request, reply, done) => {
    const startMs = clock.monotonicMs();
    const { isListening = false, isProbe = false, meter } = request.routeOptions.config;
    if (!isListening) inWork.add(reply);
    meters.inWork = inWork.size;
    onGone(reply, () => {
      inWork.delete(reply);
      meters.inWork = inWork.size;
      const ms = clock.monotonicMs() - startMs;
      meters.ended(meter, { status: reply.statusCode, wasSent: reply.raw.headersSent, ms });
      report(request, reply, Math.round(ms));
    });
    if (inWork.size <= limit || isListening || isProbe) return done();
    meters.shed++;
    refuseAtOnce(request, reply);
  });
  app.addHook("preClose", (done) => {
    for (const reply of inWork) if (!reply.raw.headersSent) reply.header("connection", "close");
    done();
  });
}

const busy = new Problem("RH-API-008", "more requests are in work than this server holds");

/** By hand, since a server that has too much to do is to spend as little as it can on saying so. */
function refuseAtOnce(request: FastifyRequest, reply: FastifyReply): void {
  const body = JSON.stringify(documentOf(busy, request.id));
  reply.hijack();
  reply.raw.writeHead(503, {
    ...safeHeaders,
    "content-type": problemType,
    "content-length": Buffer.byteLength(body),
    "retry-after": String(retryAfterSeconds[503]),
    "x-request-id": request.id,
  });
  reply.raw.end(request.method === "HEAD" ? undefined : body);
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
