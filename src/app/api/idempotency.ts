// Idempotency-Key: a write that carries one may be repeated for a day, and is made once. Another request under the same key is
// refused: another method, address, If-Match or body. Source: draft-ietf-httpapi-idempotency-key-header
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import type { Write } from "../store/store.ts";
import { keyPattern } from "./contract/headers.ts";

const visible = new RegExp(keyPattern);

/** Who writes, and under which key; an answer that was given before says so. Throws RH-API-001. */
export function writeOf(request: FastifyRequest, reply: FastifyReply): Write {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return { requestId: request.id };
  if (typeof key !== "string" || !visible.test(key))
    throw new Problem("RH-API-001", "Idempotency-Key has to be 1 to 200 visible ASCII characters", { field: "Idempotency-Key" });
  return {
    requestId: request.id,
    once: { key, contentHash: contentHashOf(request), onReplay: () => void reply.header("idempotency-replayed", "true") },
  };
}

function contentHashOf({ method, url, headers, body }: FastifyRequest): string {
  const content = JSON.stringify([method, url, headers["if-match"] ?? null, body ?? null]);
  return createHash("sha256").update(content).digest("hex");
}
