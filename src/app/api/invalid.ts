// What a schema refused, in one short sentence with the place in the client's own words: `filter.or[1].priority.gte must be
// integer`. Of several forms that a value may have, the one that the client came closest to is spoken of.
import type { FastifyError, FastifySchemaValidationError } from "fastify";
import { Problem } from "../../foundation/problem.ts";
import { printable } from "./body.ts";

/** What the validator tells beyond Fastify's type of it (`verbose`). */
type Refusal = FastifySchemaValidationError & { readonly parentSchema?: { readonly description?: string; readonly oneOf?: readonly Kind[] } };

interface Kind {
  readonly properties: Readonly<Record<string, { readonly const?: string }>>;
}

interface Fault {
  /** Undefined when the whole is at fault; a name may be empty. */
  readonly place: string | undefined;
  readonly depth: number;
  readonly keyword: string;
  readonly saying: string;
}

export function invalid({ validation = [], validationContext = "body" }: Partial<FastifyError>): Problem {
  const faults = validation.filter(({ keyword }) => keyword !== "anyOf").map(faultOf);
  const deepest = Math.max(...faults.map(({ depth }) => depth));
  const closest = specific(faults.filter(({ depth }) => depth === deepest));
  const field = printable(closest[0]?.place ?? validationContext);
  return new Problem("RH-API-001", `${field} ${joined(closest.map(({ saying }) => saying))}`, { field });
}

/** What has the right type is nearer to what was meant than what has not. */
function specific(faults: readonly Fault[]): readonly Fault[] {
  const found = faults.filter(({ keyword }) => keyword !== "type");
  return found.length > 0 ? found : faults;
}

function faultOf(refusal: Refusal): Fault {
  const { additionalProperty, missingProperty, tag } = refusal.params;
  const names = refusal.instancePath.split("/").slice(1);
  if (typeof additionalProperty === "string") names.push(additionalProperty);
  if (typeof missingProperty === "string") names.push(missingProperty);
  if (typeof tag === "string") names.push(tag);
  return { place: placeOf(names), depth: names.length, keyword: refusal.keyword, saying: sayingOf(refusal) };
}

function placeOf(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return names.reduce((place, name) => (/^\d+$/.test(name) && place ? `${place}[${name}]` : place ? `${place}.${name}` : name), "");
}

function sayingOf({ keyword, params, message = "is not valid", parentSchema }: Refusal): string {
  const { allowedValue, allowedValues } = params;
  if (keyword === "additionalProperties") return "is not a known field";
  if (keyword === "required") return "is missing";
  if (keyword === "minProperties") return "must not be empty";
  if (keyword === "discriminator") return `must be ${kindsOf(parentSchema, String(params["tag"])).join(", ")}`;
  if (keyword === "const") return `must be ${allowedValue}`;
  if (keyword === "enum") return `must be ${(allowedValues as readonly unknown[]).join(", ")}`;
  if (keyword === "format") return "must be a moment as in 2026-01-31T09:30:00Z";
  if (keyword === "pattern" && parentSchema?.description) return `must be ${parentSchema.description}`;
  return message;
}

/** What the field that tells the kinds of an object apart may be. */
function kindsOf({ oneOf = [] }: NonNullable<Refusal["parentSchema"]> = {}, tag: string): readonly (string | undefined)[] {
  return oneOf.map(({ properties }) => properties[tag]?.const);
}

/** `must be integer or null`, not `must be integer or must be null`. */
function joined(sayings: readonly string[]): string {
  const [first = "is not valid", ...rest] = new Set(sayings);
  return [first, ...rest.map((saying) => (first.startsWith("must be ") ? saying.replace(/^must be /, "") : saying))].join(" or ");
}
