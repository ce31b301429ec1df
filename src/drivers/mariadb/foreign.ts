// Statements of somebody else's as the bytes that they are: a dump holds binary values in the middle of its text. The connector writes
// text in the character set that it believes in; it is made to believe in the one whose letters are bytes, and not to hear of another.
// Source: mariadb.com/kb/en/session_track_system_variables, the connector's lib/io/packet-output-stream.js
import type * as mariadb from "mariadb";
import type { Sent } from "../driver.ts";

export const bytesCharset = "latin1";

/** The server is told what the bytes are; the connector is not. */
export const foreignSettings: readonly string[] = ["set session session_track_system_variables = '', max_error_count = 65535", "set names utf8mb4"];

export async function sendForeign(connection: mariadb.Connection, statement: Buffer): Promise<Sent> {
  const answer: unknown = await connection.query(statement.toString(bytesCharset));
  if (Array.isArray(answer)) return { changed: answer.length, warnings: [] };
  const { affectedRows = 0, warningStatus = 0 } = answer as { readonly affectedRows?: number; readonly warningStatus?: number };
  return { changed: affectedRows, warnings: warningStatus > 0 ? await warningsOf(connection) : [] };
}

interface Warning {
  readonly Level: string;
  readonly Code: number;
  readonly Message: string;
}

const limit = 65_535;
/** A generated column was given a value, which it computes itself: mariadb-dump writes all columns. */
const generated = 1906;

async function warningsOf(connection: mariadb.Connection): Promise<readonly string[]> {
  const rows = (await connection.query("show warnings")) as readonly Warning[];
  const told = rows.filter(({ Level, Code }) => Level !== "Note" && Code !== generated).map(({ Code, Message }) => `${Message} (${Code})`);
  return told.length === 0 && rows.length >= limit ? [`${limit} warnings or more, which hide each other`] : told;
}
