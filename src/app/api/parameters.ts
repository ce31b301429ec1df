// What stands in paths and queries is text: plain decimal digits become numbers and JSON becomes its value where the route's own
// schema wants one; whatever else is left as text, so that the schema refuses it by name. A name that is repeated arrives as a
// list and is refused the same way.
import type { FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import { faultOfText, parseParameter } from "./body.ts";
import { versionsPattern } from "./contract/headers.ts";
import { integerLimit } from "./contract/parts.ts";

const integer = /^-?\d{1,10}$/;
const versions = new RegExp(versionsPattern);

interface Parameter {
  readonly type?: string;
  /** The schema is that of the value, which travels as JSON text. */
  readonly contentMediaType?: string;
}

export async function readParameters(request: FastifyRequest): Promise<void> {
  const schema = request.routeOptions.schema;
  convert(request.params, schema?.params);
  convert(request.query, schema?.querystring);
}

function convert(values: unknown, schema: unknown): void {
  const { properties = {} } = (schema ?? {}) as { properties?: Readonly<Record<string, Parameter>> };
  const record = values as Record<string, unknown>;
  for (const [name, parameter] of Object.entries(properties)) {
    const text = record[name];
    if (typeof text === "string") record[name] = parameterOf(name, text, parameter);
  }
}

function parameterOf(name: string, text: string, { type, contentMediaType }: Parameter): unknown {
  const fault = faultOfText(text);
  if (fault) throw new Problem("RH-API-001", `${name} ${fault}`, { field: name });
  if (contentMediaType === "application/json") return parseParameter(name, text);
  return type === "integer" && integer.test(text) ? Number(text) : text;
}

/** The versions that If-Match admits, undefined when any will do. Weak tags never match. Source: RFC 9110, section 13.1.1. */
export function versionsOf(request: FastifyRequest): readonly number[] | undefined {
  const header = request.headers["if-match"];
  if (header === undefined || header.trim() === "*") return undefined;
  if (!versions.test(header)) throw new Problem("RH-API-001", 'If-Match has to be a version in quotes, as in "3"', { field: "If-Match" });
  return [...header.matchAll(/(?<!W\/)"(\d+)"/g)].map(([, version]) => Number(version)).filter((version) => version <= integerLimit);
}

/** The same for a change, which has to say what it is meant for. Throws RH-API-009 without If-Match; `*` is whatever is there. */
export function knownVersionsOf(request: FastifyRequest): readonly number[] | undefined {
  if (request.headers["if-match"] !== undefined) return versionsOf(request);
  throw new Problem("RH-API-009", 'a change needs If-Match with the version it is meant for, as in "3", or * for any', { field: "If-Match" });
}
