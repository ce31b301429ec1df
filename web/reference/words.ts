// A schema in words: what a value is, and within which limits.
import type { Schema } from "./document.ts";

const number = new Intl.NumberFormat("en");

/** `text of 1 to 200 characters`; for one that has parts, what it is as a whole. */
export function describe(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" or ");
  switch (schema.type) {
    case "string":
      return textOf(schema);
    case "integer":
    case "number":
      return `${schema.type}${between(schema.minimum, schema.maximum, "")}`;
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "array":
      return `list${between(schema.minItems, schema.maxItems, " items")} of`;
    case "object":
      return "object";
    default:
      return "any JSON";
  }
}

function textOf({ format, pattern, minLength, maxLength, description }: Schema): string {
  if (format === "date-time") return "moment as in 2026-01-31T09:30:00Z";
  const length = between(minLength, maxLength, " characters");
  const isTelling = pattern !== undefined && pattern !== "\\S" && pattern.length <= 80 && description === undefined;
  return `text${length}${isTelling ? ` like ${pattern}` : ""}${pattern === "\\S" ? ", not only spaces" : ""}`;
}

function between(least: number | undefined, most: number | undefined, unit: string): string {
  if (least === undefined && most === undefined) return "";
  if (least === undefined) return ` of at most ${number.format(most ?? 0)}${unit}`;
  if (most === undefined) return least === 0 && unit !== "" ? "" : ` of at least ${number.format(least)}${unit}`;
  return ` of ${number.format(least)} to ${number.format(most)}${unit}`;
}
