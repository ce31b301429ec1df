// `Rowhouse-Trace: 1`: an answer about one task that also tells which statements ran for it, and how long each took. This shows
// what the tables are called and what was bound. It is safe while the API answers this machine only and has no accounts (guard.ts):
// whoever may ask may read every row anyway, the statements of the store hold rows and moments and nothing of a login, and
// passwords never travel as a bound value (foundation/sql.ts, `literal`). With accounts it becomes a right of its own.
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import type { Clock } from "../../platform/clock.ts";
import { microseconds, statementLog } from "../store/statement-log.ts";
import type { Store, TracedStore } from "../store/store.ts";
import type { Trace } from "./contract/parts.ts";

export interface Asked {
  /** The store for this request. */
  readonly store: TracedStore;
  /** What belongs beside the answer; undefined unless it was asked for. */
  trace(): Trace | undefined;
}

/** Throws RH-API-001 for another value of the header. */
export type Tracing = (request: FastifyRequest, reply: FastifyReply) => Asked;

export function tracing(parts: { readonly store: Store; readonly clock: Clock; readonly instance: string }): Tracing {
  const plain: Asked = { store: parts.store, trace: () => undefined };
  return (request, reply) => {
    const header = request.headers["rowhouse-trace"];
    if (header === undefined) return plain;
    if (header !== "1") throw new Problem("RH-API-001", "Rowhouse-Trace has to be 1", { field: "Rowhouse-Trace" });
    const log = statementLog(parts.clock);
    const trace = () => ({
      request_id: request.id,
      instance: parts.instance,
      engine: parts.store.engine,
      app_ms: microseconds(reply.elapsedTime),
      statements: log.statements,
    });
    return { store: parts.store.traced(log), trace };
  };
}
