// /api/echo, the course's first endpoint: gives back the JSON it got. /api/about: what the board's footer shows.
import type { FastifyInstance } from "fastify";
import type { Store } from "../../store/store.ts";
import type { About } from "../contract/about.ts";
import { NoQuerySchema } from "../contract/parts.ts";

export function echoRoutes(app: FastifyInstance): void {
  app.get("/api/echo", { schema: { querystring: NoQuerySchema } }, async () => ({ echo: null }));
  app.post("/api/echo", { schema: { querystring: NoQuerySchema } }, async (request) => ({ echo: request.body ?? null }));
}

export function aboutRoute(app: FastifyInstance, store: Store, instance: string): void {
  app.get("/api/about", { schema: { querystring: NoQuerySchema } }, async (): Promise<About> => ({ ...(await store.about()), instance }));
}
