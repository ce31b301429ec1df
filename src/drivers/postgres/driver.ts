// PostgreSQL through node-postgres, always by the extended protocol: one statement a call, values bound (TRAP-13).
// Deadlines are the server's own (statement_timeout, lock_timeout) with a margin of ours behind them.
import pg from "pg";
import Cursor from "pg-cursor";
import { type Sql, sql } from "../../foundation/sql.ts";
import { type ConnectionOptions, deadlines, type Driver, type Pool, type PoolOptions, type Session, type StatementOptions } from "../driver.ts";
import { translate } from "./errors.ts";
import { render } from "./render.ts";

export const postgresDriver: Driver = { connect, pool: openPool, render };

async function connect(options: ConnectionOptions): Promise<Session> {
  const client = new pg.Client(settingsOf(options));
  client.on("error", () => undefined); // an idle connection that dies is told by the next statement
  try {
    await client.connect();
  } catch (thrown) {
    throw translate(thrown, whereOf(options));
  }
  return sessionOf(client, options, () => client.end());
}

function openPool(options: PoolOptions): Pool {
  const pool = new pg.Pool({
    ...settingsOf(options),
    max: options.limit,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? deadlines.acquireTimeoutMs,
    idleTimeoutMillis: 30_000,
  });
  pool.on("error", () => undefined); // as above
  pool.on("connect", (client) => client.on("error", () => undefined)); // the pool listens to idle clients only, and a lent one dies too
  const session = async (): Promise<Session> => {
    try {
      const client = await pool.connect();
      return sessionOf(client, options, async (isBroken) => client.release(isBroken));
    } catch (thrown) {
      throw translate(thrown, whereOf(options));
    }
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
    stats: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

function sessionOf(client: pg.ClientBase, options: ConnectionOptions, close: (isBroken: boolean) => Promise<void>): Session {
  let isBroken = false;
  const guarded = async <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    const onAbort = () => void cancel(client, options);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await work();
    } catch (thrown) {
      const problem = translate(thrown, whereOf(options));
      isBroken ||= isFatal(problem);
      signal?.throwIfAborted();
      throw problem;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  };
  const query = (statement: Sql, how?: StatementOptions) => {
    const { text, values } = render(statement);
    return guarded(how?.signal, () => client.query({ text, values: values as unknown[], queryMode: "extended" } as pg.QueryConfig));
  };
  const command = async (text: string) => {
    await guarded(undefined, () => client.query(text));
  };
  return {
    all: async <Row>(statement: Sql, how?: StatementOptions) => (await query(statement, how)).rows as Row[],
    run: async (statement, how) => (await query(statement, how)).rowCount ?? 0,
    stream: (statement, how) => stream(client, statement, how, guarded),
    begin: () => command("begin"),
    commit: () => command("commit"),
    rollback: () => command("rollback"),
    [Symbol.asyncDispose]: () => close(isBroken),
  };
}

async function* stream<Row>(
  client: pg.ClientBase,
  statement: Sql,
  how: { readonly batchRows: number; readonly signal?: AbortSignal },
  guarded: <T>(signal: AbortSignal | undefined, work: () => Promise<T>) => Promise<T>,
): AsyncGenerator<readonly Row[]> {
  const { text, values } = render(statement);
  const cursor = client.query(new Cursor<Row>(text, values as unknown[], { types: pg.types } as never));
  try {
    for (;;) {
      const rows = await guarded(how.signal, () => cursor.read(how.batchRows));
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    await cursor.close().catch(() => undefined); // the statement failed already, and said so
  }
}

/** Asks the server, over a connection of its own, to end what the session runs. Source: libpq's PQcancel. */
async function cancel(client: pg.ClientBase, options: ConnectionOptions): Promise<void> {
  const pid = "processID" in client ? Number(client.processID) : Number.NaN;
  const helper = await connect({ ...options, applicationName: "rowhouse cancel" }).catch(() => undefined);
  if (!helper) return; // the deadline still ends the statement
  await using session = helper;
  await session.all(sql`select pg_cancel_backend(${pid})`).catch(() => undefined);
}

function settingsOf(options: ConnectionOptions): pg.ClientConfig {
  const statementTimeoutMs = options.statementTimeoutMs ?? deadlines.statementTimeoutMs;
  return {
    host: options.host,
    port: options.port,
    database: options.database ?? "postgres",
    user: options.user,
    password: () => options.password?.reveal() ?? "",
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? deadlines.connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? deadlines.lockTimeoutMs,
    idle_in_transaction_session_timeout: 30_000,
    query_timeout: statementTimeoutMs + deadlines.marginMs,
    options: "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c standard_conforming_strings=on -c client_min_messages=warning",
    types: { getTypeParser },
  };
}

const textual = new Set<number>([
  pg.types.builtins.DATE,
  pg.types.builtins.TIME,
  pg.types.builtins.TIMESTAMP,
  pg.types.builtins.TIMESTAMPTZ,
  pg.types.builtins.INTERVAL,
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

function isFatal(problem: unknown): boolean {
  const code = problem instanceof Error && "code" in problem ? String(problem.code) : "";
  return code.startsWith("RH-CONN") || code === "RH-TIME-001" || !code.startsWith("RH-");
}

function whereOf(options: ConnectionOptions): string {
  return options.host.startsWith("/") ? `${options.host}/.s.PGSQL.${options.port}` : `${options.host}:${options.port}`;
}
