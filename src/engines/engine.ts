// The contract of an engine: what both promise, floor by floor. A floor appears here when it is built on both. Members say
// what they promise, how they fail and whether they may be repeated.
import type { ConnectionOptions, Driver, Session } from "../drivers/driver.ts";
import type { Secret } from "../foundation/secret.ts";
import type { Sql } from "../foundation/sql.ts";
import type { ProblemCode } from "../foundation/problems.ts";
import type { Context } from "../platform/context.ts";
import type { Program } from "../platform/processes.ts";
import type { SystemUser } from "../platform/users.ts";
import type { BackupFloor } from "./backup.ts";
import type { ForeignFloor } from "./foreign.ts";

export interface Engine {
  /** The name in `rowhouse.toml`, on the command line and in DB_ENGINE. */
  readonly name: string;
  /** The name in sentences. */
  readonly title: string;
  readonly facts: Facts;
  readonly driver: Driver;
  readonly server: ServerFloor;
  readonly access: AccessFloor;
  readonly backup: BackupFloor;
  readonly foreign: ForeignFloor;
}

/** What an engine can do, so that logic asks this and never which engine it is. */
export interface Facts {
  /** A failed transaction takes its CREATE and ALTER back with it. */
  readonly transactionalDdl: boolean;
  /** A complete server can come from the npm registry. */
  readonly embeddedServer: boolean;
}

/** A complete set of server programs of one version. */
export interface Installation {
  /** `15.20`, `10.11.19`. */
  readonly version: string;
  /** What pins a data directory: `15`, `10.11`. */
  readonly major: string;
  /** Where the programs are. */
  readonly directory: string;
  /** A trial server comes from npm; its minor releases lag. */
  readonly isTrial: boolean;
}

/** Where one server lives. Everything is absolute. */
export interface ServerPlace {
  readonly installation: Installation;
  readonly dataDirectory: string;
  /** Directory of its unix socket. */
  readonly socketDirectory: string;
  /** Directory for settings files that are Rowhouse's own. */
  readonly settingsDirectory: string;
  readonly logPath: string;
  readonly port: number;
  readonly locale: string;
  /** The system user the server runs as; absent when it runs as we do. */
  readonly owner?: SystemUser;
  /** The operating-system user who comes in as the administrator by socket. */
  readonly administrator: string;
  /** Logins that the server's own rules know by name. */
  readonly application: { readonly role: string; readonly database: string };
}

/** A login without its password. */
export interface ServerLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database?: string;
}

export interface ServerFloor {
  readonly defaultPort: number;
  /** Of a target's URL: `postgres`, `mariadb`. */
  readonly urlSchemes: readonly string[];
  /** The password that the engine's own tools would find for a login; undefined when there is none. */
  findPassword(context: Pick<Context, "environment">, login: ServerLogin): Promise<Secret | undefined>;
  /** What pins a data directory, of a version: `15` of `15.20`, `10.11` of `10.11.19`. */
  majorOf(version: string): string;
  /** Debian's packages that bring the server's programs and start nothing. */
  readonly packages: readonly string[];
  /** Complete sets of programs on this machine, newest first; `embeddedRoot` is where npm's servers were put. */
  installations(context: Context, options: { readonly embeddedRoot: string }): Promise<readonly Installation[]>;
  /** The npm package, with its exact version, that brings a trial server; undefined where there is none for this machine. */
  trialPackage(major?: string): string | undefined;
  /** The major version that made the data directory, undefined when there is no data. */
  dataMajor(dataDirectory: string): Promise<string | undefined>;
  /** The command that `initialise` runs first. */
  initialiseCommand(place: ServerPlace): readonly string[];
  /** Makes a secured data directory. May be repeated after a kill: what is half-made is made anew, what is whole is left. */
  initialise(context: Context, place: ServerPlace): Promise<void>;
  /** Files that `writeSettings` writes. */
  settingsFiles(place: ServerPlace): readonly string[];
  /** Writes Rowhouse's own settings from `place`; a person's files are not touched. May be repeated. */
  writeSettings(place: ServerPlace): Promise<void>;
  /** How the server is run in the foreground. */
  program(place: ServerPlace): Program;
  /** The signal that ends it in order, without waiting for clients. */
  readonly stopSignal: NodeJS.Signals;
  /** Ends what a killed server left (backends, stale pid files) and returns the pids. Nothing is touched while the server itself lives. */
  clearRemains(context: Context, place: ServerPlace): Promise<readonly number[]>;
  /** The administrator's login by socket. */
  administrator(place: ServerPlace, database?: string): ConnectionOptions;
  /** What clients on this machine use as host: the socket's directory or the socket itself. */
  socketHost(place: ServerPlace): string;
  /** What a person types to log in over TCP, as the chapter does. */
  clientCommand(login: Required<ServerLogin>): string;
  /** Version, and connections in use against the limit. Needs no special right. */
  vitals(session: Session): Promise<Vitals>;
}

