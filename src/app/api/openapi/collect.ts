// Notes every route of the server as it is added, for the OpenAPI document. What a route says of its answers stays here: Fastify
// would serialise by it, which on our answers is no faster than JSON.stringify (a page of 50 tasks 27 µs either way), drops
// fields that a schema forgot and turns what is wrong into something that looks right; the contract suite is to see the bytes as
// they are. Headers are read by hand (parameters.ts), for what is said when one does not fit.
import type { FastifyInstance, FastifySchema } from "fastify";

export interface Route {
  readonly method: string;
  readonly url: string;
  readonly schema: FastifySchema;
}

/** The routes that are added from now on, as they come. */
export function collectRoutes(app: FastifyInstance): readonly Route[] {
  const routes: Route[] = [];
  app.addHook("onRoute", (route) => {
    const { schema = {}, method, url } = route;
    for (const one of [method].flat()) routes.push({ method: one, url, schema });
    const { response: _answers, headers: _headers, ...validating } = schema;
    route.schema = validating;
  });
  return routes;
}
