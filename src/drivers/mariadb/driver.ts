// MariaDB through its own connector. Deadlines are the server's (max_statement_time, lock_wait_timeout), with a margin of ours
// behind them. The connector's file sending stays off (TRAP-11), but where the caller says what may be sent: then it is that, never a file.
import { Readable } from "node:stream";
import * as mariadb from "mariadb";
import { type ConnectionOptions, deadlines, type Driver } from "../driver.ts";
import { openPool } from "../pool.ts";
import { type OwnSession, sessionOver } from "../session.ts";
import { translateConnecting } from "./errors.ts";
import { bytesCharset, foreignSettings } from "./foreign.ts";
import { render } from "./render.ts";
import { whereOf, wireOver } from "./wire.ts";

export const mariadbDriver: Driver = { connect, connectForeign, pool: (options) => openPool(connect, options), render };

async function connect(options: ConnectionOptions): Promise<OwnSession> {
  return connectBy(options, settingsOf(options));
}

async function connectForeign(options: ConnectionOptions): Promise<OwnSession> {
  const settings = settingsOf(options);
  return connectBy(options, { ...settings, charset: bytesCharset, initSql: [...foreignSettings, ...(settings.initSql ?? [])] });
}

async function connectBy(options: ConnectionOptions, settings: mariadb.ConnectionConfig): Promise<OwnSession> {
  try {
    const connection = await mariadb.createConnection(settings);
    const cancel = () => cancelThread(connection.threadId, options);
    return sessionOver(wireOver(connection, { where: whereOf(options), cancel }), options);
  } catch (thrown) {
    throw translateConnecting(thrown, whereOf(options));
  }
}

/** Ends what a session runs, over a connection of its own; the session itself stays. */
async function cancelThread(threadId: number | null, options: ConnectionOptions): Promise<void> {
  const limits = { connectTimeoutMs: deadlines.marginMs, statementTimeoutMs: deadlines.marginMs };
  const helper = await mariadb.createConnection(settingsOf({ ...options, ...limits, applicationName: "rowhouse cancel" }));
  try {
    await helper.query(`kill query ${Math.trunc(threadId ?? 0)}`);
  } finally {
    helper.destroy();
  }
}

function settingsOf(options: ConnectionOptions): mariadb.ConnectionConfig {
  const statementTimeoutMs = options.statementTimeoutMs ?? deadlines.statementTimeoutMs;
  const lockTimeoutSeconds = Math.max(1, Math.ceil((options.lockTimeoutMs ?? deadlines.lockTimeoutMs) / 1000));
  const idleTransactionSeconds = Math.ceil((options.idleTransactionTimeoutMs ?? deadlines.idleTransactionTimeoutMs) / 1000);
  return {
    ...(options.host.startsWith("/") ? { socketPath: options.host } : { host: options.host, port: options.port }),
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.password === undefined ? {} : { password: options.password.reveal() }),
    user: options.user,
    connectTimeout: options.connectTimeoutMs ?? deadlines.connectTimeoutMs,
    connectAttributes: { program_name: options.applicationName },
    charset: "utf8mb4",
    timezone: "Z",
    dateStrings: true,
    bigIntAsNumber: false,
    decimalAsNumber: false,
    insertIdAsNumber: false,
    autoJsonMap: false,
    typeCast: exactIntegers,
    ...(options.sends ? sending(options.sends) : { permitLocalInfile: false }),
    keepAliveDelay: 60_000,
    initSql: [
      "set session transaction isolation level read committed",
      "set session time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'",
      `set session max_statement_time = ${statementTimeoutMs / 1000}, lock_wait_timeout = ${lockTimeoutSeconds}, innodb_lock_wait_timeout = ${lockTimeoutSeconds}, idle_transaction_timeout = ${idleTransactionSeconds}`,
    ],
  };
}

/** What was offered, and never a file. The server takes it as one packet, so that max_allowed_packet is a limit to its size. */
function sending(sends: NonNullable<ConnectionOptions["sends"]>): mariadb.ConnectionConfig {
  return {
    permitLocalInfile: true,
    infileStreamFactory: (name) => {
      const content = sends.get(name);
      if (!content) throw new Error(`${name} is not what was offered`);
      return Readable.from([content()], { objectMode: false });
    },
  };
}

function exactIntegers(_field: mariadb.FieldInfo, next: mariadb.TypeCastNextFunction): mariadb.TypeCastResult {
  const value = next();
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : (value as never);
}
