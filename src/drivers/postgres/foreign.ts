// Statements of somebody else's: one at a time by the extended protocol, and rows for COPY … FROM STDIN as fast as the server takes
// them. What comes back is not read. Source: postgresql.org/docs/current/protocol-flow.html (COPY operations, extended query)
import { once } from "node:events";
import type { Writable } from "node:stream";
import type pg from "pg";
import { Problem } from "../../foundation/problem.ts";
import type { Sent } from "../driver.ts";

export function sendForeign(client: pg.Client, statement: Buffer, rows: AsyncIterable<Uint8Array> | undefined): Promise<Sent> {
  const text = textOf(statement);
  return new Promise((resolve, reject) => {
    client.query(new Submission({ text, rows }, { resolve, reject }));
  });
}

/** The session's encoding is UTF-8, whatever a script says. */
function textOf(statement: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(statement);
  } catch (cause) {
    throw new Problem("RH-DATA-005", "the statement is not UTF-8", { cause, hint: "Dump it again with --encoding=UTF8." });
  }
}

interface Connection {
  readonly stream: Writable;
  parse(message: { readonly text: string }): void;
  bind(message: object): void;
  execute(message: object): void;
  sync(): void;
  sendCopyFail(reason: string): void;
  sendCopyFromChunk(piece: Uint8Array): void;
  endCopyFrom(): void;
}

interface Sending {
  readonly text: string;
  readonly rows: AsyncIterable<Uint8Array> | undefined;
}

interface Settling {
  readonly resolve: (sent: Sent) => void;
  readonly reject: (failure: unknown) => void;
}

/** What the package calls as the messages of the server arrive. */
class Submission {
  readonly #sending: Sending;
  readonly #settle: Settling;
  #changed = 0;
  #isRefused = false;
  #failure: unknown;

  constructor(sending: Sending, settle: Settling) {
    this.#sending = sending;
    this.#settle = settle;
  }

  /** The server ignores this sync once it waits for rows; they end with one of their own. */
  submit(given: unknown): void {
    const connection = given as Connection;
    connection.stream.cork();
    connection.parse({ text: this.#sending.text });
    connection.bind({});
    connection.execute({});
    connection.sync();
    connection.stream.uncork();
  }

  handleCopyInResponse(connection: Connection): void {
    const { rows } = this.#sending;
    if (rows) void this.#pump(connection, rows);
    else connection.sendCopyFail("no rows are sent");
  }

  async #pump(connection: Connection, rows: AsyncIterable<Uint8Array>): Promise<void> {
    const { stream } = connection;
    try {
      for await (const piece of rows) {
        if (this.#isRefused || stream.destroyed) break;
        connection.sendCopyFromChunk(piece);
        if (stream.writableNeedDrain) await drained(stream);
      }
      if (!this.#isRefused) connection.endCopyFrom();
    } catch (thrown) {
      this.#failure = thrown;
      connection.sendCopyFail("the rows end before their time");
    }
    if (!stream.destroyed) connection.sync();
  }

  handleRowDescription(): void {
    // nobody reads the answer
  }

  handleDataRow(): void {
    this.#changed++;
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#changed = Number(/\d+$/.exec(text)?.[0] ?? this.#changed);
  }

  handleEmptyQuery(): void {
    // a comment alone
  }

  handlePortalSuspended(): void {
    // only where rows are limited
  }

  handleCopyData(): void {
    // COPY … TO STDOUT is not read
  }

  handleError(failure: unknown): void {
    this.#isRefused = true;
    this.#settle.reject(this.#failure ?? failure);
  }

  handleReadyForQuery(): void {
    this.#settle.resolve({ changed: this.#changed, warnings: [] });
  }
}

/** The server takes more, or is gone. */
async function drained(stream: Writable): Promise<void> {
  const over = new AbortController();
  await Promise.race(["drain", "close"].map((event) => once(stream, event, over)));
  over.abort();
}
