// Numbers in paths and queries: only plain decimal digits become numbers, by the route's own schema; whatever else is left as
// text, so that the schema refuses it by name. A name that is repeated arrives as a list and is refused the same way.
import type { FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import { versionsPattern } from "./contract/headers.ts";
import { integerLimit } from "./contract/parts.ts";

const integer = /^-?\d{1,10}$/;
const versions = new RegExp(versionsPattern);

export async function readNumbers(request: FastifyRequest): Promise<void> {
  const schema = request.routeOptions.schema;
  convert(request.params, schema?.params);
  convert(request.query, schema?.querystring);
}

function convert(values: unknown, schema: unknown): void {
  const { properties = {} } = (schema ?? {}) as { properties?: Readonly<Record<string, { type?: string }>> };
  const record = values as Record<string, unknown>;
  for (const [name, { type }] of Object.entries(properties)) {
    const text = record[name];
    if (type === "integer" && typeof text === "string" && integer.test(text)) record[name] = Number(text);
  }
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
