// A statement as data. Values travel as bound parameters and names through `sql.id`; nothing is joined as text. What a
// driver makes of it (placeholders, quotes) is the driver's. `sql.literal` exists for the few utility statements that take
// no parameters (CREATE ROLE … PASSWORD, CREATE USER … IDENTIFIED BY) and is quoted by the driver.
import type { Secret } from "./secret.ts";

export type SqlValue = string | number | bigint | boolean | null | Uint8Array;

export type SqlPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "id"; readonly name: string }
  | { readonly kind: "literal"; readonly value: string | Secret }
  | { readonly kind: "value"; readonly value: SqlValue };

export interface Sql {
  readonly parts: readonly SqlPart[];
}

export type SqlFragment = Sql | SqlValue;

function tag(strings: TemplateStringsArray, ...fragments: readonly SqlFragment[]): Sql {
  const parts: SqlPart[] = [];
  for (let index = 0; index < strings.length; index++) {
    addText(parts, strings[index] as string);
    if (index < fragments.length) addFragment(parts, fragments[index] as SqlFragment);
  }
  return { parts };
}

function addFragment(parts: SqlPart[], fragment: SqlFragment): void {
  if (!isSql(fragment)) return void parts.push({ kind: "value", value: fragment });
  for (const part of fragment.parts) {
    if (part.kind === "text") addText(parts, part.text);
    else parts.push(part);
  }
}

/** Texts that meet become one, so that a statement made of others has few parts. */
function addText(parts: SqlPart[], text: string): void {
  const last = parts.at(-1);
  if (last?.kind === "text") parts[parts.length - 1] = { kind: "text", text: last.text + text };
  else if (text !== "") parts.push({ kind: "text", text });
}

function isSql(fragment: SqlFragment): fragment is Sql {
  return typeof fragment === "object" && fragment !== null && "parts" in fragment;
}

/** A name: table, column, role, database. Each of `names` is quoted, joined by dots. */
function id(...names: readonly string[]): Sql {
  const parts = names.flatMap((name, index): SqlPart[] => [...(index > 0 ? [{ kind: "text", text: "." } as const] : []), { kind: "id", name }]);
  return { parts };
}

/** A quoted string inside a statement that takes no parameters; a `Secret` is shown as `***`. */
function literal(value: string | Secret): Sql {
  return { parts: [{ kind: "literal", value }] };
}

/** Fragments with a separator between them; the separator is the program's own text. */
function join(fragments: readonly SqlFragment[], separator: ", " | " and " | " or " | " "): Sql {
  const parts: SqlPart[] = [];
  fragments.forEach((fragment, index) => {
    if (index > 0) addText(parts, separator);
    addFragment(parts, fragment);
  });
  return { parts };
}

/** Text of a reviewed `.sql` file. Never for text that came from outside. */
function script(text: string): Sql {
  return { parts: [{ kind: "text", text }] };
}

export const sql = Object.assign(tag, { id, literal, join, script });

/** The statement as a person reads it in a plan: names plain, secrets `***`. */
export function sqlText(statement: Sql): string {
  const text = statement.parts.map((part) => {
    if (part.kind === "text") return part.text;
    if (part.kind === "id") return part.name;
    if (part.kind === "literal") return `'${part.value}'`;
    return typeof part.value === "string" ? `'${part.value}'` : String(part.value);
  });
  return text.join("").replace(/\s+/g, " ").trim();
}
