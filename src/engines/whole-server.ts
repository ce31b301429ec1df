// The contract of what a server holds besides its databases: who may log in, who is in which role, and what they may do on the whole
// of it. Written as scripts that the engine's own client runs; the passwords in it are the server's verifiers, never the passwords.
import type { ConnectionOptions, Session } from "../drivers/driver.ts";
import type { Context } from "../platform/context.ts";
import type { DatabaseObject, Survey, Tool } from "./backup.ts";

export interface WholeSurvey extends Pick<Survey, "serverId" | "version" | "settings" | "refusals"> {
  /** Each is backed up. */
  readonly databases: readonly string[];
  /** What is there and is not backed up on purpose, each with the reason. */
  readonly leftOut: readonly string[];
  /** False: the login may not read the verifiers, so that nobody can log in by password where this is restored. */
  readonly hasPasswords: boolean;
}

export interface WholeDumpJob {
  readonly survey: WholeSurvey;
  readonly tools: readonly Tool[];
  readonly login: ConnectionOptions;
  /** 0700; everything is written below `server` in it. */
  readonly directory: string;
  readonly secretsDirectory: string;
  readonly signal: AbortSignal;
}

export interface WholeRestoreJob {
  readonly login: ConnectionOptions;
  /** Of the backup's plain files. */
  readonly directory: string;
  /** Its own roles may be made what the backup says of them: the server serves nothing but a proof. */
  readonly isThrowaway: boolean;
}

export interface RoleObject extends DatabaseObject {
  /** Which one it is about, as `roles` has it. */
  readonly role: string;
}

export interface WholeServer {
  /** Looks at the server. Throws RH-AUTH-003 where the login does not see every database and every role. */
  survey(session: Session, login: ConnectionOptions): Promise<WholeSurvey>;
  /** For the plan. */
  dumpCommands(job: Pick<WholeDumpJob, "survey" | "tools" | "login" | "directory" | "secretsDirectory">): readonly (readonly string[])[];
  dump(context: Context, job: WholeDumpJob): Promise<void>;
  /** Roles, memberships, rights, and passwords by a digest. Those of the server itself are left out. */
  objects(session: Session): Promise<readonly RoleObject[]>;
  /** Names of all roles, the server's own included. */
  roles(session: Session): Promise<readonly string[]>;
  /** Those of them that a new server has, and the one that this session logged in as. */
  ownRoles(session: Session): Promise<readonly string[]>;
  /** Before any database: makes the roles that are not there. Returns those that were there and keep what they have. Stops at the first error. */
  makeRoles(job: WholeRestoreJob): Promise<readonly string[]>;
  /** After all databases: rights on what is in them, but for roles that keep what they have. Stops at the first error. */
  giveRights(job: WholeRestoreJob, kept: readonly string[]): Promise<void>;
  /** Takes roles away again that own nothing and hold no right. */
  dropRoles(login: ConnectionOptions, names: readonly string[]): Promise<void>;
}
