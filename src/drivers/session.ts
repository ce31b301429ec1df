// A session over either engine's wire: statements rendered and guarded, transactions, streams. What a pool must know of a
// session beyond the contract (is it usable, is a transaction open) is here too.
import { Problem } from "../foundation/problem.ts";
import { Secret } from "../foundation/secret.ts";
import type { Sql } from "../foundation/sql.ts";
import { type ConnectionOptions, deadlines, type Session, type StatementOptions } from "./driver.ts";
import { type Guard, guardOver } from "./guard.ts";
import type { Wire } from "./wire.ts";

export interface OwnSession extends Session {
  /** Aborted when the connection is no more. */
  readonly ended: AbortSignal;
  /** False when the connection is lost or in doubt: it is closed, never lent again. */
  isUsable(): boolean;
  isInTransaction(): boolean;
}

export function sessionOver(wire: Wire, options: ConnectionOptions): OwnSession {
  const guard = guardOver(wire, (options.statementTimeoutMs ?? deadlines.statementTimeoutMs) + deadlines.marginMs);
  let isInTransaction = false;
  const query = (statement: Sql, how?: StatementOptions) => withoutSecrets(statement, () => guard.run(() => wire.query(statement), how?.signal));
  const close = async (word: "commit" | "rollback") => {
    await guard.run(() => wire.command(word));
    isInTransaction = false;
  };
  return {
    ended: wire.ended,
    isUsable: () => !guard.isBroken(),
    isInTransaction: () => isInTransaction,
    all: async <Row>(statement: Sql, how?: StatementOptions) => (await query(statement, how)).rows as Row[],
    run: async (statement, how) => (await query(statement, how)).changed,
    stream: <Row>(statement: Sql, how: StreamOptions) => stream<Row>({ wire, guard, statement }, how),
    begin: async (kind) => {
      isInTransaction = true;
      await guard.run(() => wire.command(kind ? `begin ${kind}` : "begin"));
    },
    commit: () => close("commit"),
    rollback: () => close("rollback"),
    [Symbol.asyncDispose]: () => leave(wire, guard),
  };
}

interface StreamOptions {
  readonly batchRows: number;
  readonly signal?: AbortSignal;
}

interface Streamed {
  readonly wire: Wire;
  readonly guard: Guard;
  readonly statement: Sql;
}

async function* stream<Row>({ wire, guard, statement }: Streamed, { batchRows, signal }: StreamOptions): AsyncGenerator<readonly Row[]> {
  const reader = await guard.run(() => wire.open(statement, batchRows), signal);
  try {
    for (;;) {
      const rows = await guard.run(() => reader.read(), signal);
      if (rows.length === 0) return;
      yield rows as readonly Row[];
    }
  } finally {
    await guard.run(() => reader.close()).catch(() => undefined); // what failed has been told; the session knows whether it is broken
  }
}

/** Servers quote the statement they refuse: what one with a secret in it says is not passed on as it is. */
async function withoutSecrets<T>(statement: Sql, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const secrets = secretsOf(statement);
    if (secrets.length === 0 || !(thrown instanceof Problem)) throw thrown;
    throw new Problem(thrown.code, scrubbed(thrown, secrets), { hint: thrown.hint });
  }
}

function secretsOf(statement: Sql): readonly string[] {
  return statement.parts.flatMap((part) => (part.kind === "literal" && part.value instanceof Secret ? [part.value.reveal()] : []));
}

function scrubbed(problem: Problem, secrets: readonly string[]): string {
  if (problem.code === "RH-SQL-001") return "a statement with a secret in it is not understood";
  return secrets.reduce((message, secret) => (secret === "" ? message : message.replaceAll(secret, "***")), problem.message);
}

async function leave(wire: Wire, guard: Guard): Promise<void> {
  if (guard.isBroken()) return wire.destroy();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlines.marginMs);
  });
  await Promise.race([wire.end(), late]).catch(() => undefined); // gone already
  clearTimeout(timer);
  wire.destroy();
}
