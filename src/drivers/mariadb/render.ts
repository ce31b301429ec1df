// A statement in MariaDB's form: ? placeholders, `names`, 'literals'. Source: mariadb.com/kb/en/identifier-names and string-literals
import { Problem } from "../../foundation/problem.ts";
import { Secret } from "../../foundation/secret.ts";
import type { Sql, SqlValue } from "../../foundation/sql.ts";
import { bindable } from "../values.ts";
import type { Rendered } from "../wire.ts";

const nameLimitCharacters = 80; // user names may have 80, everything else 64; the server refuses longer ones itself

export function render(statement: Sql): Rendered {
  const values: SqlValue[] = [];
  let text = "";
  for (const part of statement.parts) {
    if (part.kind === "text") text += part.text;
    else if (part.kind === "id") text += quoteName(part.name);
    else if (part.kind === "literal") text += quoteText(part.value instanceof Secret ? part.value.reveal() : part.value);
    else {
      values.push(bindable(part.value));
      text += "?";
    }
  }
  return { text, values };
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
