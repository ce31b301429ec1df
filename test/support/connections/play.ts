// Requests of every kind at an application, good ones and refused ones, some that nobody waits for, some that meet a lock, and now
// and then the server ends every session: its connections stay within the pool, and none is left in a transaction or in use (K1).
import { setTimeout as sleep } from "node:timers/promises";
import type { Application } from "../../app/application.ts";
import type { Database } from "../../app/support.ts";
import type { Session } from "../../../src/drivers/driver.ts";
import { type Sql, sql } from "../../../src/foundation/sql.ts";
import { randomOf } from "../../../bench/load/random.js";
import { pick } from "../faults/random.ts";
import { asking, type Client, kindsOf } from "./requests.ts";

export interface Play {
  readonly database: Database;
  readonly application: Application;
  readonly poolLimit: number;
  readonly seed: number;
  /** How many requests. */
  readonly size: number;
  /** How long what is left over may take to go. */
  readonly settleMs?: number;
  readonly signal?: AbortSignal;
  readonly print?: (line: string) => void;
}

export interface Played {
  readonly N: number;
  readonly found: readonly string[];
  /** How often what was answered. */
  readonly answers: Readonly<Record<string, number>>;
  /** The most sessions of the application that the server ever had at a look. */
  readonly mostSessions: number;
}

const clients = 16;
const requestsPerLook = 100;
const looksPerKill = 10;
const usualSettleMs = 10_000;

const engines: Readonly<
  Record<Database["engine"], { readonly sessions: Sql; readonly open: Sql; readonly end: (session: Session) => Promise<unknown> }>
> = {
  postgres: {
    sessions: sql`select pid as id from pg_stat_activity where usename = 'taskapp'`,
    open: sql`select pid as id from pg_stat_activity where usename = 'taskapp' and state like 'idle in transaction%'`,
    end: (session) => session.all(sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'taskapp'`),
  },
  mariadb: {
    sessions: sql`select id from information_schema.processlist where user = 'taskapp'`,
    open: sql`
      select p.id
      from information_schema.innodb_trx t
      join information_schema.processlist p on p.id = t.trx_mysql_thread_id
      where p.user = 'taskapp' and p.command = 'Sleep'`,
    end: (session) => session.run(sql`kill connection user taskapp`),
  },
};

export async function play(parts: Play): Promise<Played> {
  const { database, application, poolLimit, seed, size, settleMs = usualSettleMs, signal, print = () => undefined } = parts;
  const { port } = new URL(await application.app.listen({ host: "127.0.0.1", port: 0 }));
  const { sessions, end } = engines[database.engine];
  await using watcher = await database.admin();
  await using holder = await database.admin();
  const answers: Record<string, number> = {};
  const client = asking(Number(port), answers);
  const found: string[] = [];
  let mostSessions = 0;
  const look = async (asked: number) => {
    await holder.all(sql`select 1 as one`); // or the server ends it for idling
    const there = (await watcher.all(sessions)).length;
    mostSessions = Math.max(mostSessions, there);
    if (there > poolLimit) found.push(`after ${asked} requests the server has ${there} sessions of the application, which may have ${poolLimit}`);
    if (asked % (requestsPerLook * looksPerKill) === 0) await end(watcher).catch(() => undefined);
    if (asked % 1_000 === 0) print(`${asked} of ${size} requests, ${there} sessions, ${found.length} found`);
  };
  const N = await askAll({ client, holder, seed, size, signal, look });
  await holder.rollback();
  found.push(...wrong(answers), ...(await leftOver({ application, watcher, engine: database.engine, settleMs })));
  application.app.server.closeAllConnections(); // one on which nothing was asked yet, because its client went away, is kept for half a minute
  return { N, found, answers, mostSessions };
}

interface Asking {
  readonly client: Client;
  readonly holder: Session;
  readonly seed: number;
  readonly size: number;
  readonly signal: AbortSignal | undefined;
  readonly look: (asked: number) => Promise<void>;
}

/** Returns how many requests were made, by clients that each have one at a time. */
async function askAll({ client, holder, seed, size, signal, look }: Asking): Promise<number> {
  const random = randomOf(seed);
  const kinds = await kindsOf(client, holder);
  let asked = 0;
  let looking = Promise.resolve(); // one look after the other: its sessions take one statement at a time
  const one = async () => {
    while (asked < size && !signal?.aborted) {
      asked++;
      const count = asked;
      await pick(random, kinds)(random, count);
      if (count % requestsPerLook !== 0) continue;
      looking = looking.then(() => look(count));
      await looking;
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  return asked;
}

/** An ended session and a held lock are told as what they are; nothing else may fail. */
function wrong(answers: Readonly<Record<string, number>>): readonly string[] {
  const isExcused = (answer: string) => /^(?:[234]\d\d |503 RH-(?:CONN-00[1-7]|TX-003|TIME-001)$|nobody waited$)/.test(answer);
  return Object.entries(answers).flatMap(([answer, times]) => (isExcused(answer) ? [] : [`answered ${times} times: ${answer}`]));
}

interface LeftBy {
  readonly application: Application;
  readonly watcher: Session;
  readonly engine: Database["engine"];
  readonly settleMs: number;
}

/** Once nobody asks any more: nothing waits, nothing is lent, and the server has what the pool has, outside of any transaction. */
async function leftOver({ application, watcher, engine, settleMs }: LeftBy): Promise<readonly string[]> {
  const { sessions, open } = engines[engine];
  const look = async () => {
    const load = application.store.load();
    const [there, inTransaction] = [(await watcher.all(sessions)).length, (await watcher.all(open)).length];
    return [
      ...(load.waiting === 0 ? [] : [`${load.waiting} still wait for a connection`]),
      ...(load.open === load.idle ? [] : [`${load.open - load.idle} connections were not given back`]),
      ...(there === load.open ? [] : [`the server has ${there} sessions, the pool ${load.open}`]),
      ...(inTransaction === 0 ? [] : [`${inTransaction} sessions are idle in a transaction`]),
    ];
  };
  const endMs = performance.now() + settleMs;
  for (;;) {
    const found = await look();
    if (found.length === 0 || performance.now() > endMs) return found;
    await sleep(250);
  }
}
