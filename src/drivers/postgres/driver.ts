// PostgreSQL through node-postgres, and its replication protocol, of which a base backup is the one command used. Deadlines are the
// server's own (statement_timeout, lock_timeout) with a margin of ours behind them. Nothing is taken from PG* variables or files of
// the environment.
import { Readable } from "node:stream";
import pg from "pg";
import { Problem } from "../../foundation/problem.ts";
import { type ConnectionOptions, deadlines, type Driver } from "../driver.ts";
import { openPool } from "../pool.ts";
import { type OwnSession, sessionOver } from "../session.ts";
import { translate, translateConnecting } from "./errors.ts";
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

/** What comes back from a command of the replication protocol, piece by piece: rows, and COPY streams between them. */
export type Answered =
  | { readonly kind: "row"; readonly values: readonly (string | null)[] }
  | { readonly kind: "data"; readonly bytes: Buffer }
  | { readonly kind: "copy ends" };

/** How long the server may send nothing: before its first answer to BASE_BACKUP it makes a checkpoint. */
export interface Silence {
  readonly atFirstMs: number;
  readonly laterMs: number;
}

const longestSilence: Silence = { atFirstMs: 600_000, laterMs: 60_000 };

/**
 * Runs one command of the replication protocol; nothing is asked of the server faster than the pieces are taken. Leaving early, or the
 * signal, drops the connection, by which the server ends the command. Throws RH-CONN-*, RH-AUTH-*, and what the command fails with.
 * Source: postgresql.org/docs/current/protocol-replication.html
 */
export async function* replicate(
  options: ConnectionOptions,
  command: string,
  { signal, silence = longestSilence }: { readonly signal: AbortSignal; readonly silence?: Silence },
): AsyncIterable<Answered> {
  const client = new pg.Client({ ...settingsOf(options), statement_timeout: 0, replication: "true" } as pg.ClientConfig);
  const { where, ended, destroy } = wireOver(client, options);
  const drop = () => destroy();
  try {
    signal.throwIfAborted();
    signal.addEventListener("abort", drop, { once: true });
    await client.connect().catch((thrown: unknown) => {
      throw translateConnecting(thrown, where);
    });
    const pieces = answerTo(client, command);
    ended.addEventListener("abort", () => pieces.destroy(new Error("Connection terminated")), { once: true });
    yield* heard(pieces, silence, where);
  } catch (thrown) {
    signal.throwIfAborted();
    throw translate(thrown, where);
  } finally {
    signal.removeEventListener("abort", drop);
    destroy();
  }
}

/** Only what is waited for is timed: a reader may take as long as its disk. */
async function* heard(pieces: Readable, { atFirstMs, laterMs }: Silence, where: string): AsyncIterable<Answered> {
  const reading = pieces[Symbol.asyncIterator]();
  try {
    for (let limitMs = atFirstMs; ; limitMs = laterMs) {
      const timer = setTimeout(() => pieces.destroy(silent(where, limitMs)), limitMs);
      const next = await reading.next().finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value as Answered;
    }
  } finally {
    pieces.destroy();
  }
}

function silent(where: string, limitMs: number): Problem {
  return new Problem("RH-CONN-003", `${where} sent nothing for ${limitMs / 1_000} s`, {
    hint: "Look at its log and at the network, then run this again.",
  });
}

/** The package knows COPY as something to leave out, so the query is one of our own; what it is given is the parser's for this moment only. */
function answerTo(client: pg.Client, command: string): Readable {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Readable } }).connection;
  const pieces = new Readable({ objectMode: true, highWaterMark: 32, read: () => void stream.resume() });
  const give = (piece: Answered) => {
    if (!pieces.push(piece)) stream.pause();
  };
  const nothing = () => undefined;
  const query = {
    submit: (connection: { query(text: string): void }) => connection.query(command),
    handleRowDescription: nothing,
    handleDataRow: ({ fields }: { readonly fields: readonly (string | null)[] }) => give({ kind: "row", values: fields }),
    handleCopyData: ({ chunk }: { readonly chunk: Buffer }) => give({ kind: "data", bytes: Buffer.from(chunk) }),
    handleCommandComplete: nothing,
    handleEmptyQuery: nothing,
    handleError: (thrown: Error) => void pieces.destroy(thrown),
    handleReadyForQuery: () => void pieces.push(null),
  };
  (client as unknown as { readonly connection: Readable }).connection.on("copyDone", () => give({ kind: "copy ends" }));
  client.query(query as unknown as pg.Submittable);
  return pieces;
}
