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
  strings.forEach((text, index) => {
    if (text !== "") parts.push({ kind: "text", text });
    if (index < fragments.length) parts.push(...partsOf(fragments[index] as SqlFragment));
  });
  return { parts };
}

function partsOf(fragment: SqlFragment): readonly SqlPart[] {
  return isSql(fragment) ? fragment.parts : [{ kind: "value", value: fragment }];
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
  const parts = fragments.flatMap((fragment, index): SqlPart[] => [
    ...(index > 0 ? [{ kind: "text", text: separator } as const] : []),
    ...partsOf(fragment),
  ]);
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
