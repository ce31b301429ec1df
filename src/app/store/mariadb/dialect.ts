// MariaDB's share of the store. The columns' own collation knows the letters of Unicode 5 only, so lower case is another's. UPDATE has no RETURNING here, so the row is read again in the same transaction, which
// holds its lock. Source: mariadb.com/kb/en/insertreturning, json_table, auto_increment, performance-schema-user_variables_by_thread-table
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Dialect, GivenColumns } from "../dialect.ts";
import { excess } from "./rights.ts";
import { insertTask, insertTasks, isOneOf, taskJson } from "./task-statements.ts";

export const mariadbDialect: Dialect = {
  driver: mariadbDriver,
  title: "MariaDB",
  defaultPort: 3306,
  nameRequest: async (session, requestId) => {
    await session.run(sql`set @request_id = ${requestId}`);
  },
  limitTransaction: async (session, { idleMs, statementMs }) => {
    await session.run(sql`set session idle_transaction_timeout = ${Math.ceil(idleMs / 1_000)}, max_statement_time = ${statementMs / 1_000}`);
  },
  updateReturning: async (session, { update, reread }) => {
    return (await session.run(update)) === 0 ? [] : session.all(reread);
  },
  insertUnlessThere: (row) => sql`insert ignore into ${row}`,
  givenRows: (list, columns) => sql`json_table(${list}, '$[*]' columns (${sql.join(Object.entries(columns).map(givenColumn), ", ")})) as given`,
  advanceIds: async () => undefined, // inserting does it
  findByKeys: async () => undefined, // as it does
  bindMoment: (moment) => moment.replace("T", " ").replace("Z", ""),
  lowerCase: (text) => sql`lower(${text} collate utf8mb4_uca1400_ai_ci) collate utf8mb4_nopad_bin`,
  taskJson,
  isOneOf,
  insertTask,
  insertTasks,
  migrationsTable: (database) => sql.id(`${database}_rowhouse`, "migrations"),
  excess,
  version: async (session) => {
    const [row] = await session.all<{ version: string }>(sql`select version() as version`);
    return /^[\d.]+/.exec(row?.version ?? "")?.[0] ?? "unknown";
  },
};

/** Texts in a set of characters that has all of them: the database's own may have few, and put `?` for the others. */
const givenTypes = { integer: sql`integer`, text: sql`text character set utf8mb4`, boolean: sql`boolean`, moment: sql`datetime(6)` } as const;

/** What did not fit would be NULL without the last clause. */
function givenColumn([name, type]: readonly [string, GivenColumns[string]]): Sql {
  return sql`${sql.id(name)} ${givenTypes[type]} path ${sql.literal(`$.${name}`)} error on error`;
}
