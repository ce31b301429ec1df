// What stands in paths and queries is text: plain decimal digits become numbers and JSON becomes its value where the route's own
// schema wants one; whatever else is left as text, so that the schema refuses it by name. A name that is repeated, and what cannot
// be decoded, is refused here.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import { faultOfText, parseParameter, printable } from "./body.ts";
import { versionsPattern } from "./contract/headers.ts";
import { integerLimit } from "./contract/parts.ts";

const integer = /^-?\d{1,10}$/;
const versions = new RegExp(versionsPattern);

interface Parameter {
  readonly type?: string;
  readonly description?: string;
  /** The schema is that of the value, which travels as JSON text. */
  readonly contentMediaType?: string;
}

/** Gives each route that is added from now on, and has parameters, a hook that reads them. */
export function readParameters(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const [inPath, inQuery] = [parametersOf(route.schema?.params), parametersOf(route.schema?.querystring)];
    if (inPath.length + inQuery.length === 0) return;
    const read = (request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
      refuseUndecodable(request.url);
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
    else if (Array.isArray(text)) throw repeated(name, text, parameter);
  }
}

function repeated(name: string, values: readonly string[], { description = "" }: Parameter): Problem {
  const instead = description.includes("joined by commas") ? `; join several by commas, as in ${name}=${printable(values.join(","))}` : "";
  return new Problem("RH-API-001", `${name} is given ${values.length} times, and may be once${instead}`, { field: name });
}

/** The parser of queries leaves as it is what is not UTF-8, and would look for it to the letter. */
function refuseUndecodable(url: string): void {
  const start = url.indexOf("?");
  if (start < 0 || !url.includes("%", start)) return;
  for (const pair of url.slice(start + 1).split("&")) {
    if (isDecodable(pair)) continue;
    const [name = ""] = pair.split("=", 1);
    const field = isDecodable(name) ? printable(decodeURIComponent(name)) : "query";
    throw new Problem("RH-API-001", `${field} is not percent-encoded UTF-8`, { field });
  }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
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
