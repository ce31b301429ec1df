// Clients that keep the books moving while a backup is taken: transfers that hold together in one transaction, rows of tables
// that only count, numbers of sequences; some of it rolled back, so that counters run ahead of their tables.
import type { Session } from "../../../../src/drivers/driver.ts";
import type { Engine } from "../../../../src/engines/engine.ts";
import { sql } from "../../../../src/foundation/sql.ts";
import { isProblem } from "../../../../src/foundation/problem.ts";
import { type Random, randomOf } from "../../../../bench/load/random.js";
import { accounts, dialects, numbered, numberedTables } from "./books.ts";
import { pick } from "../random.ts";
import type { Subject } from "./subject.ts";

export interface Writers extends AsyncDisposable {
  /** Transactions that were committed, and that were rolled back. */
  readonly tally: { committed: number; rolledBack: number };
}

/** Writes until it is disposed; disposing fails when a writer met what it must not. */
export function startWriters(subject: Pick<Subject, "engine" | "login">, options: { readonly seed: number; readonly writers: number }): Writers {
  const tally = { committed: 0, rolledBack: 0 };
  const stop = new AbortController();
  const all = Array.from({ length: options.writers }, (_, index) => writeUntil(subject, randomOf(options.seed * 31 + index), tally, stop.signal));
  const ended = Promise.allSettled(all);
  return {
    tally,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      const [failed] = (await ended).filter((one) => one.status === "rejected");
      if (failed) throw failed.reason;
    },
  };
}

async function writeUntil(
  { engine, login }: Pick<Subject, "engine" | "login">,
  random: Random,
  tally: Writers["tally"],
  signal: AbortSignal,
): Promise<void> {
  await using session = await engine.driver.connect({ ...login, applicationName: "writer" });
  while (!signal.aborted) {
    const act = pick(random, [transfer, transfer, transfer, count, countMany, removeNewest, draw]);
    await session.begin();
    try {
      await act(session, random, engine);
      if (random() < 0.25) throw new RolledBack();
      await session.commit();
      tally.committed++;
    } catch (thrown) {
      await session.rollback();
      if (!(thrown instanceof RolledBack) && !isProblem(thrown, "RH-DATA-002", "RH-DATA-003", "RH-DATA-004", "RH-SQL-001", "RH-SQL-002"))
        throw thrown;
      tally.rolledBack++;
    }
  }
}

class RolledBack extends Error {}

const upTo = (random: Random, most: number) => 1 + Math.floor(random() * most);

async function transfer(session: Session, random: Random): Promise<void> {
  const [from, to] = [upTo(random, accounts), upTo(random, accounts)];
  const amount = upTo(random, 500);
  if (from === to) return;
  const [low, high] = from < to ? [from, to] : [to, from]; // in one order: no deadlocks
  for (const account of [low, high])
    await session.run(sql`update accounts set balance = balance + ${account === to ? amount : -amount} where id = ${account}`);
  const [made] = await session.all<{ id: number }>(
    sql`insert into transfers (from_account, to_account, amount) values (${from}, ${to}, ${amount}) returning id`,
  );
  await session.run(
    sql`insert into entries (transfer_id, account_id, amount) values (${made?.id ?? 0}, ${from}, ${-amount}), (${made?.id ?? 0}, ${to}, ${amount})`,
  );
}

async function count(session: Session, random: Random): Promise<void> {
  await session.run(sql`insert into ${numbered(upTo(random, numberedTables))} (note) values ('counted')`);
}

/** How many rows come is not known beforehand: the engine may take more numbers than it gives. */
async function countMany(session: Session, random: Random): Promise<void> {
  const table = numbered(upTo(random, numberedTables));
  await session.run(sql`insert into ${table} (note) select owner from accounts where id <= ${upTo(random, 9)}`);
}

/** The counter stays beyond the highest row that is left. */
async function removeNewest(session: Session, random: Random): Promise<void> {
  const table = numbered(upTo(random, numberedTables));
  const [row] = await session.all<{ id: number | null }>(sql`select max(id) as id from ${table}`);
  await session.run(sql`delete from ${table} where id = ${row?.id ?? 0} and id > 3`);
}

async function draw(session: Session, random: Random, engine: Engine): Promise<void> {
  for (const statement of Object.entries(dialects).find(([name]) => name === engine.name)?.[1].draw ?? [])
    for (let times = upTo(random, 5); times > 0; times--) await session.all(statement);
}
