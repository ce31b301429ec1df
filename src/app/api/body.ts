// Bodies: strict UTF-8 and strict JSON, which parameters that carry JSON share. What one engine would refuse and the other change
// (NUL, lone surrogates), what JavaScript would change (numbers beyond its own, __proto__) and what is nested absurdly deep is
// refused here, by name.
import type { FastifyInstance } from "fastify";
import { Problem } from "../../foundation/problem.ts";

const depthLimit = 64;
const loneSurrogate = /\p{Surrogate}/u;

export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, async (_request: unknown, body: Buffer) => parseBody(body));
}

/** The value in `bytes`, undefined when there are none. Throws RH-API-001 with the field at fault. */
export function parseBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const value = parseText(decode(bytes), { field: "body", name: "the body" });
  refuseOdd(value, "");
  return value;
}

/** The value in the text of a parameter. Throws RH-API-001 with the parameter and the place in it that is at fault. */
export function parseParameter(name: string, text: string): unknown {
  const value = parseText(text, { field: name, name });
  refuseOdd(value, name);
  return value;
}

/** The value in a part of a file. Throws RH-API-001 with the place in it that is at fault, if it is one place. */
export function parseJson(text: string): unknown {
  const value = parseText(text, { name: "it" });
  refuseOdd(value, "");
  return value;
}

function decode(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Problem("RH-API-001", "the body is not valid UTF-8", { field: "body", cause });
  }
  if (text.startsWith("\ufeff")) throw new Problem("RH-API-001", "the body starts with a byte order mark", { field: "body" });
  return text;
}

function parseText(text: string, { name, ...place }: { readonly name: string; readonly field?: string }): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem("RH-API-001", `${name} is not valid JSON`, { ...place, cause });
  }
}

/** Looks at every value, without recursion: the depth is the sender's to choose. */
function refuseOdd(root: unknown, at: string): void {
  const open: { readonly value: unknown; readonly path: string; readonly depth: number }[] = [{ value: root, path: at, depth: 0 }];
  for (let item = open.pop(); item; item = open.pop()) {
    const { value, path, depth } = item;
    if (depth > depthLimit) throw odd(path, `is nested deeper than ${depthLimit} levels`);
    const fault = faultOf(value);
    if (fault) throw odd(path, fault);
    if (typeof value !== "object" || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      const place = Array.isArray(value) ? `${path}[${name}]` : `${path}${path ? "." : ""}${name}`;
      const nameFault = faultOfName(name, inner);
      if (nameFault) throw odd(place, nameFault);
      open.push({ value: inner, path: place, depth: depth + 1 });
    }
  }
}

function faultOf(value: unknown): string | undefined {
  if (typeof value === "string") return faultOfText(value);
  if (typeof value !== "number") return undefined;
  if (!Number.isFinite(value)) return "is a number too large to hold";
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? "is a number that cannot be held exactly" : undefined;
}

/** Why no engine takes `text`, undefined when both do. */
export function faultOfText(text: string): string | undefined {
  if (text.includes("\0")) return "holds the character U+0000";
  return loneSurrogate.test(text) ? "holds half of a surrogate pair" : undefined;
}

function faultOfName(name: string, value: unknown): string | undefined {
  if (name === "__proto__") return "is not a name to use";
  if (name === "constructor" && typeof value === "object" && value !== null && Object.hasOwn(value, "prototype")) return "is not a name to use";
  return faultOfText(name);
}

function odd(path: string, fault: string): Problem {
  const field = printable(path || "body");
  return new Problem("RH-API-001", `${field} ${fault}`, { field });
}

/** A field's name as it can be printed: halves of pairs and control characters have no place in an answer. */
export function printable(path: string): string {
  return path.slice(0, 200).replace(/[\p{Surrogate}\p{Control}]/gu, "\ufffd");
}
