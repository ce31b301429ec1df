// A statement in MariaDB's form: ? placeholders, `names`, 'literals'. Source: mariadb.com/kb/en/identifier-names and string-literals
import { Problem } from "../../foundation/problem.ts";
import { Secret } from "../../foundation/secret.ts";
import type { Sql } from "../../foundation/sql.ts";
import { bindable } from "../values.ts";
import type { Rendered } from "../wire.ts";

const nameLimitCharacters = 80; // user names may have 80, everything else 64; the server refuses longer ones itself

export function render(statement: Sql): Rendered {
  const values: unknown[] = [];
  const text = statement.parts.map((part) => {
    if (part.kind === "text") return part.text;
    if (part.kind === "id") return quoteName(part.name);
    if (part.kind === "literal") return quoteText(part.value instanceof Secret ? part.value.reveal() : part.value);
    values.push(bindable(part.value));
    return "?";
  });
  return { text: text.join(""), values };
}

function quoteName(name: string): string {
  const characters = [...name].length;
  if (characters === 0 || characters > nameLimitCharacters || name.includes("\0")) {
    throw new Problem(
      "RH-USE-001",
      `not a MariaDB name: ${JSON.stringify(name)} (${characters} characters, 1 to ${nameLimitCharacters} without NUL)`,
    );
  }
  return `\`${name.replaceAll("`", "``")}\``;
}

/** In hexadecimal when quoting would depend on the session's sql_mode (NO_BACKSLASH_ESCAPES). */
function quoteText(value: string): string {
  return /^[^'\\\0]*$/.test(value) ? `'${value}'` : `_utf8mb4 x'${Buffer.from(value).toString("hex")}'`;
}
