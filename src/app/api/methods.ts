// Addresses that are there with another method (405, with the methods that are allowed) and addresses that are not (404).
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";

/** Notes every route that is added from now on, and returns the handler of requests that none of them takes. */
export function methodsOf(app: FastifyInstance): (request: FastifyRequest, reply: FastifyReply) => void {
  const routes = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const methods = routes.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    routes.set(url, methods);
  });
  return (request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const allowed = [...routes].find(([pattern]) => isLike(path, pattern))?.[1];
    if (!allowed) throw new Problem("RH-API-002", "there is nothing at this address");
    reply.header("allow", [...allowed].sort().join(", "));
    throw new Problem("RH-API-003", `this address takes ${[...allowed].sort().join(", ")}`);
  };
}

function isLike(path: string, pattern: string): boolean {
  const [parts, wanted] = [path.split("/"), pattern.split("/")];
  return parts.length === wanted.length && wanted.every((part, index) => (part.startsWith(":") ? parts[index] !== "" : part === parts[index]));
}
