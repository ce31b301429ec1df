// Several sessions that see one moment. Two snapshots that begin one after the other do not (16 of 150 pairs, TRAP-23), so commits
// are held for the millisecond in which they begin. A login that may not do that reads with one session.
// Source: mariadb.com/kb/en/backup-stage, start-transaction
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { isProblem } from "../../../foundation/problem.ts";
import { sql } from "../../../foundation/sql.ts";

export interface Snapshot extends AsyncDisposable {
  readonly sessions: readonly [Session, ...Session[]];
  /** How it was made, for the manifest. */
  readonly how: string;
}

const wantedSessions = 2;
/** How long the session that holds commits may be silent: a run that freezes there loses it, and fails once it goes on. */
const longestHoldSeconds = 2;

export async function takeSnapshot(login: ConnectionOptions): Promise<Snapshot> {
  const first = await mariadbDriver.connect(login);
  const sessions: [Session, ...Session[]] = [first];
  const end = async () => {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  };
  try {
    while (sessions.length < wantedSessions) sessions.push(await mariadbDriver.connect(login));
    if (await beginTogether(login, sessions))
      return { sessions, how: `backup stage block_commit, ${sessions.length} sessions`, [Symbol.asyncDispose]: end };
    for (const session of sessions.splice(1)) await session[Symbol.asyncDispose]();
    await first.begin("snapshot");
    return { sessions, how: "start transaction with consistent snapshot, one session", [Symbol.asyncDispose]: end };
  } catch (thrown) {
    await end();
    throw thrown;
  }
}

/** False when the login may not hold commits, or another backup holds them for longer than a lock is waited for. */
async function beginTogether(login: ConnectionOptions, sessions: readonly Session[]): Promise<boolean> {
  await using control = await mariadbDriver.connect(login); // whatever happens, its end lets commits go on
  await control.run(sql`set session wait_timeout = ${longestHoldSeconds}`);
  try {
    await control.run(sql`backup stage start`);
    await control.run(sql`backup stage block_commit`);
  } catch (thrown) {
    if (isProblem(thrown, "RH-AUTH-003", "RH-TX-003")) return false;
    throw thrown;
  }
  await Promise.all(sessions.map((session) => session.begin("snapshot")));
  await control.run(sql`backup stage end`);
  return true;
}
