// What may be bound: the types of SqlValue and nothing else, whatever a caller's types say. An object would travel as the text
// `[object Object]` and match rows whose key is 0 (TRAP-12); NUL and half a surrogate pair are no text for both engines.
import { Problem } from "../foundation/problem.ts";
import type { SqlValue } from "../foundation/sql.ts";

/** The value as the drivers' packages take it. Throws RH-DATA-005. */
export function bindable(value: SqlValue): SqlValue {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return bindableText(value);
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new Problem("RH-DATA-005", `cannot be bound as a value: ${described(value)}`);
}

function bindableText(value: string): string {
  if (value.includes("\0")) throw new Problem("RH-DATA-005", "cannot be bound as a value: text with the character NUL");
  if (/\p{Surrogate}/u.test(value)) throw new Problem("RH-DATA-005", "cannot be bound as a value: text with half of a surrogate pair");
  return value;
}

function described(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return `${value}, which has more than 64 bits`;
  if (typeof value !== "object") return typeof value;
  return Array.isArray(value) ? "an array" : "an object";
}
