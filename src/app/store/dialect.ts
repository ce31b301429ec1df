// What differs between the engines below the store; everything else of it is the same SQL.
import type { Driver, Queryable, Session } from "../../drivers/driver.ts";
import type { Sql, SqlFragment } from "../../foundation/sql.ts";
import type { Excess } from "./store.ts";

/** Columns that are written, and with what. */
export type Cells = readonly (readonly [column: string, value: SqlFragment])[];

/** A new row, and the request that makes it. */
export interface NewRow {
  readonly cells: Cells;
  readonly requestId: string;
}

export type GivenColumns = Readonly<Record<string, "integer" | "text" | "boolean" | "moment">>;

export interface TransactionLimits {
  /** Until the next statement comes; then the transaction is rolled back and its connection closed. */
  readonly idleMs: number;
  readonly statementMs: number;
}

export interface Dialect {
  readonly driver: Driver;
  /** As people write it. */
  readonly title: string;
  readonly defaultPort: number;
  /** Makes the request's id visible beside this session in the server's own tables, for the transaction that has begun. */
  nameRequest(session: Session, requestId: string): Promise<void>;
  /** For the transaction that is open, and on MariaDB until it is set anew: when the server ends a pause in it, or a statement. */
  limitTransaction(session: Session, limits: TransactionLimits): Promise<void>;
  /** Runs an update and returns the changed rows; `reread` selects them where UPDATE has no RETURNING. */
  updateReturning<Row>(session: Session, statement: { readonly update: Sql; readonly columns: Sql; readonly reread: Sql }): Promise<readonly Row[]>;
  /** The insert into `row` (`table (columns) values (...)`) that does nothing where its key is there; it waits for one that is being written. */
  insertUnlessThere(row: Sql): Sql;
  /** The objects of a JSON list as a table named `given`; what an object leaves out is NULL, what does not fit its column is refused. */
  givenRows(list: string, columns: GivenColumns): Sql;
  /** Sees to it that new rows get ids behind `newest`, at once and for all sessions; never takes them back. */
  advanceIds(session: Session, table: "tasks" | "projects", newest: number): Promise<void>;
  /** For the transaction that has begun, which fills tables: rows are found by their keys, however few the server believes there are. */
  findByKeys(session: Session): Promise<void>;
  /** A moment of the API's form as the server takes it. */
  bindMoment(moment: string): string;
  /** Letters in lower case, the same ones on both engines; still compared by code point. */
  lowerCase(text: Sql): Sql;
  /** A row of `tasks` as the JSON text that the API shows, the same document as that of `taskOf` (rows.ts). */
  readonly taskJson: Sql;
  /** What stands behind a column that is to have one of `ids`: one at least, some dozens at most. */
  isOneOf(ids: readonly number[]): Sql;
  /**
   * One statement for `Session.whole` that adds a task and its event under the request's name, and gives `id` and `json`. Gives no
   * row, or fails with RH-DATA-002, when there is no such project.
   */
  insertTask(row: NewRow): Sql;
  /** The same for several that fill the same columns and refer to no project: all of them or none, in their order. */
  insertTasks(rows: readonly NewRow[]): Sql;
  /** The table in which the migrations' runner keeps its account of this database. */
  migrationsTable(database: string): Sql;
  /** What the login may do too much; no rights when it is as it should be. */
  excess(session: Queryable): Promise<Excess>;
  /** `15.20`, `10.11.19`. */
  version(session: Queryable): Promise<string>;
}
