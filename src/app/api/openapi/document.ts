// The OpenAPI document, from the routes of the server: what validates a request is what describes it.
// Source: spec.openapis.org/oas/v3.1.0
import type { TSchema } from "@sinclair/typebox";
import { type Answer, tags } from "../answers.ts";
import type { Route } from "./collect.ts";
import { components, referring } from "./components.ts";

const about = [
  "Tasks and projects, the same on both engines. Unknown fields and unknown query parameters are refused.",
  "Every failure is a problem document (RFC 9457) with a code. Every answer has X-Request-Id, which is in the logs of every tier; one that is sent (8 to 64 hexadecimal digits and hyphens) is kept.",
].join("\n\n");

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
}

export function documentOf(routes: readonly Route[], version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes.filter(({ schema }) => !schema.isFile)) {
    const path = route.url.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Rowhouse", version, description: about, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: components() },
  };
}

function operationOf({ method, schema }: Route): unknown {
  const isHead = method === "HEAD";
  return {
    operationId: isHead ? headOf(schema.operationId) : schema.operationId,
    summary: isHead ? `Headers of: ${schema.summary}` : schema.summary,
    ...(schema.description && !isHead ? { description: schema.description } : {}),
    tags: [schema.tag],
    parameters: parametersOf(schema),
    ...bodyOf(schema),
    responses: responsesOf(schema.response as Record<string, Answer>, isHead),
  };
}

function headOf(operationId = ""): string {
  return `head${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}`;
}

function parametersOf({ params, querystring, headers }: Route["schema"]): readonly unknown[] {
  return [...parametersIn("path", params), ...parametersIn("query", querystring), ...parametersIn("header", headers)];
}

function parametersIn(place: "path" | "query" | "header", schema: unknown): readonly unknown[] {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectSchema;
  return Object.entries(properties).map(([name, { description, ...one }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description ? { description } : {}),
    ...formOf(one),
  }));
}

/** A parameter that is JSON text has its schema under its content type. */
function formOf({ contentMediaType, ...schema }: Readonly<Record<string, unknown>>): object {
  if (typeof contentMediaType !== "string") return { schema: referring(schema) };
  return { content: { [contentMediaType]: { schema: referring(schema) } } };
}

function bodyOf({ body, consumes }: Route["schema"]): object {
  if (!body && !consumes) return {};
  const accepted = consumes ?? { "application/json": body };
  const content = Object.entries(accepted).map(([type, schema]) => [type, { schema: referring(schema) }]);
  return { requestBody: { required: body !== undefined, content: Object.fromEntries(content) } };
}

function responsesOf(answers: Readonly<Record<string, Answer>> = {}, isHead = false): object {
  const found = Object.entries(answers).map(([status, { description, headers, content }]) => [
    status,
    {
      description,
      headers: { "X-Request-Id": { required: true, schema: { type: "string" } }, ...(referring(headers ?? {}) as object) },
      ...(content && !isHead ? { content: referring(content) } : {}),
    },
  ]);
  return Object.fromEntries(found);
}
