// GET /api/openapi.json: valid by the metaschema of OpenAPI 3.1, and the same addresses as the server's router has.
import { Validator } from "@seriousme/openapi-schema-validator";
import type { FastifyInstance } from "fastify";
import { describe, expect, test } from "vitest";
import { buildServer } from "../../src/app/api/server.ts";
import { openStore } from "../../src/app/store/open.ts";
import { dialects, type EngineName } from "../../src/app/store/stores.ts";
import { appVersion } from "../../src/app/version.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { packageVersion } from "../../src/platform/package.ts";
import { engines } from "./support.ts";

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags: readonly string[];
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

describe.each(engines)("the OpenAPI document of an application on %s", (engine) => {
  test("is valid, and of the version of the package", async () => {
    const { document } = await serve(engine);
    expect(await new Validator().validate(document as never)).toMatchObject({ valid: true });
    expect([document.openapi, document.info.version]).toStrictEqual(["3.1.0", appVersion]);
    expect(appVersion).toBe(await packageVersion());
  });

  test("has every address of the server, and no other", async () => {
    const { document, app } = await serve(engine);
    const documented = operationsOf(document).map(({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`);
    expect(documented.sort()).toStrictEqual(addressesOf(app));
  });

  test("says of every operation what it is, and of every answer what it means", async () => {
    expect(gapsIn((await serve(engine)).document)).toStrictEqual([]);
  });

  test("shows a route of which nothing was said", async () => {
    const { document } = await serve(engine, (app) => app.get("/api/planted", async () => ({})));
    expect(gapsIn(document)).toStrictEqual([
      "get /api/planted has no operationId",
      "get /api/planted has no summary",
      "get /api/planted has no tag",
      "get /api/planted has no answer",
      "head /api/planted has no summary",
      "head /api/planted has no tag",
      "head /api/planted has no answer",
    ]);
  });
});

/** The document needs no database: the store opens its first connection when it is asked something. */
async function serve(engine: EngineName, plant: (app: FastifyInstance) => unknown = () => undefined) {
  const store = openStore(dialects[engine], { host: "127.0.0.1", port: 1, database: "taskdb", user: "taskapp", poolLimit: 1 }, systemClock);
  const app = await buildServer({ store, clock: systemClock, instance: "test", allowedHosts: [], logTo: { write: () => undefined } });
  plant(app);
  const answer = await app.inject({ method: "GET", url: "/api/openapi.json", headers: { host: "localhost" } });
  expect([answer.statusCode, answer.headers["content-type"]]).toStrictEqual([200, "application/json; charset=utf-8"]);
  await app.close();
  await store[Symbol.asyncDispose]();
  return { app, document: answer.json<Document>() };
}

function operationsOf({ paths }: Document) {
  return Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
}

function gapsIn(document: Document): readonly string[] {
  const tags = document.tags.map(({ name }) => name);
  const ids = new Set<string>();
  return operationsOf(document).flatMap(({ path, method, operation }) => {
    const { operationId = "", summary = "", responses } = operation;
    const gaps = [
      ...(/^[a-z][A-Za-z]+$/.test(operationId) ? [] : ["has no operationId"]),
      ...(ids.has(operationId) ? [`shares the operationId ${operationId}`] : []),
      ...(summary === "" || summary.endsWith("undefined") ? ["has no summary"] : []),
      ...(operation.tags.every((tag) => tags.includes(tag)) ? [] : ["has no tag"]),
      ...(Object.keys(responses).some((status) => status.startsWith("2")) ? [] : ["has no answer"]),
      ...Object.entries(responses).flatMap(([status, { description }]) => (description ? [] : [`says nothing of ${status}`])),
    ];
    ids.add(operationId);
    return gaps.map((gap) => `${method} ${path} ${gap}`);
  });
}

/** What the router itself has, from the tree that it prints. */
function addressesOf(app: FastifyInstance): readonly string[] {
  const found: string[] = [];
  const parts: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split("\n")) {
    const [, indent = "", part = "", methods = ""] = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    parts.length = indent.length / 4;
    parts.push(part);
    for (const method of methods.split(", ").filter(Boolean)) found.push(`${method} ${parts.join("")}`);
  }
  return found.sort();
}
