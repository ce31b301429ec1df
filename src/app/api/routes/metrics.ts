// /metrics for Prometheus, also under the instance's own name, so that a proxy's address for one instance can never show another.
// /recent: the last five minutes, for `rowhouse status`.
import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import { Problem } from "../../../foundation/problem.ts";
import { expositionType } from "../../metrics/exposition.ts";
import { type FigureSources, figures } from "../../metrics/figures.ts";
import { type Answer, answers, json } from "../answers.ts";
import { NoQuerySchema } from "../contract/parts.ts";
import { type Recent, RecentSchema } from "../contract/recent.ts";

const config = { isProbe: true };
const own = { tag: "service", querystring: NoQuerySchema } as const;
const shown: Answer = {
  description: "Prometheus' text format, version 0.0.4",
  content: { "text/plain": { schema: Type.String({ pattern: "^# HELP " }) } },
};

export function metricsRoutes(app: FastifyInstance, sources: FigureSources): void {
  const all = { ...own, operationId: "readMetrics", summary: "Figures of one instance, for Prometheus", response: answers({ 200: shown }) };
  app.get("/metrics", { config, schema: all }, async (_request, reply) => reply.type(expositionType).send(await figures(sources)));

  const one = {
    ...own,
    operationId: "readInstanceMetrics",
    summary: "The same, of the instance that has this name",
    params: Type.Object({ instance: Type.String({ minLength: 1, maxLength: 40, examples: [sources.instance] }) }),
    response: answers({ 200: shown }, "RH-API-002"),
  };
  app.get<{ Params: { readonly instance: string } }>("/metrics/:instance", { config, schema: one }, async (request, reply) => {
    if (request.params.instance !== sources.instance) throw new Problem("RH-API-002", "this instance has another name");
    return reply.type(expositionType).send(await figures(sources));
  });

  const recent = {
    ...own,
    operationId: "readRecent",
    summary: "The last five minutes of one instance in numbers",
    response: answers({ 200: json(RecentSchema) }),
  };
  app.get(
    "/recent",
    { config, schema: recent },
    async (): Promise<Recent> => ({
      instance: sources.instance,
      ...sources.meters.recent.read(sources.clock.monotonicMs()),
    }),
  );
}
