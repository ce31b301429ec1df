// /healthz as the course chapter has it, /livez (the loop turns), /readyz (the database can be written to).
import type { FastifyInstance } from "fastify";
import type { Health } from "../health.ts";

const retryAfterSeconds = 1;

export function healthRoutes(app: FastifyInstance, health: () => Promise<Health>): void {
  app.get("/livez", async () => ({ status: "alive" }));

  app.get("/readyz", async (_request, reply) => {
    const state = await health();
    if (state.isReady) return { status: "ready" };
    return reply.code(503).header("retry-after", retryAfterSeconds).send({ status: "not ready", reason: state.reason });
  });

  app.get("/healthz", async (_request, reply) => {
    const state = await health();
    if (state.isReady) return { status: "healthy" };
    return reply.code(503).header("retry-after", retryAfterSeconds).send({ status: "unhealthy", reason: state.reason });
  });
}
