// MariaDB's connector as a wire. Answers in batches are read from the socket as they are wanted; the server would count the
// reader's pauses as its own time, so that a stream's deadline is this side's alone, batch by batch.
// Sources: mariadb.com/kb/en/set-statement, kill, start-transaction; the connector's documentation/promise-api.md
import type { Readable } from "node:stream";
import type * as mariadb from "mariadb";
import type { ConnectionOptions } from "../driver.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import type { Command, Reader, Wire } from "../wire.ts";
import { translate } from "./errors.ts";
import { sendForeign } from "./foreign.ts";
import { render } from "./render.ts";
import { runStatement } from "./statement.ts";

export function wireOver(connection: mariadb.Connection, how: { readonly where: string; readonly cancel: () => Promise<void> }): Wire {
  const ended = new AbortController();
  connection.on("error", () => ended.abort());
  connection.on("end", () => ended.abort());
  return {
    where: how.where,
    ended: ended.signal,
    query: (statement) => runStatement(connection, render(statement)),
    send: (statement) => sendForeign(connection, statement),
    command: async (word) => {
      for (const statement of commands[word]) await connection.query(statement);
    },
    open: (statement, batchRows) => open(connection, { statement, batchRows, cancel: how.cancel }),
    cancel: how.cancel,
    end: () => connection.end(),
    destroy: () => connection.destroy(),
    translate: (thrown) => translate(thrown, how.where),
  };
}

/** The level is that of the next transaction alone; without it the snapshot would be each statement's own. */
const commands: Readonly<Record<Command, readonly string[]>> = {
  begin: ["begin"],
  "begin snapshot": ["set transaction isolation level repeatable read", "start transaction with consistent snapshot, read only"],
  commit: ["commit"],
  rollback: ["rollback"],
};

export function whereOf(options: ConnectionOptions): string {
  return options.host.startsWith("/") ? options.host : `${options.host}:${options.port}`;
}

interface Opening {
  readonly statement: Sql;
  readonly batchRows: number;
  readonly cancel: () => Promise<void>;
}

async function open(connection: mariadb.Connection, { statement, batchRows, cancel }: Opening): Promise<Reader> {
  const { text, values } = render(sql`set statement max_statement_time = 0, net_write_timeout = 3600 for ${statement}`);
  if (values.length === 0) return readerOf(connection.queryStream(text), { batchRows, cancel, release: () => undefined });
  const prepared = await connection.prepare(text);
  return readerOf(prepared.executeStream([...values]), { batchRows, cancel, release: () => prepared.close() });
}

type ReaderOptions = Pick<Opening, "batchRows" | "cancel"> & { readonly release: () => void };

function readerOf(rows: Readable, { batchRows, cancel, release }: ReaderOptions): Reader {
  let failure: Error | undefined;
  let isOver = false;
  let wake: () => void = () => undefined;
  const finish = (thrown?: Error) => {
    isOver = true;
    failure = thrown;
    wake();
  };
  rows.on("error", finish);
  rows.on("end", () => finish());
  rows.on("readable", () => wake());
  const changed = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const read = async () => {
    const batch: unknown[] = [];
    while (batch.length < batchRows) {
      const row: unknown = rows.read();
      if (row !== null) batch.push(row);
      else if (isOver) break;
      else await changed();
    }
    if (failure) throw failure;
    return batch;
  };
  const close = async () => {
    if (!isOver) await cancel().catch(() => undefined); // then the rest is read and dropped
    while (!isOver) if (rows.read() === null && !isOver) await changed();
    release();
  };
  return { read, close };
}
