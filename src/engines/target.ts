// The contract of what a restore does on a server that may serve others: databases looked at, made, filled, and moved into their
// places under a name that nobody uses before they are whole. Sessions are an administrator's, in no database of the restore's.
import type { ConnectionOptions, Session } from "../drivers/driver.ts";
import type { Sql } from "../foundation/sql.ts";
import type { Context } from "../platform/context.ts";
import type { Owner } from "../platform/files.ts";
import type { Content, DatabaseObject, DumpedTable, Progress, Survey, TableName, Tool } from "./backup.ts";
import type { ServerPlace } from "./engine.ts";

export interface TargetServer {
  readonly version: string;
  /** Where the server keeps its data, on its own machine. */
  readonly dataDirectory: string;
  /** Why this login cannot restore here, each with what it lacks. */
  readonly refusals: readonly string[];
}

/** Somebody else who is connected to a database. */
export interface Connection {
  /** `app from 10.0.0.7 (psql)` */
  readonly who: string;
  readonly user: string;
}

export interface DatabaseLook {
  readonly name: string;
  /** Tables, views, routines and the like. */
  readonly objects: number;
  readonly connections: readonly Connection[];
}

/** A directory that the server reads files from and this process writes to. */
export interface ServerFiles {
  readonly path: string;
  readonly owner?: Owner | undefined;
}

export interface FillJob {
  readonly survey: Survey;
  readonly tools: readonly Tool[];
  readonly login: ConnectionOptions;
  /** Who runs what is put in, when that is not to be an administrator. */
  readonly runsAs?: ConnectionOptions | undefined;
  /** Made by `make`, and empty. */
  readonly database: string;
  /** Undefined: rows go through the connection. */
  readonly files: ServerFiles | undefined;
  /** Of the backup's plain files. */
  readonly directory: string;
  readonly secretsDirectory: string;
  readonly tables: readonly Pick<DumpedTable, "name" | "rows" | "files">[];
  /** Tables that are wanted; undefined: everything. Of a part only tables come, with what belongs to them alone. */
  readonly only: readonly string[] | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: Progress;
}

export interface OwnedDatabase {
  readonly database: string;
  /** Made by `make`. */
  readonly owner: string;
  /** An administrator's. */
  readonly login: ConnectionOptions;
}

export interface Move {
  readonly from: string;
  readonly to: string;
  /** It is kept there and not used: nothing in it may act by itself. */
  readonly isAside?: boolean;
  /** It is not whole before `finish` and `complete`. */
  readonly isUnfinished?: boolean;
}

export interface TargetFloor {
  /** Bytes that a database's name may have. */
  readonly nameLimitBytes: number;
  /** The database that an administrator's session is in when it is about no other. */
  readonly homeDatabase: string | undefined;
  about(session: Session, survey: Survey): Promise<TargetServer>;
  /** The directory of a server of ours that it may read; undefined where rows need none. */
  serverFiles(place: ServerPlace): ServerFiles | undefined;
  /** The database and who else is in it, undefined when there is none. */
  look(session: Session, name: string, login: ConnectionOptions): Promise<DatabaseLook | undefined>;
  /** Roles of the backup that this server has not. */
  missingRoles(session: Session, survey: Survey): Promise<readonly string[]>;
  /** What `make` does first, for the plan. */
  makeStatements(name: string, survey: Survey, missingRoles: readonly string[]): readonly Sql[];
  /** Makes an empty database as the original was, that only administrators use. */
  make(session: Session, name: string, survey: Survey): Promise<void>;
  drop(session: Session, name: string): Promise<void>;
  /** Lets the owner into an empty database that only administrators use: the login that may run what is put into it, as nobody but its owner. */
  letOwnerIn(session: Session, owned: OwnedDatabase): Promise<ConnectionOptions>;
  /** Takes that back; may be repeated. */
  keepOwnerOut(session: Session, owner: string): Promise<void>;
  /** Owners that a restore into that database, which was killed, let in. */
  ownersLeft(session: Session, database: string): Promise<readonly string[]>;
  /** Of roles that `make` made and that own nothing any more. */
  dropRoles(session: Session, roles: readonly string[]): Promise<void>;
  fillCommands(job: Pick<FillJob, "tools" | "database" | "directory" | "secretsDirectory">): readonly (readonly string[])[];
  /** Puts the backup into the database; what would act by itself is left for `finish`. Stops at the first error. */
  fill(context: Context, job: FillJob): Promise<void>;
  /** What a filled database holds, in the form in which the original was described. */
  content(session: Session, job: Pick<FillJob, "database" | "survey" | "onProgress">): Promise<Content>;
  /** Nobody gets into the database any more, not even we; sessions that are in it stay. */
  close(session: Session, name: string, survey: Survey): Promise<void>;
  /** For the plan. */
  moveStatements(moves: readonly Move[]): readonly Sql[];
  /** Gives databases other names, in this order, and opens what was closed; ends the sessions of `users` that are in the way. */
  move(session: Session, moves: readonly Move[], options: MoveOptions): Promise<void>;
  /** Moves that a kill cut off: nobody must use the databases that they go to. */
  unfinishedMoves(session: Session): Promise<readonly Move[]>;
  /** Ends such a move into that database. */
  resume(session: Session, name: string): Promise<void>;
  /** Kinds of objects that only `finish` makes. */
  readonly laterKinds: readonly string[];
  /** Kinds of objects that are the server's more than the database's: one that serves others keeps its own. */
  readonly serverKinds: readonly string[];
  /** What is left to do once the database has its name; may be repeated. */
  finish(job: FillJob): Promise<void>;
  /** The objects of a database that was moved, as `content` tells them; undefined where a move changes none. */
  objectsAfterMove(login: ConnectionOptions, job: Pick<FillJob, "database" | "survey">): Promise<readonly DatabaseObject[] | undefined>;
  /** From now on the database is whole. */
  complete(session: Session, job: FillJob): Promise<void>;
  /** Whether an object is a part of that table. */
  belongsTo(object: DatabaseObject, table: TableName): boolean;
  /** Everybody else who restores into this name waits, or is refused with RH-LOCK-001. */
  lock(session: Session, name: string): Promise<void>;
}

export interface MoveOptions {
  readonly login: ConnectionOptions;
  /** Whose sessions may be ended. */
  readonly users: readonly string[] | "all";
}
