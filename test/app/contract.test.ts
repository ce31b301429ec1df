// The OpenAPI document and the server agree (acceptance 1; the full count is test/scenes/contract.ts): a share of generated requests
// finds nothing, and finds what is wrong when the document is made to say something else than the server does.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Document } from "../support/contract/document.ts";
import { play } from "../support/contract/play.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

type Json = Record<string, unknown>;

describe.each(engines)("the contract on %s", (engine) => {
  let database: Database;
  let application: Application;
  let port: number;
  let text: string;
  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
    port = Number(new URL(await application.app.listen({ host: "127.0.0.1", port: 0 })).port);
    text = (await application.ask("GET", "/api/openapi.json")).body;
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test("holds for 40 requests for every operation, each of which is answered 2xx at least once", async () => {
    const document: Document = JSON.parse(text);
    const { N, found } = await play({ document, port, seed: 1, size: 40 });
    expect(found).toStrictEqual([]);
    expect(N).toBe(40 * Object.values(document.paths).flatMap(Object.keys).length);
  });

  /** What is told, of which addresses; `seen` is what has to be found then. */
  const lies: Readonly<Record<string, { readonly of: RegExp; readonly tell: (document: Json) => void; readonly seen: RegExp }>> = {
    "a status that is not documented": {
      of: /^\/api\/tasks(?:\/\{id\})?$/,
      tell: (document) => delete at(document, "paths", "/api/tasks/{id}", "get", "responses")["404"],
      seen: /^readTask answered 404, undocumented/,
    },
    "a content type that is another one": {
      of: /^\/api\/projects(?:\/\{id\})?$/,
      tell: (document) => {
        at(document, "paths", "/api/projects", "get", "responses", "200")["content"] = { "text/csv": { schema: {} } };
      },
      seen: /^listProjects answered 200 with application\/json, undocumented/,
    },
    "a field that has another type": {
      of: /^\/api\/tasks(?:\/\{id\})?$/,
      tell: (document) => {
        at(document, "components", "schemas", "Task", "properties")["title"] = { type: "integer" };
      },
      seen: /Task answered 20[01] with a body that \/task\/title must be integer/,
    },
    "a field that is always missing": {
      of: /^\/api\/projects(?:\/\{id\})?$/,
      tell: (document) => {
        at(document, "components", "schemas", "Project")["required"] = ["id", "owner"];
      },
      seen: /must have required property 'owner'/,
    },
    "a header that is never sent": {
      of: /^\/api\/projects(?:\/\{id\})?$/,
      tell: (document) => {
        at(document, "paths", "/api/projects", "post", "responses", "201", "headers")["Link"] = { required: true, schema: { type: "string" } };
      },
      seen: /^createProject answered 201 without Link/,
    },
    "a body that is taken and should be refused": {
      of: /^\/api\/projects$/,
      tell: (document) => {
        at(document, "components", "schemas", "NewProject", "properties", "name")["maxLength"] = 3;
      },
      seen: /^createProject took with 201 what the document refuses/,
    },
    "a query that is taken and should be refused": {
      of: /^\/api\/tasks$/,
      tell: (document) => {
        const search = { name: "search", in: "query", schema: { type: "string", maxLength: 1 } };
        at(document, "paths", "/api/tasks", "get")["parameters"] = [search];
      },
      seen: /^listTasks took with 200 what the document refuses/,
    },
    "a problem with another code": {
      of: /^\/api\/tasks(?:\/\{id\})?$/,
      tell: (document) => {
        const { schema } = at(document, "paths", "/api/tasks/{id}", "get", "responses", "404", "content", "application/problem+json");
        (schema as Json)["properties"] = { code: { const: "RH-API-001" } };
      },
      seen: /^readTask answered 404 with a body that \/code/,
    },
    "an event that has another form": {
      of: /^\/api\/(?:events|projects|tasks)$/,
      tell: (document) => {
        at(document, "paths", "/api/events", "get", "responses", "200", "content", "text/event-stream")["x-item-schema"] = { maxProperties: 0 };
      },
      seen: /^listenToChanges answered 200 with a body that the whole must NOT have more than 0 properties/,
    },
    "an address that is not there": {
      of: /^\/api\/about$/,
      tell: (document) => {
        const paths = at(document, "paths");
        paths["/api/planted"] = paths["/api/about"];
      },
      seen: /readAbout answered 404, undocumented/,
    },
  };

  test.each(Object.keys(lies))("does not hold for a document that tells of %s", async (name) => {
    const { of, tell, seen } = lies[name] as (typeof lies)[string];
    const document = JSON.parse(text);
    document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => of.test(path)));
    tell(document);
    const { found } = await play({ document, port, seed: 2, size: 100 });
    expect(found.filter((line) => seen.test(line))).not.toStrictEqual([]);
  });
});

function at(document: Json, ...path: readonly string[]): Json {
  return path.reduce((value, name) => value[name] as Json, document);
}
