// The statements of one request, as they ran: what was sent, with placeholders, what was bound, how long each took and how many
// rows it touched. A request that is not traced never comes here: its store has the plain pool.
import type { Driver, Pool, Queryable, Session } from "../../drivers/driver.ts";
import type { Sql } from "../../foundation/sql.ts";
import type { Clock } from "../../platform/clock.ts";

export type ShownValue = string | number | boolean | null;

export interface RunStatement {
  readonly sql: string;
  readonly values: ShownValue[];
  readonly ms: number;
  readonly rows: number;
}

export interface StatementLog {
  /** In the order in which they ended. */
  readonly statements: RunStatement[];
  readonly clock: Pick<Clock, "monotonicMs">;
}

const shownCharacters = 200;

export function statementLog(clock: StatementLog["clock"]): StatementLog {
  return { statements: [], clock };
}

/** The same pool, noting what goes through it. The wait for a free connection is no statement's time. */
export function tracedPool(pool: Pool, driver: Driver, log: StatementLog): Pool {
  const session = async () => tracedSession(await pool.session(), driver, log);
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
    stats: () => pool.stats(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function tracedSession(session: Session, driver: Driver, log: StatementLog): Session {
  return {
    ...tracedQueries(session, driver, log),
    stream: (statement, how) => session.stream(statement, how),
    begin: () => command("begin", () => session.begin(), log),
    commit: () => command("commit", () => session.commit(), log),
    rollback: () => command("rollback", () => session.rollback(), log),
    whole: (statement) => noted({ log, ...driver.render(statement), work: () => session.whole(statement), rowsOf: (rows) => rows.length }),
    interrupt: () => session.interrupt(),
    isUsable: () => session.isUsable(),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function tracedQueries(session: Session, driver: Driver, log: StatementLog): Queryable {
  return {
    all: <Row>(statement: Sql, how?: Parameters<Queryable["all"]>[1]) =>
      noted({ log, ...driver.render(statement), work: () => session.all<Row>(statement, how), rowsOf: (rows) => rows.length }),
    run: (statement, how) => noted({ log, ...driver.render(statement), work: () => session.run(statement, how), rowsOf: (rows) => rows }),
  };
}

function command(text: string, work: () => Promise<void>, log: StatementLog): Promise<void> {
  return noted({ log, text, values: [], work, rowsOf: () => 0 });
}

interface Noting<T> {
  readonly log: StatementLog;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly work: () => Promise<T>;
  readonly rowsOf: (result: T) => number;
}

/** A statement that fails is noted too, with no rows: a transaction that was tried again shows each attempt. */
async function noted<T>({ log, text, values, work, rowsOf }: Noting<T>): Promise<T> {
  const startMs = log.clock.monotonicMs();
  let rows = 0;
  try {
    const result = await work();
    rows = rowsOf(result);
    return result;
  } finally {
    log.statements.push({
      sql: text.replace(/\s+/g, " ").trim(),
      values: values.map(shown),
      ms: microseconds(log.clock.monotonicMs() - startMs),
      rows,
    });
  }
}

function shown(value: unknown): ShownValue {
  if (value === null || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return value;
  const characters = [...(value instanceof Uint8Array ? `${value.length} bytes` : String(value))];
  return characters.length > shownCharacters ? `${characters.slice(0, shownCharacters).join("")}…` : characters.join("");
}

/** Milliseconds without digits that no clock here measures. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
