// node-postgres as a wire. Answers in batches are a portal; the server would count the reader's pauses as its own time, so that a
// stream's deadline is this side's alone, batch by batch.
// Sources: postgresql.org/docs/current/protocol-flow.html (cancelling, portals), node-postgres.com/apis/cursor
import { createConnection } from "node:net";
import type pg from "pg";
import Cursor from "pg-cursor";
import { Problem } from "../../foundation/problem.ts";
import { type ConnectionOptions, deadlines } from "../driver.ts";
import type { Command, Reader, Rendered, Wire } from "../wire.ts";
import { translate } from "./errors.ts";
import { sendForeign } from "./foreign.ts";
import { render } from "./render.ts";
import { runStatement, Statements } from "./statement.ts";

export function wireOver(client: pg.Client, options: ConnectionOptions): Wire {
  const where = options.host.startsWith("/") ? `${options.host}/.s.PGSQL.${options.port}` : `${options.host}:${options.port}`;
  const ended = new AbortController();
  const statements = new Statements(options.rememberedStatements ?? 0);
  const parserOf = (type: number) => client.getTypeParser(type, "text") as (text: string) => unknown;
  client.on("error", () => undefined); // followed by "end", and told by the statement that runs or comes next
  client.once("end", () => ended.abort());
  let isSending = false;
  // The package refuses COPY … FROM STDIN, but not with the message that the server then waits for.
  connectionOf(client).on("copyInResponse", () => setImmediate(() => isSending || connectionOf(client).sync()));
  return {
    where,
    ended: ended.signal,
    query: (statement) => runStatement(client, statements, { ...render(statement), parserOf }),
    send: async (statement, rows) => {
      isSending = rows !== undefined;
      try {
        return await sendForeign(client, statement, rows);
      } finally {
        isSending = false;
      }
    },
    command: async (word) => {
      const { command } = await client.query(commands[word]);
      if (word === "commit" && command === "ROLLBACK")
        throw new Problem("RH-SQL-003", "the transaction was rolled back: a statement in it had failed");
    },
    open: (statement, batchRows) =>
      open(client, render(statement), { batchRows, deadlineMs: options.statementTimeoutMs ?? deadlines.statementTimeoutMs }),
    cancel: () => cancel(client, options),
    end: () => client.end(),
    destroy: () => connectionOf(client).stream.destroy(),
    translate: (thrown) => translate(thrown, where),
  };
}

const commands: Readonly<Record<Command, string>> = {
  begin: "begin",
  "begin snapshot": "begin isolation level repeatable read, read only",
  commit: "commit",
  rollback: "rollback",
};

async function open(
  client: pg.Client,
  { text, values }: Rendered,
  how: { readonly batchRows: number; readonly deadlineMs: number },
): Promise<Reader> {
  await client.query("set statement_timeout = 0");
  const cursor = client.query(new Cursor<unknown>(text, [...values]));
  return {
    read: () => cursor.read(how.batchRows),
    close: async () => {
      await cursor.close();
      await client.query({ text: "select set_config('statement_timeout', $1, false)", values: [String(how.deadlineMs)] });
    },
  };
}

/** A cancel request takes no place of max_connections and no password, and is answered by closing the connection. */
async function cancel(client: pg.Client, options: ConnectionOptions): Promise<void> {
  const { processID, secretKey } = client as unknown as { readonly processID: number; readonly secretKey: number };
  const request = Buffer.alloc(16);
  for (const [index, word] of [16, 80_877_102, processID, secretKey].entries()) request.writeInt32BE(word, index * 4);
  const target = options.host.startsWith("/") ? { path: `${options.host}/.s.PGSQL.${options.port}` } : { host: options.host, port: options.port };
  await new Promise<void>((resolve, reject) => {
    const socket = createConnection({ ...target, timeout: deadlines.marginMs }, () => socket.write(request));
    socket.once("timeout", () => socket.destroy());
    socket.once("error", reject);
    socket.once("close", () => resolve());
    socket.resume();
  });
}

interface Connection {
  readonly stream: { destroy(): void };
  on(event: "copyInResponse", listener: () => void): void;
  sync(): void;
}

function connectionOf(client: pg.Client): Connection {
  return (client as unknown as { readonly connection: Connection }).connection;
}
