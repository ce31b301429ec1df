// /api/projects: lists, adds, shows, renames and removes projects.
import type { FastifyInstance } from "fastify";
import type { Store } from "../../store/store.ts";
import { IdentifierParams, NoQuerySchema } from "../contract/parts.ts";
import { type NewProject, NewProjectSchema } from "../contract/projects.ts";

interface One {
  readonly Params: { readonly id: number };
}

export function projectRoutes(app: FastifyInstance, store: Store): void {
  app.get("/api/projects", { schema: { querystring: NoQuerySchema } }, async () => ({ projects: await store.listProjects() }));

  app.post<{ Body: NewProject }>("/api/projects", { schema: { body: NewProjectSchema, querystring: NoQuerySchema } }, async (request, reply) => {
    const project = await store.createProject(request.body, request.id);
    reply.code(201).header("location", `/api/projects/${project.id}`);
    return { project };
  });

  const one = { params: IdentifierParams, querystring: NoQuerySchema };
  app.get<One>("/api/projects/:id", { schema: one }, async (request) => ({ project: await store.readProject(request.params.id) }));

  app.patch<One & { Body: NewProject }>("/api/projects/:id", { schema: { ...one, body: NewProjectSchema } }, async (request) => ({
    project: await store.changeProject({ id: request.params.id, requestId: request.id }, request.body),
  }));

  app.delete<One>("/api/projects/:id", { schema: one }, async (request, reply) => {
    await store.deleteProject({ id: request.params.id, requestId: request.id });
    return reply.code(204).send();
  });
}
