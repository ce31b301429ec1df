// MariaDB through its own connector. Statements with values are prepared on the server and their values bound; those without
// go as text. Deadlines are the server's (max_statement_time, lock_wait_timeout), with a margin of ours behind them.
// The connector's file sending stays off (TRAP-11).
import * as mariadb from "mariadb";
import { Problem } from "../../foundation/problem.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import { type ConnectionOptions, deadlines, type Driver, type Pool, type PoolOptions, type Session, type StatementOptions } from "../driver.ts";
import { translate } from "./errors.ts";
import { render } from "./render.ts";

export const mariadbDriver: Driver = { connect, pool: openPool, render };

async function connect(options: ConnectionOptions): Promise<Session> {
  try {
    const connection = await mariadb.createConnection(settingsOf(options));
    connection.on("error", () => undefined); // an idle connection that dies is told by the next statement
    return sessionOf(connection, options, async (isBroken) => (isBroken ? connection.destroy() : connection.end()));
  } catch (thrown) {
    throw translate(thrown, whereOf(options));
  }
}

function openPool(options: PoolOptions): Pool {
  const acquireTimeoutMs = options.acquireTimeoutMs ?? deadlines.acquireTimeoutMs;
  const pool = mariadb.createPool({
    ...settingsOf(options),
    connectTimeout: acquireTimeoutMs,
    connectionLimit: options.limit,
    acquireTimeout: acquireTimeoutMs,
    initializationTimeout: acquireTimeoutMs,
    minimumIdle: 0,
    idleTimeout: 30,
    noControlAfterUse: true,
  });
  const session = async (): Promise<Session> => {
    const connection = await pool.getConnection().catch((thrown: unknown) => {
      throw acquireProblem(thrown, pool, options);
    });
    return sessionOf(connection, options, async (isBroken) => (isBroken ? connection.destroy() : connection.release()));
  };
  return {
    session,
    all: async (statement, how) => {
      await using own = await session();
      return await own.all(statement, how);
    },
    run: async (statement, how) => {
      await using own = await session();
      return await own.run(statement, how);
    },
    stats: () => ({ open: pool.totalConnections(), idle: pool.idleConnections(), waiting: pool.taskQueueSize() }),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

/** The pool says "no connection in time" both when all are taken and when the server is away; they are different faults. */
function acquireProblem(thrown: unknown, pool: mariadb.Pool, options: PoolOptions): unknown {
  const cause = thrown instanceof Error && thrown.cause ? translate(thrown.cause, whereOf(options)) : undefined;
  if (cause instanceof Problem) return cause;
  const isTimeout = thrown instanceof Error && "code" in thrown && thrown.code === "ER_GET_CONNECTION_TIMEOUT";
  if (!isTimeout) return translate(thrown, whereOf(options));
  if (pool.totalConnections() >= options.limit)
    return new Problem("RH-CONN-007", `no connection to ${whereOf(options)} became free in time`, { cause: thrown });
  return new Problem("RH-CONN-001", `cannot reach MariaDB on ${whereOf(options)}: no answer in time`, { cause: thrown });
}

function sessionOf(connection: mariadb.Connection, options: ConnectionOptions, close: (isBroken: boolean) => Promise<void> | void): Session {
  let isBroken = false;
  const guarded = async <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    const onAbort = () => void cancel(connection.threadId, options);
    signal?.addEventListener("abort", onAbort, { once: true });
    const limitMs = (options.statementTimeoutMs ?? deadlines.statementTimeoutMs) + deadlines.marginMs;
    const timer = setTimeout(() => {
      isBroken = true;
      connection.destroy();
    }, limitMs);
    try {
      return await work();
    } catch (thrown) {
      const problem = isBroken
        ? new Problem("RH-TIME-001", `${whereOf(options)} did not answer a statement in time`, { cause: thrown })
        : translate(thrown, whereOf(options));
      isBroken ||= isFatal(problem);
      signal?.throwIfAborted();
      throw problem;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  };
  const query = async (statement: Sql, how?: StatementOptions) => {
    const { text, values } = render(statement);
    return await guarded(how?.signal, () => (values.length === 0 ? connection.query(text) : connection.execute(text, values as unknown[])));
  };
  const command = async (text: string) => {
    await guarded(undefined, () => connection.query(text));
  };
  return {
    all: async <Row>(statement: Sql, how?: StatementOptions) => {
      const rows: unknown = await query(statement, how);
      return (Array.isArray(rows) ? rows : []) as Row[];
    },
    run: async (statement, how) => {
      const result: unknown = await query(statement, how);
      return (result as { affectedRows?: number }).affectedRows ?? 0;
    },
    stream: (statement, how) => stream(connection, statement, how, guarded),
    begin: () => command("start transaction"),
    commit: () => command("commit"),
    rollback: () => command("rollback"),
    [Symbol.asyncDispose]: async () => close(isBroken),
  };
}

async function* stream<Row>(
  connection: mariadb.Connection,
  statement: Sql,
  how: { readonly batchRows: number; readonly signal?: AbortSignal },
  guarded: <T>(signal: AbortSignal | undefined, work: () => Promise<T>) => Promise<T>,
): AsyncGenerator<readonly Row[]> {
  const { text, values } = render(statement);
  const prepared = await guarded(how.signal, () => connection.prepare(text));
  const rows = prepared.executeStream(values as unknown[]);
  const next = rows[Symbol.asyncIterator]() as AsyncIterator<Row>;
  try {
    for (let isLast = false; !isLast; ) {
      const batch: Row[] = [];
      while (batch.length < how.batchRows && !isLast) {
        const result = await guarded(how.signal, () => next.next());
        if (result.done) isLast = true;
        else batch.push(result.value);
      }
      if (batch.length > 0) yield batch;
    }
  } finally {
    rows.destroy();
    prepared.close();
  }
}

/** Ends what the session runs, over a connection of its own; the session itself stays. */
async function cancel(threadId: number | null, options: ConnectionOptions): Promise<void> {
  if (threadId === null) return;
  const helper = await connect({ ...options, applicationName: "rowhouse cancel" }).catch(() => undefined);
  if (!helper) return; // the deadline still ends the statement
  await using session = helper;
  await session.run(sql.script(`kill query ${Math.trunc(threadId)}`)).catch(() => undefined);
}

function settingsOf(options: ConnectionOptions): mariadb.ConnectionConfig {
  const statementTimeoutMs = options.statementTimeoutMs ?? deadlines.statementTimeoutMs;
  const lockTimeoutSeconds = Math.max(1, Math.ceil((options.lockTimeoutMs ?? deadlines.lockTimeoutMs) / 1000));
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
    insertIdAsNumber: true,
    autoJsonMap: false,
    typeCast: exactIntegers,
    permitLocalInfile: false,
    initSql: [
      "set session transaction isolation level read committed",
      "set session time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'",
      `set session max_statement_time = ${statementTimeoutMs / 1000}, lock_wait_timeout = ${lockTimeoutSeconds}, innodb_lock_wait_timeout = ${lockTimeoutSeconds}, idle_transaction_timeout = 30`,
    ],
  };
}

function exactIntegers(_field: mariadb.FieldInfo, next: mariadb.TypeCastNextFunction): mariadb.TypeCastResult {
  const value = next();
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : (value as never);
}

function isFatal(problem: unknown): boolean {
  const code = problem instanceof Error && "code" in problem ? String(problem.code) : "";
  return code.startsWith("RH-CONN") || code === "RH-TIME-001" || !code.startsWith("RH-");
}

function whereOf(options: ConnectionOptions): string {
  return options.host.startsWith("/") ? options.host : `${options.host}:${options.port}`;
}
