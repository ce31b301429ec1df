// Statements of somebody else's as the bytes that they are: a dump holds binary values in the middle of its text. The connector writes
// text in the character set that it believes in; it is made to believe in the one whose letters are bytes, and not to hear of another.
// Source: mariadb.com/kb/en/session_track_system_variables, the connector's lib/io/packet-output-stream.js
import type * as mariadb from "mariadb";
import type { Sent } from "../driver.ts";

export const bytesCharset = "latin1";

/** The server is told what the bytes are; the connector is not. */
export const foreignSettings: readonly string[] = ["set session session_track_system_variables = ''", "set names utf8mb4"];

export async function sendForeign(connection: mariadb.Connection, statement: Buffer): Promise<Sent> {
  const answer: unknown = await connection.query(statement.toString(bytesCharset));
  if (Array.isArray(answer)) return { changed: answer.length, warnings: 0 };
  const { affectedRows, warningStatus } = answer as { readonly affectedRows?: number; readonly warningStatus?: number };
  return { changed: affectedRows ?? 0, warnings: warningStatus ?? 0 };
}
