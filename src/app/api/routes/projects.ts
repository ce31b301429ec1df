// /api/projects: lists, adds, shows, renames and removes projects. An answer about one project carries its version as ETag; a
// change names it in If-Match, a removal may.
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Store } from "../../store/store.ts";
import { address, answers, json, nothing, reading, repeatable, sending, versionTag, writing } from "../answers.ts";
import { ChangeHeadersSchema, NewHeadersSchema, RemovalHeadersSchema } from "../contract/headers.ts";
import { IdentifierParams, NoQuerySchema } from "../contract/parts.ts";
import { type NewProject, NewProjectSchema, type Project, ProjectAnswerSchema, ProjectListSchema } from "../contract/projects.ts";
import { writeOf } from "../idempotency.ts";
import { knownVersionsOf, versionsOf } from "../parameters.ts";

interface One {
  readonly Params: { readonly id: number };
}

const all = { tag: "projects", querystring: NoQuerySchema } as const;
const one = { ...all, params: IdentifierParams };
const notThere = "RH-API-002";
const otherVersion = "RH-API-007";
const noVersion = "RH-API-009";
const nameTaken = "RH-DATA-001";
const inUse = "RH-DATA-002";
const project = json(ProjectAnswerSchema, { ETag: versionTag });

const listed = { ...all, operationId: "listProjects", summary: "Lists all projects", response: answers({ 200: json(ProjectListSchema) }, reading) };
const created = {
  ...all,
  operationId: "createProject",
  summary: "Adds a project",
  headers: NewHeadersSchema,
  body: NewProjectSchema,
  response: answers({ 201: json(ProjectAnswerSchema, { ETag: versionTag, Location: address }) }, writing, repeatable, sending, nameTaken),
};
const shown = { ...one, operationId: "readProject", summary: "Shows a project", response: answers({ 200: project }, reading, notThere) };
const changed = {
  ...one,
  operationId: "changeProject",
  summary: "Renames a project",
  headers: ChangeHeadersSchema,
  body: NewProjectSchema,
  response: answers({ 200: project }, writing, repeatable, sending, notThere, otherVersion, noVersion, nameTaken),
};
const removed = {
  ...one,
  operationId: "deleteProject",
  summary: "Removes a project that has no tasks",
  headers: RemovalHeadersSchema,
  response: answers({ 204: nothing }, writing, repeatable, notThere, otherVersion, inUse),
};

export function projectRoutes(app: FastifyInstance, store: Store): void {
  app.get("/api/projects", { schema: listed }, async () => ({ projects: await store.listProjects() }));

  app.post<{ Body: NewProject }>("/api/projects", { schema: created }, async (request, reply) => {
    const project = await store.createProject(request.body, writeOf(request, reply));
    reply.code(201).header("location", `/api/projects/${project.id}`);
    return answer(reply, project);
  });

  app.get<One>("/api/projects/:id", { schema: shown }, async (request, reply) => answer(reply, await store.readProject(request.params.id)));

  app.patch<One & { Body: NewProject }>("/api/projects/:id", { schema: changed }, async (request, reply) => {
    const row = { ...writeOf(request, reply), id: request.params.id, versions: knownVersionsOf(request) };
    return answer(reply, await store.changeProject(row, request.body));
  });

  app.delete<One>("/api/projects/:id", { schema: removed }, async (request, reply) => {
    await store.deleteProject({ ...writeOf(request, reply), id: request.params.id, versions: versionsOf(request) });
    return reply.code(204).send();
  });
}

function answer(reply: FastifyReply, project: Project): { readonly project: Project } {
  reply.header("etag", `"${project.version}"`);
  return { project };
}
