// One statement on its way through MariaDB's connector. With values it is prepared on the server, which the connector remembers for
// each connection, and its values are bound; without any it goes as text. Source: the connector's documentation/promise-api.md
import type * as mariadb from "mariadb";
import type { Answer, Rendered } from "../wire.ts";

export async function runStatement(connection: mariadb.Connection, { text, values }: Rendered): Promise<Answer> {
  return answerOf(await (values.length === 0 ? connection.query(text) : connection.execute(text, [...values])));
}

/** A compound statement answers with what each of its statements answers, and with its own end. */
function answerOf(result: unknown): Answer {
  if (!Array.isArray(result)) return { rows: [], changed: (result as { readonly affectedRows?: number }).affectedRows ?? 0 };
  const rows: readonly unknown[] = Array.isArray(result[0]) ? result[0] : result;
  return { rows, changed: rows.length };
}
