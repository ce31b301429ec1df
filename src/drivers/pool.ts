// The pool of both drivers: at most `limit` connections, opened when asked for, callers served in their order and told when
// nothing became free in time. A connection that is lost or in doubt is closed and replaced, never lent again; one that comes
// back in a transaction is rolled back first. Nothing is remembered of a server that was away: the next caller tries anew.
import { Problem, toProblem } from "../foundation/problem.ts";
import { type ConnectionOptions, deadlines, type Pool, type PoolOptions, type PoolStats, type Session, type StatementOptions } from "./driver.ts";
import type { OwnSession } from "./session.ts";
import type { Sql } from "../foundation/sql.ts";

type Connect = (options: ConnectionOptions) => Promise<OwnSession>;

interface Waiter {
  readonly serve: (session: OwnSession) => void;
  readonly refuse: (problem: Problem) => void;
}

/** A connection that nobody has used for so long is closed, at the latest a sweep later. */
const idleMs = 30_000;
const sweepMs = 5_000;
const drainMs = 10_000;

export function openPool(connect: Connect, options: PoolOptions): Pool {
  return new SessionPool(connect, options);
}

class SessionPool implements Pool {
  readonly #connect: Connect;
  readonly #options: PoolOptions;
  readonly #acquireTimeoutMs: number;
  /** The one used last is at the end and is lent first. */
  #idle: { readonly session: OwnSession; readonly sinceMs: number }[] = [];
  readonly #lent = new Set<OwnSession>();
  readonly #waiting: Waiter[] = [];
  readonly #sweeper: NodeJS.Timeout;
  #connecting = 0;
  #isClosed = false;
  #onDrained: () => void = () => undefined;

