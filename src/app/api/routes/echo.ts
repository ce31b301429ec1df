// /api/echo, the course's first endpoint: gives back the JSON it got. /api/about: what the board's footer shows.
import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import type { Store } from "../../store/store.ts";
import { answers, json, reading, sending } from "../answers.ts";
import { type About, AboutSchema } from "../contract/about.ts";
import { NoQuerySchema } from "../contract/parts.ts";

const querystring = NoQuerySchema;
const EchoSchema = Type.Object({ echo: Type.Unknown({ description: "What was sent, null when nothing was." }) });

export function echoRoutes(app: FastifyInstance): void {
  const nothingSent = { operationId: "echoNothing", summary: "Answers, with nothing to give back", tag: "service", querystring } as const;
  app.get("/api/echo", { schema: { ...nothingSent, response: answers({ 200: json(EchoSchema) }) } }, async () => ({ echo: null }));

  const sent = { operationId: "echo", summary: "Gives back the JSON that was sent", tag: "service", querystring } as const;
  const consumes = { "application/json": Type.Unknown() };
  app.post("/api/echo", { schema: { ...sent, consumes, response: answers({ 200: json(EchoSchema) }, sending) } }, async (request) => ({
    echo: request.body ?? null,
  }));
}

export function aboutRoute(app: FastifyInstance, store: Store, instance: string): void {
  const schema = { operationId: "readAbout", summary: "Which database the work is kept in", tag: "service", querystring } as const;
  app.get(
    "/api/about",
    { schema: { ...schema, response: answers({ 200: json(AboutSchema) }, reading) } },
    async (): Promise<About> => ({ ...(await store.about()), instance }),
  );
}
