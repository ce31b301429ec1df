// What both drivers promise. Every statement of the project, of the tool and of the application, goes through this contract:
// values as bound parameters, names quoted in one place, a deadline on connecting, on each statement and on each lock wait.
// Failures are Problems, with the same code for the same fault on both engines (drivers/*/errors.ts).
import type { Secret } from "../foundation/secret.ts";
import type { Sql } from "../foundation/sql.ts";

export interface ConnectionOptions {
  /** A name, an address, or an absolute path: the socket's directory on PostgreSQL (as libpq), the socket itself on MariaDB. */
  readonly host: string;
  readonly port: number;
  /** The database to start in; on MariaDB there may be none. */
  readonly database?: string;
  readonly user: string;
  /** Absent where the operating system vouches for the user (peer, unix_socket). */
  readonly password?: Secret;
  /** Shown in the server's list of sessions. */
  readonly applicationName: string;
  /** Until a connection is there, 5,000 unless given. */
  readonly connectTimeoutMs?: number;
  /** Until a statement ends, 30,000 unless given; the server enforces it, and this side two seconds later. */
  readonly statementTimeoutMs?: number;
  /** Until a lock is granted, 5,000 unless given; MariaDB counts whole seconds. */
  readonly lockTimeoutMs?: number;
  /** How long a transaction may wait for its next statement, 30,000 unless given; then the server ends the connection. */
  readonly idleTransactionTimeoutMs?: number;
  /** How many statements the connection keeps prepared once they came twice, none unless given; MariaDB's connector keeps 256. */
  readonly rememberedStatements?: number;
  /**
   * What a statement of ours may have the server read from this side, by the name that stands in it (LOAD DATA LOCAL). Nothing else is
   * ever sent, whatever the server asks for; nothing at all unless given. PostgreSQL asks for nothing.
   */
  readonly sends?: ReadonlyMap<string, () => Uint8Array>;
}

export interface Sent {
  /** Rows that the statement changed or gave back. */
  readonly changed: number;
  /** What the server changed of the values that it was given, in its words; PostgreSQL refuses instead. */
  readonly warnings: readonly string[];
}

export interface StatementOptions {
  /** Ends the statement on the server when aborted; the call then rejects with the signal's reason, whatever became of the statement. */
  readonly signal?: AbortSignal;
}

export interface Queryable {
  /** All rows. 64-bit integers are numbers while exact, bigint above; decimals, JSON, dates and times are the server's text, in UTC. */
  all<Row>(statement: Sql, options?: StatementOptions): Promise<Row[]>;
  /** Runs a statement and returns how many rows it changed, or gave back. */
  run(statement: Sql, options?: StatementOptions): Promise<number>;
}

/** Takes one statement at a time. */
export interface Session extends Queryable, AsyncDisposable {
  /** Rows in batches, with memory for one batch whatever the size of the answer; the deadline is each batch's. May be left early. */
  stream<Row>(statement: Sql, options: { readonly batchRows: number; readonly signal?: AbortSignal }): AsyncIterable<readonly Row[]>;
  /** A snapshot shows the same moment in all of its statements, that of the first one at the latest; it writes nothing. */
  begin(kind?: "snapshot"): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** One statement that begins and ends its own transaction; its rows. What a failure left open is rolled back before the next use. */
  whole<Row>(statement: Sql): Promise<Row[]>;
  /** Ends on the server what it does here for this session, if anything, and lets the connection be used for nothing else. */
  interrupt(): void;
  /** False when the connection is lost or in doubt: then nobody knows what became of its last statement. */
  isUsable(): boolean;
}

/** A connection for statements that somebody else wrote; their answers are read by nobody. */
export interface ForeignSession extends AsyncDisposable {
  /**
   * One statement, as its bytes; `rows` is what a COPY … FROM STDIN reads. A second statement in it is refused, and so is whatever else
   * the server may ask for.
   */
  send(statement: Buffer, options?: StatementOptions & { readonly rows?: AsyncIterable<Uint8Array> | undefined }): Promise<Sent>;
}

export interface PoolStats {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface Pool extends Queryable, AsyncDisposable {
  /** A connection of one's own, given back when disposed. Throws RH-CONN-007 when none is free in time. */
  session(): Promise<Session>;
  stats(): PoolStats;
}

export interface PoolOptions extends ConnectionOptions {
  /** Most connections at once. */
  readonly limit: number;
  /** How long a caller waits for a free connection, 2,000 unless given. */
  readonly acquireTimeoutMs?: number;
}

export interface Driver {
  /** One connection. Throws RH-CONN-*, RH-AUTH-*. */
  connect(options: ConnectionOptions): Promise<Session>;
  /** As `connect`, for the statements of a dump. */
  connectForeign(options: ConnectionOptions): Promise<ForeignSession>;
  /** Opens nothing until it is asked; comes back by itself when the server does. */
  pool(options: PoolOptions): Pool;
  /** A statement as the server's own tools would take it: quoted, without bound values. For plans and logs. */
  render(statement: Sql): { readonly text: string; readonly values: readonly unknown[] };
}

export const deadlines = {
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 5_000,
  idleTransactionTimeoutMs: 30_000,
  acquireTimeoutMs: 2_000,
  /** How much longer than the server this side waits for a statement. */
  marginMs: 2_000,
} as const;
