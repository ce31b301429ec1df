// One connection, as a driver's package gives it: the little that differs between the engines below a session. It may throw
// the package's own errors; nobody but guard.ts and session.ts uses it, and they make Problems of them.
import type { Sql } from "../foundation/sql.ts";
import type { Sent } from "./driver.ts";

export interface Rendered {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface Answer {
  readonly rows: readonly unknown[];
  /** Rows that the statement changed or returned. */
  readonly changed: number;
}

export type Command = "begin" | "begin snapshot" | "commit" | "rollback";

/** An answer that is read in batches. */
export interface Reader {
  /** The next batch, empty at the end. */
  read(): Promise<readonly unknown[]>;
  /** Ends the statement wherever it is; the connection takes the next one afterwards. */
  close(): Promise<void>;
}

export interface Wire {
  /** Names the server in messages. */
  readonly where: string;
  /** Aborted when the connection is no more. */
  readonly ended: AbortSignal;
  query(statement: Sql): Promise<Answer>;
  send(statement: Buffer, rows: AsyncIterable<Uint8Array> | undefined): Promise<Sent>;
  command(word: Command): Promise<void>;
  open(statement: Sql, batchRows: number): Promise<Reader>;
  /** Asks the server, on a connection of its own, to end what runs here. Resolves when it was asked. */
  cancel(): Promise<void>;
  /** Takes leave in order. */
  end(): Promise<void>;
  /** Drops the connection at once. */
  destroy(): void;
  translate(thrown: unknown): unknown;
}
