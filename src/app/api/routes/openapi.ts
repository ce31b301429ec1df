// GET /api/openapi.json: the OpenAPI document of this very server, made when it is asked for the first time.
import type { FastifyInstance } from "fastify";
import { Type } from "@sinclair/typebox";
import { appVersion } from "../../version.ts";
import { answers, json } from "../answers.ts";
import { NoQuerySchema } from "../contract/parts.ts";
import type { Route } from "../openapi/collect.ts";
import { documentOf } from "../openapi/document.ts";

const schema = {
  operationId: "readDocument",
  summary: "This document",
  tag: "service" as const,
  querystring: NoQuerySchema,
  response: answers({ 200: json(Type.Object({ openapi: Type.Literal("3.1.0") })) }),
};

export function openApiRoute(app: FastifyInstance, routes: readonly Route[]): void {
  let text: string | undefined;
  app.get("/api/openapi.json", { schema }, async (_request, reply) => {
    text ??= JSON.stringify(documentOf(routes, appVersion));
    return reply.type("application/json; charset=utf-8").send(text);
  });
}
