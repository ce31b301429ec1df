// An import may pause for long while its rows come, but not between its event and its commit: listeners would give the event up.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Pool, Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { accessTo } from "../../src/app/store/access.ts";
import { importsIn } from "../../src/app/store/imports.ts";
import { dialects } from "../../src/app/store/stores.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { type Database, engines, openTransactions, startDatabase } from "./support.ts";

type EngineName = (typeof engines)[number];

/** In milliseconds. */
const limits: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`
    select
      (select setting::integer from pg_settings where name = 'idle_in_transaction_session_timeout') as idle,
      (select setting::integer from pg_settings where name = 'statement_timeout') as statement`,
  mariadb: sql`select @@idle_transaction_timeout * 1000 as idle, cast(@@max_statement_time * 1000 as integer) as statement`,
};

describe.each(engines)("the last steps of an import on %s", (engine) => {
  const dialect = dialects[engine];
  let database: Database;
  let pool: Pool;
  beforeAll(async () => {
    database = await startDatabase(engine);
    const login = { ...database.login, applicationName: "rowhouse-app" };
    pool = dialect.driver.pool({ ...login, limit: 1, idleTransactionTimeoutMs: 1_800_000, statementTimeoutMs: 60_000 });
  });
  afterAll(async () => {
    await pool?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  /** The only session, which tells its limits just before it commits. */
  const telling = (seen: unknown[]): Pool => ({
    ...pool,
    session: async () => {
      const session = await pool.session();
      const tell = async () => void seen.push(...(await session.all(limits[engine])));
      const commit = async () => {
        await tell();
        await session.commit();
      };
      return new Proxy(session, {
        get: (target, name) => {
          if (name === "commit") return commit;
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  });

  test("have thirty seconds each, and the next import its usual time again", async () => {
    const seen: unknown[] = [];
    const access = accessTo({ pool, dialect, clock: systemClock });
    await access.admit();
    const { openImport } = importsIn(access, telling(seen));
    await using imported = await openImport({ requestId: "import-1", keepsIds: false, isDry: false });
    await imported.addTasks([{ title: "imported" }]);
    await imported.commit(1);
    await imported[Symbol.asyncDispose]();
    seen.push(...(await pool.all(limits[engine])));
    expect(seen).toStrictEqual([
      { idle: 30_000, statement: 30_000 },
      { idle: 1_800_000, statement: 60_000 },
    ]);
    expect(await pool.all(sql`select kind from events`)).toStrictEqual([{ kind: "tasks.imported" }]);
  });

  test("end with the transaction when they pause for longer", async () => {
    await using watcher: Session = await database.admin();
    await using session = await pool.session();
    await session.begin();
    await dialect.limitTransaction(session, { idleMs: 1_000, statementMs: 1_000 });
    await session.run(sql`insert into tasks (title) values ('paused')`);
    expect(await watcher.all(openTransactions[engine])).toHaveLength(1);
    await expect.poll(() => watcher.all(openTransactions[engine]), { timeout: 10_000, interval: 250 }).toStrictEqual([]);
    await expect(session.commit()).rejects.toMatchObject({ code: "RH-CONN-003" });
    expect(session.isUsable()).toBe(false);
    expect(await watcher.all(sql`select id from tasks where title = 'paused'`)).toStrictEqual([]);
  });
});
