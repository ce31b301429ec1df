// The contract of base backups: the files of a whole server, as the engine itself copies them while it serves, and a server that
// runs on a copy of them. How a step is done is the engine's; its order, the store and the verdict are operations/backup.
import type { ConnectionOptions, Session } from "../drivers/driver.ts";
import type { Context } from "../platform/context.ts";
import type { Owner } from "../platform/files.ts";
import type { Program } from "../platform/processes.ts";
import type { DatabaseObject, DumpJob, Tool } from "./backup.ts";
import type { ServerPlace } from "./engine.ts";

/** What a look at the server tells before its files are copied. */
export interface ServerSurvey {
  /** As in `Survey`: backups of a database and of its server lie side by side. */
  readonly serverId: string;
  readonly version: string;
  /** Every database of people's, with its bytes. */
  readonly databases: readonly { readonly name: string; readonly bytes: number }[];
  /** Of all files, more or less. */
  readonly bytes: number;
  /** What a server has to be started with to open a copy, in the engine's words. */
  readonly facts: Readonly<Record<string, string>>;
  /** What is there and would not be carried, each with its name and the reason. */
  readonly refusals: readonly string[];
}

/** The server's files are written below `directory`. */
export interface BaseJob extends Omit<DumpJob, "scope" | "survey"> {
  readonly survey: ServerSurvey;
}

/** Where in the server's log the copy begins and where it is consistent, by the engine's names: what a log is replayed onto later. */
export type BasePosition = Readonly<Record<string, string>>;

export interface CopyJob {
  /** The server's files as they were taken; nothing there is changed. */
  readonly from: string;
  /** An empty directory, and who shall own what is in it. */
  readonly dataDirectory: string;
  readonly owner: Owner | undefined;
  readonly tools: readonly Tool[];
  readonly signal: AbortSignal;
}

/** A server on a copy that nobody but a proof uses: on a socket, with settings of ours, deaf to everything it was told before. */
export interface CopyServer {
  readonly program: Program;
  /** A login that may do everything. */
  administrator(database?: string): ConnectionOptions;
}

export interface StartOptions {
  /** The directory of the server's programs. */
  readonly programs: string;
  readonly dataDirectory: string;
  readonly port: number;
  /** The owner of the files, where that is somebody else than who starts it. */
  readonly user: string | undefined;
  readonly facts: ServerSurvey["facts"];
}

export interface BaseFloor {
  /** Client programs of that version, if any are needed. Throws RH-TOOL-001 that names what is missing. */
  tools(context: Context, version: string): Promise<readonly Tool[]>;
  /** Looks at the server. Throws RH-BACKUP-040 where its files cannot be had with this login or from this machine. */
  survey(session: Session, login: ConnectionOptions): Promise<ServerSurvey>;
  /** What is defined in the session's database, as in `Content`. */
  objects(session: Session): Promise<readonly DatabaseObject[]>;
  /** What of the session's database a copy of the files would not carry, each with its name and the reason. */
  notCarried(session: Session): Promise<readonly string[]>;
  /** The commands that `take` runs, for the plan. */
  commands(job: Pick<BaseJob, "tools" | "login" | "directory" | "secretsDirectory">): readonly (readonly string[])[];
  /** Copies the server's files while it serves. A failure or a kill leaves nothing on the server. */
  take(context: Context, job: BaseJob): Promise<BasePosition>;
  /** The same text twice means that nothing was committed between; undefined while somebody has written and not yet committed. */
  stillness(session: Session): Promise<string | undefined>;
  /** Makes a data directory of the files, which a server of that major version opens. Throws RH-PROC-001 when it cannot be made. */
  copy(context: Context, job: CopyJob): Promise<void>;
  /** After `copy`. */
  copyServer(place: ServerPlace, facts: ServerSurvey["facts"]): Promise<CopyServer>;
  /** Whether what a server on a copy says is that this machine lacks what the files need, a locale or a library: nothing is wrong with them. */
  isMissingHere(said: string): boolean;
  /** Looks into every index of the session's database; what is wrong, each with the object's name, and what was done in words. */
  check(session: Session): Promise<{ readonly seen: string; readonly findings: readonly { readonly subject: string; readonly seen: string }[] }>;
  /** Readies a copied data directory for whoever starts it as their own server. */
  release(context: Context, job: Pick<CopyJob, "dataDirectory" | "owner">): Promise<void>;
  /** What starts a server on a copied data directory. */
  startCommand(options: StartOptions): string;
  /** Whom a server usually runs as. */
  readonly systemUser: string;
  /** How a person gets a running server from the files without us: commands to run in the directory that holds `base/`. */
  readonly byHand: readonly string[];
}
