// A statement in PostgreSQL's form: $1 placeholders, "names", 'literals'. Source: postgresql.org/docs/current/sql-syntax-lexical.html
import { Problem } from "../../foundation/problem.ts";
import { Secret } from "../../foundation/secret.ts";
import type { Sql, SqlValue } from "../../foundation/sql.ts";
import { bindable } from "../values.ts";
import type { Rendered } from "../wire.ts";

const nameLimitBytes = 63;

export function render(statement: Sql): Rendered {
  const values: SqlValue[] = [];
  let text = "";
  for (const part of statement.parts) {
    if (part.kind === "text") text += part.text;
    else if (part.kind === "id") text += quoteName(part.name);
    else if (part.kind === "literal") text += quoteText(part.value instanceof Secret ? part.value.reveal() : part.value);
    else {
      values.push(bindable(part.value));
      text += `$${values.length}`;
    }
  }
  return { text, values };
}

/** The server would cut a longer name silently, and so speak of another object. */
function quoteName(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > nameLimitBytes || name.includes("\0")) {
    throw new Problem("RH-USE-001", `not a PostgreSQL name: ${JSON.stringify(name)} (${bytes} bytes, 1 to ${nameLimitBytes} without NUL)`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

function quoteText(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
