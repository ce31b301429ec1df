// PostgreSQL databases renamed: several in one transaction, so that whoever connects finds the old or the new, and a kill leaves one
// of the two. The rename waits for sessions in its way; those that may be ended are ended meanwhile, and new ones wait for it.
// Source: postgresql.org/docs/current/sql-alterdatabase.html, functions-admin.html (pg_terminate_backend)
import { setTimeout as sleepFor } from "node:timers/promises";
import type { Session } from "../../../drivers/driver.ts";
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { isProblem, Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Move, MoveOptions } from "../../target.ts";
import { homeDatabase } from "./fill.ts";

export function moveStatements(moves: readonly Move[]): readonly Sql[] {
  return [sql`begin`, ...moves.map(rename), sql`commit`];
}

function rename({ from, to }: Move): Sql {
  return sql`alter database ${sql.id(from)} rename to ${sql.id(to)}`;
}

export async function move(session: Session, moves: readonly Move[], { login, users }: MoveOptions): Promise<void> {
  const moved = new AbortController();
  const ending = users === "all" || users.length > 0 ? endSessions(moves, { login, users }, moved.signal) : undefined;
  await session.begin();
  try {
    for (const one of moves) {
      await session.run(rename(one));
      await session.run(sql`alter database ${sql.id(one.to)} allow_connections true`);
    }
    await session.commit();
  } catch (thrown) {
    await session.rollback().catch(() => undefined); // the connection is lost: the server has rolled it back
    throw isProblem(thrown, "RH-SQL-003") && /\(55006\)/.test(thrown.message) ? new Problem("RH-TX-003", thrown.message, { cause: thrown }) : thrown;
  } finally {
    moved.abort();
    await ending;
  }
}

async function endSessions(moves: readonly Move[], { login, users }: MoveOptions, moved: AbortSignal): Promise<void> {
  await using session = await postgresDriver.connect({ ...login, database: homeDatabase, applicationName: "rowhouse restore" });
  const names = sql.join(
    moves.map(({ from }) => from),
    ", ",
  );
  const whose = users === "all" ? sql`` : sql` and usename in (${sql.join(users, ", ")})`;
  while (!moved.aborted) {
    await session.all(sql`
      select pg_terminate_backend(pid) as ended from pg_stat_activity where datname in (${names}) and pid <> pg_backend_pid()${whose}`);
    await sleepFor(50, undefined, { signal: moved }).catch(() => undefined); // renamed meanwhile
  }
}

/** A rename is whole or did not happen. */
export async function unfinishedMoves(_session: Session): Promise<readonly Move[]> {
  return [];
}

export async function resume(_session: Session, _name: string): Promise<void> {
  // there is nothing to resume
}
