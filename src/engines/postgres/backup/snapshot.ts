// One moment that several sessions and pg_dump's workers see: a session exports it and holds it while it lives.
// Source: postgresql.org/docs/current/functions-admin.html (snapshot synchronization)
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { sql } from "../../../foundation/sql.ts";

export interface Snapshot extends AsyncDisposable {
  readonly sessions: readonly [Session, ...Session[]];
  /** What the server calls it. */
  readonly how: string;
}

export async function takeSnapshot(login: ConnectionOptions): Promise<Snapshot> {
  const session = await postgresDriver.connect(login);
  try {
    await session.begin("snapshot");
    const [row] = await session.all<{ snapshot: string }>(sql`select pg_export_snapshot()::text as snapshot`);
    if (!row) throw new Error("a select without from gave no row");
    return { sessions: [session], how: row.snapshot, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  } catch (thrown) {
    await session[Symbol.asyncDispose]();
    throw thrown;
  }
}
