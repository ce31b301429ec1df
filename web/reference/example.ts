// An example request as a curl command, made from the schemas: what is needed, and nothing more.
import { type ApiDocument, nameOf, type Operation, type Parameter, type Schema } from "./document.ts";

export function curlOf(document: ApiDocument, operation: Operation, origin: string): string {
  const { method, parameters, requestBody } = operation;
  const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const parts = [
    method === "GET" ? "curl" : `curl -X ${method}`,
    quoted(`${origin}${addressOf(document, operation)}`),
    ...parameters.filter(({ name, in: place }) => place === "header" && name === "If-Match" && method === "PATCH").map(() => `-H 'If-Match: "1"'`),
    ...(type === undefined ? [] : [`-H ${quoted(`Content-Type: ${type}`)}`]),
    ...(body === undefined ? [] : [`${type === "application/json" ? "-d" : "--data-binary"} ${quoted(bodyOf(document, body.schema))}`]),
  ];
  return parts.join(" \\\n  ").replace(" \\\n  ", " ");
}

/** With what its path and query need. */
function addressOf(document: ApiDocument, { path, parameters }: Operation): string {
  const texts = (place: Parameter["in"]) =>
    parameters.filter((one) => one.in === place && one.required).map((one) => [one.name, String(exampleOf(document, one.schema ?? {}))] as const);
  const filled = texts("path").reduce((text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)), path);
  const query = new URLSearchParams(texts("query").map(([name, value]) => [name, value])).toString();
  return query === "" ? filled : `${filled}?${query}`;
}

function bodyOf(document: ApiDocument, schema: Schema): string {
  const example = exampleOf(document, schema);
  return typeof example === "string" ? example : JSON.stringify(example);
}

function exampleOf(document: ApiDocument, given: Schema): unknown {
  const name = nameOf(given);
  const schema = name === undefined ? given : (document.components.schemas[name] ?? {});
  if (schema.examples) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice) return exampleOf(document, choice);
  switch (schema.type) {
    case "object":
      return Object.fromEntries(neededFields(schema).map((field) => [field, exampleOf(document, schema.properties?.[field] ?? {})]));
    case "array":
      return [exampleOf(document, schema.items ?? {})];
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, 1);
    case "boolean":
      return true;
    case "string":
      return schema.format === "date-time" ? "2026-01-31T09:30:00Z" : "text";
    default:
      return { hello: "world" };
  }
}

/** Where nothing is required something is sent all the same. */
function neededFields({ required = [], properties = {} }: Schema): readonly string[] {
  return required.length > 0 ? required : Object.keys(properties).slice(0, 1);
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
