// One statement on its way through node-postgres: always the extended protocol, one statement a call, values bound (TRAP-13). Where
// a connection remembers statements, one that comes again is parsed and planned by the server once, and its columns are told once.
// Sources: postgresql.org/docs/current/protocol-flow.html (extended query), node-postgres.com/apis/client (submittable)
import type pg from "pg";
import { Problem } from "../../foundation/problem.ts";
import type { SqlValue } from "../../foundation/sql.ts";
import type { Answer, Rendered } from "../wire.ts";

/** What a connection remembers of the statements that came again, the one used longest ago first. */
export class Statements {
  readonly #limit: number;
  readonly #known = new Map<string, Known>();
  /** Texts that came once. */
  readonly #seen = new Set<string>();
  #names = 0;

  /** Remembers as many statements; none when it is 0. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How `text` is to be sent: under a name from its second time on. */
  of(text: string): Known {
    if (this.#limit === 0 || text.length > textLimit) return unnamed;
    const known = this.#known.get(text);
    if (known) {
      this.#known.delete(text);
      this.#known.set(text, known);
      return known;
    }
    if (this.#seen.has(text)) return this.#remember(text);
    if (this.#seen.size >= seenLimit) this.#seen.clear();
    this.#seen.add(text);
    return unnamed;
  }

  /** All of them are parsed anew when they come again. */
  forget(): void {
    for (const known of this.#known.values()) known.isParsed = false;
  }

  #remember(text: string): Known {
    this.#seen.delete(text);
    const name = this.#known.size < this.#limit ? `s${++this.#names}` : this.#leastUsed();
    const known: Known = { name, isParsed: false, columns: [] };
    this.#known.set(text, known);
    return known;
  }

  /** The name of the statement used longest ago, which is forgotten. */
  #leastUsed(): string {
    const [text, { name }] = this.#known.entries().next().value as [string, Known];
    this.#known.delete(text);
    return name;
  }
}

interface Known {
  readonly name: string;
  isParsed: boolean;
  columns: readonly Column[];
}

interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

const unnamed: Known = { name: "", isParsed: false, columns: [] };
const seenLimit = 1_000;
/** A longer one is made for as many rows as there happen to be; remembered it would cost the server more than it saves. */
const textLimit = 8_192;

type ParserOf = (type: number) => (text: string) => unknown;

interface Sending extends Rendered {
  readonly known: Known;
  readonly parserOf: ParserOf;
}

/**
 * Runs a statement; rejects with the server's error. One whose plan went stale is sent once more; inside of a transaction, which is
 * lost by then, it is RH-TX-002, and so the whole of it is tried again.
 */
export async function runStatement(
  client: pg.Client,
  statements: Statements,
  { text, values, parserOf }: Rendered & { readonly parserOf: ParserOf },
) {
  const sending = { text, values, parserOf, known: statements.of(text) };
  if (!sending.known.isParsed) return send(client, sending);
  const isAlone = client.getTransactionStatus() === "I";
  try {
    return await send(client, sending);
  } catch (thrown) {
    if (!isStale(thrown)) throw thrown;
    statements.forget(); // the others are likely to be stale for the same reason
    if (isAlone) return await send(client, sending);
    throw new Problem("RH-TX-002", "a statement that was prepared has other columns now", { cause: thrown });
  }
}

/** A statement of that name is not there, or its columns have other types now (TRAP-26). */
function isStale(thrown: unknown): boolean {
  const { code, routine } = thrown as { readonly code?: string; readonly routine?: string };
  return code === "26000" || (code === "0A000" && routine === "RevalidateCachedQuery");
}

function send(client: pg.Client, sending: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    client.query(new Submission(sending, { resolve, reject }));
  });
}

interface Connection {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { readonly name: string; readonly text: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly unknown[]; readonly valueMapper: (value: SqlValue) => unknown }): void;
  describe(message: { readonly type: "P"; readonly name: string }): void;
  execute(message: { readonly portal: string }): void;
  close(message: { readonly type: "S"; readonly name: string }): void;
  sync(): void;
  sendCopyFail(reason: string): void;
}

interface Settling {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (failure: unknown) => void;
}

/** What the package calls as the messages of the server arrive. */
class Submission {
  readonly #sending: Sending;
  readonly #settle: Settling;
  #columns: readonly Column[];
  readonly #rows: Record<string, unknown>[] = [];
  #changed = 0;
  #failure: unknown;

  constructor(sending: Sending, settle: Settling) {
    this.#sending = sending;
    this.#settle = settle;
    this.#columns = sending.known.columns;
  }

  submit(given: unknown): void {
    const connection = given as Connection;
    const { text, values, known } = this.#sending;
    connection.stream.cork();
    if (!known.isParsed) {
      if (known.name !== "") connection.close({ type: "S", name: known.name });
      connection.parse({ name: known.name, text });
    }
    connection.bind({ statement: known.name, values, valueMapper: textOf });
    if (!known.isParsed) connection.describe({ type: "P", name: "" });
    connection.execute({ portal: "" });
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[] }): void {
    const { parserOf } = this.#sending;
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, read: parserOf(dataTypeID) }));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    try {
      this.#rows.push(rowOf(this.#columns, fields));
    } catch (thrown) {
      this.#failure ??= thrown; // told at the end: the connection goes on
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#changed = Number(/\d+$/.exec(text)?.[0] ?? 0);
  }

  handleEmptyQuery(): void {
    // nothing was asked, nothing is answered
  }

  handlePortalSuspended(): void {
    // only where rows are limited
  }

  handleCopyInResponse(connection: Connection): void {
    connection.sendCopyFail("no data is sent");
  }

  handleCopyData(): void {
    // COPY … TO STDOUT is not read
  }

  handleError(failure: unknown): void {
    this.#settle.reject(failure);
  }

  handleReadyForQuery(): void {
    const { known } = this.#sending;
    if (known.name !== "" && !known.isParsed) {
      known.columns = this.#columns;
      known.isParsed = true;
    }
    if (this.#failure === undefined) this.#settle.resolve({ rows: this.#rows, changed: this.#changed });
    else this.#settle.reject(this.#failure);
  }
}

function rowOf(columns: readonly Column[], fields: readonly (string | null)[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  columns.forEach(({ name, read }, at) => {
    const text = fields[at] ?? null;
    const value = text === null ? null : read(text);
    if (name === "__proto__") Object.defineProperty(row, name, { value, enumerable: true });
    else row[name] = value;
  });
  return row;
}

function textOf(value: SqlValue): unknown {
  return typeof value === "string" || value === null || value instanceof Uint8Array ? value : String(value);
}
