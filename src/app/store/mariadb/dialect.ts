// MariaDB's share of the store. The columns' own collation knows the letters of Unicode 5 only, so lower case is another's. UPDATE has no RETURNING here, so the row is read again in the same transaction, which
// holds its lock. Source: mariadb.com/kb/en/insertreturning, performance-schema-user_variables_by_thread-table
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Dialect } from "../dialect.ts";
import { excess } from "./rights.ts";
import { insertTask, isOneOf, taskJson } from "./task-statements.ts";

export const mariadbDialect: Dialect = {
  driver: mariadbDriver,
  title: "MariaDB",
  defaultPort: 3306,
  nameRequest: async (session, requestId) => {
    await session.run(sql`set @request_id = ${requestId}`);
  },
  updateReturning: async (session, { update, reread }) => {
    return (await session.run(update)) === 0 ? [] : session.all(reread);
  },
  insertUnlessThere: (row) => sql`insert ignore into ${row}`,
  bindMoment: (moment) => moment.replace("T", " ").replace("Z", ""),
  lowerCase: (text) => sql`lower(${text} collate utf8mb4_uca1400_ai_ci) collate utf8mb4_nopad_bin`,
  taskJson,
  isOneOf,
  insertTask,
  migrationsTable: (database) => sql.id(`${database}_rowhouse`, "migrations"),
  excess,
  version: async (session) => {
    const [row] = await session.all<{ version: string }>(sql`select version() as version`);
    return /^[\d.]+/.exec(row?.version ?? "")?.[0] ?? "unknown";
  },
};
