// The contract of an engine's backup floor: a logical backup of one database in the engine's own format, and what has to be
// equal in a copy of it. How a step is done is the engine's; its order, the store and the verdict are operations/backup.
import type { ConnectionOptions, Session } from "../drivers/driver.ts";
import type { Context } from "../platform/context.ts";
import type { BaseFloor } from "./base.ts";
import type { ServerPlace } from "./engine.ts";
import type { TargetFloor } from "./target.ts";
import type { WholeServer } from "./whole-server.ts";

/** A client program of the engine, the one that will run. */
export interface Tool {
  readonly name: string;
  readonly path: string;
  readonly version: string;
}

/** The parts of a table's name: schema and table, or the table alone. */
export type TableName = readonly string[];

/** What a look at the database tells before anything is taken. */
export interface Survey {
  /** Tells this server's data from any other's, in characters that a directory's name may have. */
  readonly serverId: string;
  readonly version: string;
  readonly database: string;
  /** What a copy has to be made with: encoding, collation and the like, in the engine's words. */
  readonly settings: Readonly<Record<string, string>>;
  /** Roles that objects belong to or that hold rights on them. */
  readonly roles: readonly string[];
  /** Modules that the copy's server needs. */
  readonly extensions: readonly string[];
  /** Bytes of the tables, without their indexes; no dump is much larger. */
  readonly tableBytes: number;
  /** Bytes of the database with its indexes. */
  readonly databaseBytes: number;
  /** What is there and would not be carried, each with its name and the reason. */
  readonly refusals: readonly string[];
}

export interface TableContent {
  readonly name: TableName;
  readonly rows: number;
  /** Of all rows, in whatever order; equal rows in equal number give equal hashes. */
  readonly hash: string;
}

/** Where a counter stands: a sequence, or the next number of a table. Counters are in no snapshot, hence two readings. */
export interface Counter {
  readonly name: string;
  readonly next: string;
}

export interface DatabaseObject {
  /** `table`, `column`, `index`, `view`, … */
  readonly kind: string;
  readonly name: string;
  /** As the engine's catalogue gives it. */
  readonly definition: string;
  /** The part of it that the engine writes out of what it has parsed, and may write otherwise once it has read that in again. */
  readonly text?: string;
}

/** What is compared between a database and a copy of it. */
export interface Content {
  readonly tables: readonly TableContent[];
  readonly counters: readonly Counter[];
  readonly objects: readonly DatabaseObject[];
}

/** With the files that hold the table's rows, below the backup; none where the engine's own table of contents tells. */
export interface DumpedTable extends TableContent {
  readonly files?: readonly string[];
}

export interface Taken extends Content {
  readonly tables: readonly DumpedTable[];
  /** Where the counters stood once everything was dumped. */
  readonly countersAfter: readonly Counter[];
  /** What the server calls the snapshot, or how it was made. */
  readonly snapshot: string;
  /** When the snapshot began, by this machine's clock. */
  readonly snapshotAt: string;
}

/** Told of a table, with how far it is. */
export type Progress = (text: string) => void;

/** What of a database a backup holds: all of it, what is defined without the rows, the rows alone, or some tables with theirs. */
export interface Scope {
  readonly kind: "database" | "schema" | "data" | "tables";
  /** Of `tables`; none otherwise. */
  readonly tables: readonly TableName[];
}

export interface DumpJob {
  readonly scope: Scope;
  readonly survey: Survey;
  readonly tools: readonly Tool[];
  readonly login: ConnectionOptions;
  /** Empty, 0700; everything that is written is below it. */
  readonly directory: string;
  /** A file of secrets may be made there; the caller removes the directory. */
  readonly secretsDirectory: string;
  readonly signal: AbortSignal;
  readonly onProgress: Progress;
}

export interface RestoreJob {
  readonly kind: Scope["kind"];
  readonly survey: Survey;
  readonly tools: readonly Tool[];
  /** A server of the same major version that holds nothing yet. */
  readonly place: ServerPlace;
  readonly directory: string;
  readonly secretsDirectory: string;
  readonly tables: readonly Pick<DumpedTable, "name" | "rows" | "files">[];
  readonly signal: AbortSignal;
  readonly onProgress: Progress;
}

export interface TriedWrites {
  readonly tried: number;
  /** What a write showed to be wrong, each with the object's name. */
  readonly findings: readonly { readonly subject: string; readonly seen: string }[];
}

export interface BackupFloor {
  /** How the content hash of a table is computed, in words for the manifest. */
  readonly hashMethod: string;
  /** The client programs for a server of that version, none older than it. Throws RH-TOOL-001 that names what is missing. */
  tools(context: Context, version: string): Promise<readonly Tool[]>;
  /** Looks at the database that the session is in. Throws RH-AUTH-003 where the login cannot see all of it. */
  survey(session: Session): Promise<Survey>;
  /** Tables to choose from. */
  tables(session: Session): Promise<readonly TableName[]>;
  /** What these tables could not be made without and is not among them, each with its name. */
  needs(session: Session, chosen: readonly TableName[]): Promise<readonly string[]>;
  /** Whether an object comes with that table. */
  isPartOf(object: DatabaseObject, table: TableName): boolean;
  /** The commands that `dump` runs, for the plan. */
  dumpCommands(job: Pick<DumpJob, "scope" | "tools" | "login" | "directory" | "secretsDirectory">): readonly (readonly string[])[];
  /** Writes the dump and tells what the snapshot held. Nothing is written on the server. Throws RH-BACKUP-002 when the schema moved. */
  dump(context: Context, job: DumpJob): Promise<Taken>;
  /** What, besides the engine's usual settings, a server is started with that only serves a proof: no TCP, nothing kept durable. */
  scratchArguments(place: ServerPlace, survey: Survey): readonly string[];
  /** Why this server cannot hold a copy at all (a locale, a module that it has not), undefined when it can. */
  obstacle(session: Session, survey: Survey): Promise<string | undefined>;
  /** The commands that `restore` runs, for the plan. */
  restoreCommands(job: Pick<RestoreJob, "kind" | "tools" | "place" | "directory" | "secretsDirectory" | "survey">): readonly (readonly string[])[];
  /** How a person restores a dump with the engine's own programs, for the recovery kit: commands to run in the directory that holds `dump/`. */
  readonly byHand: readonly string[];
  /** Restores into the empty server, and stops at the first error. */
  restore(context: Context, job: RestoreJob): Promise<void>;
  /** What the database holds that the session is in; of a scope of tables the rows of these alone. May be repeated. */
  content(session: Session, onProgress: Progress, scope?: Scope): Promise<Content>;
  /** What a copy's engine makes of an object's text when it reads that in once more; undefined where that is not to be had. Changes nothing. */
  reread(session: Session, object: DatabaseObject): Promise<string | undefined>;
  /** Writes into a throw-away copy: keys must bite, counters must give what is free. */
  tryWrites(session: Session, content: Content): Promise<TriedWrites>;
  /** What a restore does on a server that may serve others. */
  readonly target: TargetFloor;
  /** The files of the whole server. */
  readonly base: BaseFloor;
  /** What a backup of all databases holds besides them. */
  readonly wholeServer: WholeServer;
}
