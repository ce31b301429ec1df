// The contract of a dump that other programs wrote: how it is recognised and read, what of it is run, left out or refused, and where
// it is run first. Such a file is code of somebody's: it is never given to a client program, and never run by an administrator.
import type { ConnectionOptions, Session } from "../drivers/driver.ts";
import type { Secret } from "../foundation/secret.ts";
import type { Survey, Tool } from "./backup.ts";
import type { ServerPlace } from "./engine.ts";

/** A script is read as it is; an archive is turned into one by the engine's own tool, which runs none of it. */
export type ForeignKind = "script" | "archive";

export interface ForeignPart {
  /** A statement, or a line for a client program. */
  readonly kind: "statement" | "command";
  readonly text: Buffer;
  readonly line: number;
  /** What the statement reads from its sender; to be read before the next part. */
  readonly rows?: AsyncIterable<Uint8Array>;
}

/** What becomes of a part. `told` is what a person has to know of it, alike for all parts of its kind. */
export type Judgement =
  | { readonly act: "run"; readonly text: Buffer; readonly told?: string }
  | { readonly act: "leave out"; readonly told?: string }
  | { readonly act: "refuse"; readonly because: string };

export type Judge = (part: Pick<ForeignPart, "kind" | "text">) => Judgement;

/** Whom everything in the restored database belongs to: made for it, with no right on anything else. */
export interface Owner {
  readonly name: string;
  readonly password: Secret;
}

export interface ForeignFloor {
  /** By its first bytes; undefined when this engine's tools wrote nothing of the kind. */
  recognise(head: Buffer): ForeignKind | undefined;
  /** What is wrong with an archive that its printing need not notice, having what it wants before the end; undefined when nothing is. */
  faultOf(archive: AsyncIterable<Uint8Array>): Promise<string | undefined>;
  /** In a directory that is an archive, the file that says so; undefined where this engine has none. */
  readonly contentsName: string | undefined;
  /** Whether a file of such a directory has lost all that was in it, which printing takes for nothing. */
  isEmptied(name: string, bytes: number): boolean;
  /** Whether such a file names others outside of its directory. */
  leadsAway(contents: Buffer): boolean;
  /** Prints an archive, or the directory that is one, as a script; `path` undefined: it comes on standard input. */
  unpackCommand(tools: readonly Tool[], path: string | undefined): readonly string[];
  /** The parts of a script in order. Throws RH-BACKUP-003 or RH-SQL-001 for one that is cut. */
  read(script: AsyncIterable<Uint8Array>): AsyncIterable<ForeignPart>;
  /** For the parts of one script, in their order: it remembers what it has seen. */
  judge(): Judge;
  /** Names of roles that the server has, to find one for the owner that is free. */
  takenNames(session: Session): Promise<readonly string[]>;
  /** A database as the server would make one that nobody describes. */
  freshSurvey(session: Session, database: string): Promise<Survey>;
  /** In a server of our own: makes the owner, without rights on the server, and its empty database. */
  prepare(session: Session, place: ServerPlace, options: { readonly owner: Owner; readonly survey: Survey }): Promise<void>;
  /** After the script: from here on no name of the database's stands in front of the server's own in a session of the owner's. */
  shield(session: Session, owner: Owner): Promise<void>;
  /** The owner's, in a server of our own. */
  login(place: ServerPlace, options: { readonly owner: Owner; readonly database: string }): ConnectionOptions;
  /** Whose session the database may be read in without running what is in it as anybody but its owner. */
  reader(place: ServerPlace, options: { readonly owner: Owner; readonly database: string }): ConnectionOptions;
  /** Every role of the server with all that it may do, a line each: equal before and after. */
  roles(session: Session): Promise<readonly string[]>;
  /** What stands in the database that could do more than its owner may, each with its name. */
  escalations(session: Session, owner: Owner): Promise<readonly string[]>;
}
