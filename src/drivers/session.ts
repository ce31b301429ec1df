// A session over either engine's wire: statements rendered and guarded, transactions, streams. What a pool must know of a
// session beyond the contract (is it usable, is a transaction open) is here too.
import { Problem } from "../foundation/problem.ts";
import { Secret } from "../foundation/secret.ts";
import type { Sql } from "../foundation/sql.ts";
import { type ConnectionOptions, deadlines, type ForeignSession, type Sent, type Session, type StatementOptions } from "./driver.ts";
import { type Guard, guardOver } from "./guard.ts";
import type { Answer, Wire } from "./wire.ts";

export interface OwnSession extends Session, ForeignSession {
  /** Aborted when the connection is no more. */
  readonly ended: AbortSignal;
  isInTransaction(): boolean;
}

export function sessionOver(wire: Wire, options: ConnectionOptions): OwnSession {
  return new WireSession(wire, guardOver(wire, (options.statementTimeoutMs ?? deadlines.statementTimeoutMs) + deadlines.marginMs));
}

class WireSession implements OwnSession {
  readonly #wire: Wire;
  readonly #guard: Guard;
  #isInTransaction = false;

  constructor(wire: Wire, guard: Guard) {
    this.#wire = wire;
    this.#guard = guard;
  }

  get ended(): AbortSignal {
    return this.#wire.ended;
  }

  interrupt(): void {
    this.#guard.interrupt();
  }

  isUsable(): boolean {
    return !this.#guard.isBroken();
  }

  isInTransaction(): boolean {
    return this.#isInTransaction;
  }

  async all<Row>(statement: Sql, how?: StatementOptions): Promise<Row[]> {
    return (await this.#query(statement, how)).rows as Row[];
  }

  async run(statement: Sql, how?: StatementOptions): Promise<number> {
    return (await this.#query(statement, how)).changed;
  }

  send(statement: Buffer, how?: StatementOptions & { readonly rows?: AsyncIterable<Uint8Array> | undefined }): Promise<Sent> {
    return this.#guard.run(() => this.#wire.send(statement, how?.rows), how?.signal);
  }

  async whole<Row>(statement: Sql): Promise<Row[]> {
    this.#isInTransaction = true;
    const rows = await this.all<Row>(statement);
    this.#isInTransaction = false;
    return rows;
  }

  stream<Row>(statement: Sql, how: StreamOptions): AsyncIterable<readonly Row[]> {
    return stream<Row>({ wire: this.#wire, guard: this.#guard, statement }, how);
  }

  async begin(kind?: "snapshot"): Promise<void> {
    this.#isInTransaction = true;
    await this.#guard.run(() => this.#wire.command(kind ? `begin ${kind}` : "begin"));
  }

  commit(): Promise<void> {
    return this.#close("commit");
  }

  rollback(): Promise<void> {
    return this.#close("rollback");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return leave(this.#wire, this.#guard);
  }

  async #query(statement: Sql, how: StatementOptions | undefined): Promise<Answer> {
    try {
      return await this.#guard.run(() => this.#wire.query(statement), how?.signal);
    } catch (thrown) {
      throw withoutSecrets(statement, thrown);
    }
  }

  async #close(word: "commit" | "rollback"): Promise<void> {
    await this.#guard.run(() => this.#wire.command(word));
    this.#isInTransaction = false;
  }
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
function withoutSecrets(statement: Sql, thrown: unknown): unknown {
  const secrets = secretsOf(statement);
  if (secrets.length === 0 || !(thrown instanceof Problem)) return thrown;
  return new Problem(thrown.code, scrubbed(thrown, secrets), { hint: thrown.hint });
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
