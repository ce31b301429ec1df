// What the API asks of its database, the same on both engines: equal JSON for equal rows, equal Problems for equal faults.
// Reads may be repeated. Writes put the row and its event into one transaction; a deadlock or serialization failure is tried
// again whole; RH-CONN-004 alone means that the outcome is unknown. Every call ends within the deadlines below.
import type { ConnectionOptions, PoolStats } from "../../drivers/driver.ts";
import type { Sql } from "../../foundation/sql.ts";
import type { NewProject, NewTask, Project, Task, TaskChange, TaskList, TaskQuery } from "../api/contract.ts";

export const limits = {
  statementMs: 4_000,
  lockMs: 3_000,
  acquireMs: 2_000,
  /** A whole call, with its waits and repetitions. */
  callMs: 4_500,
} as const;

export interface StoreOptions extends Pick<ConnectionOptions, "host" | "port" | "database" | "user" | "password"> {
  readonly poolLimit: number;
}

/** A write to a row that is there: which one, and which versions of it may be changed (any when not given). */
export interface RowWrite {
  readonly id: number;
  readonly versions?: readonly number[];
  readonly requestId: string;
}

/** What a login may do beyond reading and writing rows, and the statement that takes it away. */
export interface Excess {
  readonly user: string;
  readonly rights: readonly string[];
  readonly mend: Sql;
}

export interface Store extends AsyncDisposable {
  /** In the order of their ids; `next` continues where the page ended, also when rows came or went meanwhile. */
  listTasks(query: TaskQuery): Promise<TaskList>;
  /** Throws RH-API-002. */
  readTask(id: number): Promise<Task>;
  /** Throws RH-API-001 on `project_id` when there is no such project. */
  createTask(task: NewTask, requestId: string): Promise<Task>;
  /** Throws RH-API-002, RH-API-007 when the version is another, RH-API-001 as above. */
  changeTask(row: RowWrite, change: TaskChange): Promise<Task>;
  /** Throws RH-API-002, RH-API-007. */
  deleteTask(row: RowWrite): Promise<void>;
  listProjects(): Promise<readonly Project[]>;
  /** Throws RH-API-002. */
  readProject(id: number): Promise<Project>;
  /** Throws RH-DATA-001 when the name is taken. */
  createProject(project: NewProject, requestId: string): Promise<Project>;
  /** Throws RH-API-002, RH-DATA-001. */
  changeProject(row: RowWrite, change: NewProject): Promise<Project>;
  /** Throws RH-API-002, RH-DATA-002 while tasks belong to it. */
  deleteProject(row: RowWrite): Promise<void>;
  /** Writes the one row that is there for it, so that "ready" means "can write". */
  probeWrite(): Promise<void>;
  /** The newest migration that is done, 0 when there is none. */
  schemaVersion(): Promise<number>;
  /** Looks once at what the login may do; nothing else is sent before. Throws RH-AUTH-004 when it is too much. */
  admit(): Promise<void>;
  about(): Promise<{ readonly engine: string; readonly version: string }>;
  /** How the pool stands, to name the cause of a wait. */
  load(): PoolStats & { readonly limit: number };
}
