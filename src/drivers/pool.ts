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

const idleMs = 30_000;
const drainMs = 10_000;

export function openPool(connect: Connect, options: PoolOptions): Pool {
  return new SessionPool(connect, options);
}

class SessionPool implements Pool {
  readonly #connect: Connect;
  readonly #options: PoolOptions;
  readonly #acquireTimeoutMs: number;
  /** The one used last is at the end and is lent first. */
  #idle: { readonly session: OwnSession; readonly timer: NodeJS.Timeout }[] = [];
  readonly #lent = new Set<OwnSession>();
  readonly #waiting: Waiter[] = [];
  #connecting = 0;
  #isClosed = false;
  #onDrained: () => void = () => undefined;

  constructor(connect: Connect, options: PoolOptions) {
    this.#connect = connect;
    this.#options = options;
    this.#acquireTimeoutMs = options.acquireTimeoutMs ?? deadlines.acquireTimeoutMs;
  }

  async session(): Promise<Session> {
    const session = await this.#acquire();
    let isBack = false;
    return {
      all: (statement, how) => session.all(statement, how),
      run: (statement, how) => session.run(statement, how),
      stream: (statement, how) => session.stream(statement, how),
      begin: (kind) => session.begin(kind),
      commit: () => session.commit(),
      rollback: () => session.rollback(),
      [Symbol.asyncDispose]: async () => {
        if (isBack) return;
        isBack = true;
        await this.#giveBack(session);
      },
    };
  }

  async all<Row>(statement: Sql, how?: StatementOptions): Promise<Row[]> {
    await using session = await this.session();
    return await session.all<Row>(statement, how);
  }

  async run(statement: Sql, how?: StatementOptions): Promise<number> {
    await using session = await this.session();
    return await session.run(statement, how);
  }

  stats(): PoolStats {
    return { open: this.#idle.length + this.#lent.size, idle: this.#idle.length, waiting: this.#waiting.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(this.#closed());
    await Promise.all(this.#idle.map(({ session }) => this.#discard(session)));
    if (this.#lent.size > 0) await this.#drain();
    await Promise.all([...this.#lent].map((session) => session[Symbol.asyncDispose]()));
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
    clearTimeout(last?.timer);
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

  async #giveBack(session: OwnSession): Promise<void> {
    if (session.isUsable() && session.isInTransaction()) await session.rollback().catch(() => undefined); // then it is not usable
    this.#lent.delete(session);
    if (session.isUsable() && !session.isInTransaction() && !this.#isClosed) this.#rest(session);
    else await session[Symbol.asyncDispose]();
    this.#serve();
    if (this.#lent.size === 0) this.#onDrained();
  }

  #rest(session: OwnSession): void {
    const timer = setTimeout(() => void this.#discard(session), idleMs);
    timer.unref();
    this.#idle.push({ session, timer });
  }

  async #discard(session: OwnSession): Promise<void> {
    this.#forget(session);
    await session[Symbol.asyncDispose]();
  }

  #forget(session: OwnSession): void {
    for (const entry of this.#idle) if (entry.session === session) clearTimeout(entry.timer);
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
