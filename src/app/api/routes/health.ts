// /healthz as the course chapter has it, /livez (the loop turns), /readyz (the database can be written to).
import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import { answers, json } from "../answers.ts";
import { NoQuerySchema } from "../contract/parts.ts";
import { type Health, reasons } from "../health.ts";

const retryAfterSeconds = 1;
const probe = { tag: "service", querystring: NoQuerySchema } as const;
const config = { isProbe: true };
const stateOf = (status: string) => Type.Object({ status: Type.Literal(status) });
const faultOf = (status: string) => Type.Object({ status: Type.Literal(status), reason: Type.Unsafe({ type: "string", enum: reasons }) });
const response = (good: string, bad: string) => answers({ 200: json(stateOf(good)), 503: json(faultOf(bad), {}, bad) });

export function healthRoutes(app: FastifyInstance, health: () => Promise<Health>): void {
  const life = { operationId: "readLife", summary: "Whether the process answers, whatever the database does", ...probe } as const;
  app.get("/livez", { config, schema: { ...life, response: answers({ 200: json(stateOf("alive")) }) } }, async () => ({ status: "alive" }));

  const readiness = { operationId: "readReadiness", summary: "Whether the database can be written, at most a second ago", ...probe } as const;
  app.get("/readyz", { config, schema: { ...readiness, response: response("ready", "not ready") } }, async (_request, reply) => {
    const state = await health();
    if (state.isReady) return { status: "ready" };
    return reply.code(503).header("retry-after", retryAfterSeconds).send({ status: "not ready", reason: state.reason });
  });

  const chapter = { operationId: "readHealth", summary: "The same in the words of the course", ...probe } as const;
  app.get("/healthz", { config, schema: { ...chapter, response: response("healthy", "unhealthy") } }, async (_request, reply) => {
    const state = await health();
    if (state.isReady) return { status: "healthy" };
    return reply.code(503).header("retry-after", retryAfterSeconds).send({ status: "unhealthy", reason: state.reason });
  });
}
