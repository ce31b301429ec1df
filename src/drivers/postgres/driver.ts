// PostgreSQL through node-postgres. Deadlines are the server's own (statement_timeout, lock_timeout) with a margin of ours
// behind them. Nothing is taken from PG* variables or files of the environment.
import pg from "pg";
import { type ConnectionOptions, deadlines, type Driver } from "../driver.ts";
import { openPool } from "../pool.ts";
import { type OwnSession, sessionOver } from "../session.ts";
import { translateConnecting } from "./errors.ts";
import { render } from "./render.ts";
import { wireOver } from "./wire.ts";

export const postgresDriver: Driver = { connect, connectForeign: connect, pool: (options) => openPool(connect, options), render };

async function connect(options: ConnectionOptions): Promise<OwnSession> {
  const client = new pg.Client(settingsOf(options));
  const wire = wireOver(client, options);
  try {
    await client.connect();
  } catch (thrown) {
    wire.destroy();
    throw translateConnecting(thrown, wire.where);
  }
  return sessionOver(wire, options);
}

function settingsOf(options: ConnectionOptions): pg.ClientConfig {
  return {
    host: options.host,
    port: options.port,
    database: options.database ?? "postgres",
    user: options.user,
    password: () => options.password?.reveal() ?? "",
    ssl: false,
    client_encoding: "UTF8",
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? deadlines.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs ?? deadlines.statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? deadlines.lockTimeoutMs,
    idle_in_transaction_session_timeout: options.idleTransactionTimeoutMs ?? deadlines.idleTransactionTimeoutMs,
    options: "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c standard_conforming_strings=on -c client_min_messages=warning",
    keepAlive: true,
    types: { getTypeParser },
  };
}

/** Types whose text the server writes better than a JavaScript value could hold it. */
const textual = new Set<number>([
  pg.types.builtins.DATE,
  pg.types.builtins.TIME,
  pg.types.builtins.TIMESTAMP,
  pg.types.builtins.TIMESTAMPTZ,
  pg.types.builtins.INTERVAL,
  pg.types.builtins.JSON,
  pg.types.builtins.JSONB,
]);

function getTypeParser(type: number, format?: "text" | "binary"): (value: string) => unknown {
  if (type === pg.types.builtins.INT8) return exactInteger;
  if (textual.has(type)) return (value) => value;
  return pg.types.getTypeParser(type, format as "text");
}

function exactInteger(value: string): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}