  constructor(connect: Connect, options: PoolOptions) {
    this.#connect = connect;
    this.#options = options;
    this.#acquireTimeoutMs = options.acquireTimeoutMs ?? deadlines.acquireTimeoutMs;
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs);
    this.#sweeper.unref();
  }

  async session(): Promise<Session> {
    const session = this.#takeFree() ?? (await this.#acquire());
    return new LentSession(session, () => this.#giveBack(session));
  }

  async all<Row>(statement: Sql, how?: StatementOptions): Promise<Row[]> {
    const session = this.#takeFree() ?? (await this.#acquire());
    try {
      return await session.all<Row>(statement, how);
    } finally {
      await this.#giveBack(session);
    }
  }

  async run(statement: Sql, how?: StatementOptions): Promise<number> {
    const session = this.#takeFree() ?? (await this.#acquire());
    try {
      return await session.run(statement, how);
    } finally {
      await this.#giveBack(session);
    }
  }

  stats(): PoolStats {
    return { open: this.#idle.length + this.#lent.size, idle: this.#idle.length, waiting: this.#waiting.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweeper);
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(this.#closed());
    await Promise.all(this.#idle.map(({ session }) => this.#discard(session)));
    if (this.#lent.size > 0) await this.#drain();
    await Promise.all([...this.#lent].map((session) => session[Symbol.asyncDispose]()));
  }

  /** One that is idle, when nobody waits for it already. */
  #takeFree(): OwnSession | undefined {
    if (this.#isClosed || this.#waiting.length > 0) return undefined;
    while (this.#idle.length > 0) {
      const session = this.#takeIdle();
      if (session) {
        this.#lent.add(session);
        return session;
      }
    }
    return undefined;
  }

  #acquire(): Promise<OwnSession> {
    if (this.#isClosed) return Promise.reject(this.#closed());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(this.#late());
      }, this.#acquireTimeoutMs);
      const waiter: Waiter = {
        serve: (session) => {
          clearTimeout(timer);
          resolve(session);
        },
        refuse: (problem) => {
          clearTimeout(timer);
          reject(problem);
        },
      };
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** Lends what is idle to those who wait, and opens what is allowed for the rest of them. */
  #serve(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const session = this.#takeIdle();
      if (session) this.#lend(session);
    }
    const { limit } = this.#options;
    while (this.#connecting < this.#waiting.length && this.#lent.size + this.#idle.length + this.#connecting < limit) void this.#open();
  }

  #takeIdle(): OwnSession | undefined {
    const last = this.#idle.pop();
    return last?.session.isUsable() ? last.session : undefined;
  }

  #lend(session: OwnSession): void {
    this.#lent.add(session);
    this.#waiting.shift()?.serve(session);
  }

  async #open(): Promise<void> {
    this.#connecting++;
    const { connectTimeoutMs = deadlines.connectTimeoutMs, ...options } = this.#options;
    const opened = await this.#connect({ ...options, connectTimeoutMs: Math.min(connectTimeoutMs, this.#acquireTimeoutMs) }).catch(toProblem);
    this.#connecting--;
    if (opened instanceof Problem) {
      this.#waiting.shift()?.refuse(opened);
    } else if (this.#isClosed) {
      await opened[Symbol.asyncDispose]();
    } else {
      opened.ended.addEventListener("abort", () => this.#forget(opened), { once: true });
      this.#rest(opened);
    }
    this.#serve();
  }

  /** What is sound comes back at once; the promise is there for what has to be cleaned up first. */
  #giveBack(session: OwnSession): Promise<void> | undefined {
    if (!session.isUsable() || session.isInTransaction() || this.#isClosed) return this.#cleanUp(session);
    this.#lent.delete(session);
    this.#rest(session);
    if (this.#waiting.length > 0) this.#serve();
    return undefined;
  }

  async #cleanUp(session: OwnSession): Promise<void> {
    if (session.isUsable() && session.isInTransaction()) await session.rollback().catch(() => undefined); // then it is not usable
    this.#lent.delete(session);
    if (session.isUsable() && !session.isInTransaction() && !this.#isClosed) this.#rest(session);
    else await session[Symbol.asyncDispose]();
    this.#serve();
    if (this.#lent.size === 0) this.#onDrained();
  }

  #rest(session: OwnSession): void {
    this.#idle.push({ session, sinceMs: performance.now() });
  }

  #sweep(): void {
    const oldestMs = performance.now() - idleMs;
    for (const { session, sinceMs } of this.#idle) if (sinceMs <= oldestMs) void this.#discard(session);
  }

  async #discard(session: OwnSession): Promise<void> {
    this.#forget(session);
    await session[Symbol.asyncDispose]();
  }

  #forget(session: OwnSession): void {
    this.#idle = this.#idle.filter((entry) => entry.session !== session);
  }

  async #drain(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, drainMs);
      this.#onDrained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #late(): Problem {
    const { host, port } = this.#options;
    const where = host.startsWith("/") ? host : `${host}:${port}`;
    if (this.#lent.size === 0) return new Problem("RH-CONN-001", `cannot reach the database server on ${where}: no answer in time`);
    return new Problem("RH-CONN-007", `no connection to ${where} became free within ${this.#acquireTimeoutMs} ms`);
  }

  #closed(): Problem {
    return new Problem("RH-CONN-007", "the pool is closed");
  }
}

/** A session until it is given back, which happens once however often it is left. */
class LentSession implements Session {
  readonly #session: OwnSession;
  readonly #giveBack: () => Promise<void> | undefined;
  #isBack = false;

  constructor(session: OwnSession, giveBack: () => Promise<void> | undefined) {
    this.#session = session;
    this.#giveBack = giveBack;
  }

  interrupt(): void {
    if (!this.#isBack) this.#session.interrupt();
  }
  isUsable(): boolean {
    return this.#session.isUsable();
  }
  all<Row>(statement: Sql, how?: StatementOptions): Promise<Row[]> {
    return this.#session.all<Row>(statement, how);
  }
  run(statement: Sql, how?: StatementOptions): Promise<number> {
    return this.#session.run(statement, how);
  }
  whole<Row>(statement: Sql): Promise<Row[]> {
    return this.#session.whole<Row>(statement);
  }
  stream<Row>(statement: Sql, how: Parameters<Session["stream"]>[1]): AsyncIterable<readonly Row[]> {
    return this.#session.stream<Row>(statement, how);
  }
  begin(kind?: "snapshot"): Promise<void> {
    return this.#session.begin(kind);
  }
  commit(): Promise<void> {
    return this.#session.commit();
  }
  rollback(): Promise<void> {
    return this.#session.rollback();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isBack) return;
    this.#isBack = true;
    await this.#giveBack();
  }
}
