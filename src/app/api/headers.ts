// What every answer carries: nothing of the API is to be shown as a page, kept by a cache, guessed at or used by another site.
// Source: OWASP, HTTP Security Response Headers Cheat Sheet
import type { FastifyReply, FastifyRequest } from "fastify";

export const safeHeaders = {
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Of an answer that is JSON text already. */
export const jsonType = "application/json; charset=utf-8";

export function setHeaders(request: FastifyRequest, reply: FastifyReply, done?: () => void): void {
  reply.headers(safeHeaders).header("x-request-id", request.id);
  done?.();
}
