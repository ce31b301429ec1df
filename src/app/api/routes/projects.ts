// /api/projects: lists, adds, shows, renames and removes projects. An answer about one project carries its version as ETag; a
// change names it in If-Match, a removal may.
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Store } from "../../store/store.ts";
import { IdentifierParams, NoQuerySchema } from "../contract/parts.ts";
import { type NewProject, NewProjectSchema, type Project } from "../contract/projects.ts";
import { knownVersionsOf, versionsOf } from "../parameters.ts";

interface One {
  readonly Params: { readonly id: number };
}

export function projectRoutes(app: FastifyInstance, store: Store): void {
  app.get("/api/projects", { schema: { querystring: NoQuerySchema } }, async () => ({ projects: await store.listProjects() }));

  app.post<{ Body: NewProject }>("/api/projects", { schema: { body: NewProjectSchema, querystring: NoQuerySchema } }, async (request, reply) => {
    const project = await store.createProject(request.body, request.id);
    reply.code(201).header("location", `/api/projects/${project.id}`);
    return answer(reply, project);
  });

  const one = { params: IdentifierParams, querystring: NoQuerySchema };
  app.get<One>("/api/projects/:id", { schema: one }, async (request, reply) => answer(reply, await store.readProject(request.params.id)));

  app.patch<One & { Body: NewProject }>("/api/projects/:id", { schema: { ...one, body: NewProjectSchema } }, async (request, reply) => {
    const row = { id: request.params.id, versions: knownVersionsOf(request), requestId: request.id };
    return answer(reply, await store.changeProject(row, request.body));
  });

  app.delete<One>("/api/projects/:id", { schema: one }, async (request, reply) => {
    await store.deleteProject({ id: request.params.id, versions: versionsOf(request), requestId: request.id });
    return reply.code(204).send();
  });
}

function answer(reply: FastifyReply, project: Project): { readonly project: Project } {
  reply.header("etag", `"${project.version}"`);
  return { project };
}
