// PostgreSQL's share of the store. Source: postgresql.org/docs/current/sql-update.html, functions-admin.html, functions-json.html
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Dialect, GivenColumns } from "../dialect.ts";
import { excess } from "./rights.ts";
import { insertTask, insertTasks, isOneOf, taskJson } from "./task-statements.ts";

export const postgresDialect: Dialect = {
  driver: postgresDriver,
  title: "PostgreSQL",
  defaultPort: 5432,
  nameRequest: async (session, requestId) => {
    await session.all(sql`select set_config('application_name', ${`rowhouse-app ${requestId}`}, true) as application_name`);
  },
  limitTransaction: async (session, { idleMs, statementMs }) => {
    await session.all(sql`
      select
        set_config('idle_in_transaction_session_timeout', ${String(idleMs)}, true) as idle,
        set_config('statement_timeout', ${String(statementMs)}, true) as statement`);
  },
  updateReturning: (session, { update, columns }) => session.all(sql`${update} returning ${columns}`),
  insertUnlessThere: (row) => sql`insert into ${row} on conflict do nothing`,
  givenRows: (list, columns) => sql`json_to_recordset(${list}::json) as given (${sql.join(Object.entries(columns).map(givenColumn), ", ")})`,
  advanceIds: async (session, table, newest) => {
    await session.all(sql`select advance_ids(${table}, ${newest})`); // migration 0002: the right to set a sequence is not the application's
  },
  findByKeys: async (session) => {
    await session.all(sql`select set_config('enable_seqscan', 'off', true) as enable_seqscan`); // a foreign key's check is planned once for a session
  },
  bindMoment: (moment) => moment,
  lowerCase: (text) => sql`lower(${text})`,
  taskJson,
  isOneOf,
  insertTask,
  insertTasks,
  migrationsTable: () => sql.id("rowhouse", "migrations"),
  excess,
  version: async (session) => {
    const [row] = await session.all<{ version: string }>(sql`select current_setting('server_version') as version`);
    return /^[\d.]+/.exec(row?.version ?? "")?.[0] ?? "unknown";
  },
};

const givenTypes = { integer: sql`integer`, text: sql`text`, boolean: sql`boolean`, moment: sql`timestamptz(6)` } as const;

function givenColumn([name, type]: readonly [string, GivenColumns[string]]): Sql {
  return sql`${sql.id(name)} ${givenTypes[type]}`;
}
