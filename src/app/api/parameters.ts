// What stands in paths and queries is text: plain decimal digits become numbers and JSON becomes its value where the route's own
// schema wants one; whatever else is left as text, so that the schema refuses it by name. A name that is repeated arrives as a
// list and is refused the same way.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
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

/** Gives each route that is added from now on, and has parameters, a hook that reads them. */
export function readParameters(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const [inPath, inQuery] = [parametersOf(route.schema?.params), parametersOf(route.schema?.querystring)];
    if (inPath.length + inQuery.length === 0) return;
    const read = (request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
      convert(request.params, inPath);
      convert(request.query, inQuery);
      done();
    };
    route.preValidation = [read, ...[route.preValidation ?? []].flat()];
  });
}

function parametersOf(schema: unknown): readonly (readonly [string, Parameter])[] {
  const { properties = {} } = (schema ?? {}) as { properties?: Readonly<Record<string, Parameter>> };
  return Object.entries(properties);
}

function convert(values: unknown, parameters: readonly (readonly [string, Parameter])[]): void {
  const record = values as Record<string, unknown>;
  for (const [name, parameter] of parameters) {
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