export interface Vitals {
  readonly version: string;
  readonly usedConnections: number;
  readonly connectionLimit: number;
  readonly databaseBytes: number;
}

/** The roles of a house. */
export interface RolePasswords {
  readonly application: Secret;
  readonly owner: Secret;
  readonly backup: Secret;
  readonly monitor: Secret;
}

export interface AccessNames {
  readonly database: string;
  readonly application: string;
  readonly owner: string;
  readonly backup: string;
  readonly monitor: string;
  /** Where the application connects from, as the server sees it, when that is not this machine. */
  readonly clientHost?: string;
}

/** Statements to run in one database by the administrator. */
export interface Change {
  readonly database: string | undefined;
  readonly title: string;
  readonly statements: readonly Sql[];
}

/** Something that is made once: `role taskapp`, `database taskdb`. */
export interface Creation {
  readonly name: string;
  readonly statement: Sql;
}

/** Something that the application must not be able to do. */
export interface Attempt {
  readonly title: string;
  /** Tried as the application's role in its database; or, when a login is given, that login is tried. */
  readonly act?: Sql;
  readonly login?: Pick<ConnectionOptions, "user" | "database" | "host" | "port"> & { readonly password?: Secret };
  /** Asked of the administrator when the server did not refuse: a row means that it took effect (TRAP-14). */
  readonly tookEffect?: Sql;
  /** Takes the effect back, by the administrator, should it have had one. */
  readonly undo?: readonly Sql[];
  /** Refusals that count besides RH-AUTH-*. */
  readonly refusedAlsoBy?: readonly ProblemCode[];
}

/** Where the attempts are made, and what was put there for them. */
export interface ProofGround {
  readonly names: AccessNames;
  readonly login: ConnectionOptions;
  /** The administrator's name. */
  readonly administrator: string;
  /** A table that the owner made for this proof, in the application's database. */
  readonly canary: string;
  /** A database that the administrator made for this proof, with a table `secrets`; absent on a server that is not ours. */
  readonly otherDatabase?: string;
}

export interface AccessFloor {
  /** Names that a house must not use: the server's own roles and databases. */
  readonly reserved: readonly string[];
  /** Roles and databases of a house, each with the statement that makes it. */
  creation(names: AccessNames, passwords: RolePasswords): readonly Creation[];
  /** Names, as in `Creation`, of what is there already. `session` is the administrator's. */
  existing(session: Session): Promise<ReadonlySet<string>>;
  /** Rights that hold inside the application's database; may be repeated. */
  rights(names: AccessNames): Change;
  /** Gives a role the password of the house again. */
  resetPassword(role: string, password: Secret, names: AccessNames): readonly Sql[];
  /** The table of migration steps, as name parts, and the schema or database that holds it. */
  stepsTable(database: string): readonly [string, string];
  /** Where this session comes from, for accounts that are bound to it; undefined where accounts are not. */
  clientHost(session: Session): Promise<string | undefined>;
  /** Takes a lock that other sessions wait for, and returns what gives it back. Throws RH-LOCK-001 after 60 s. */
  waitForLock(session: Session, name: string): Promise<() => Promise<void>>;
  /** The acts that must be refused, at least 14. */
  attempts(ground: ProofGround): readonly Attempt[];
  /** Makes and drops the database of `ProofGround.otherDatabase`. */
  otherDatabase(name: string): { readonly make: readonly Change[]; readonly drop: readonly Sql[] };
}
