// A house while it is being brought up: what was found on the machine, and what follows from it. Filled step by step, because
// what is installed in one step is what the next one uses.
import { join } from "node:path";
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { AccessNames, Engine, Installation, RolePasswords, ServerPlace } from "../../engines/engine.ts";
import { engineNamed, engineNames } from "../../engines/engines.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { namesIn } from "../../platform/files.ts";
import { nextFreePort } from "../../platform/network.ts";
import { ensureSecret } from "../../platform/secrets.ts";
import { findProgram, versionOf } from "../../platform/tools.ts";
import { currentUser } from "../../platform/users.ts";
import { roleNames } from "../access/establish.ts";
import { type House, type HouseConfig, houseFile, readHouse, refuseForeignHouse } from "./house.ts";
import { embeddedRoot } from "./install.ts";
import { findOwners, type Places } from "./places.ts";
import type { Runtime } from "./runtime.ts";
import type { Tier } from "./tiers.ts";
import { parseTarget, type Target, targetAdministrator } from "./target.ts";

export interface UpOptions {
  readonly directory: string;
  readonly engine?: string | undefined;
  /** Of the proxy, on loopback. */
  readonly port?: number | undefined;
  readonly instances?: number | undefined;
  /** Of the database on loopback; else the engine's own, or the next free one. */
  readonly databasePort?: number | undefined;
  /** The chapter's five tasks and three projects, into an empty house. */
  readonly isDemo: boolean;
  /** URL of a server that Rowhouse did not install, for a new house. */
  readonly target?: string | undefined;
  /** False where nothing may be installed. */
  readonly mayInstall: boolean;
}

export interface Draft {
  readonly context: Context;
  readonly options: UpOptions;
  readonly engine: Engine;
  readonly places: Places;
  readonly runtime: Runtime;
  /** The house as its file has it; undefined until the file is written. */
  house: House | undefined;
  /** The file was written by this run, so its ports may still be changed. */
  isNew: boolean;
}

/** The engine of a house that may not be there yet. Throws RH-HOUSE-003 when the house is pinned to something else. */
export async function settleEngine(options: UpOptions): Promise<{ readonly engine: Engine; readonly house: House | undefined }> {
  await refuseForeignHouse(options.directory);
  const names = await namesIn(options.directory);
  if (!names.includes("rowhouse.toml")) {
    const foreign = names.filter((name) => name !== ".rowhouse");
    if (foreign.length > 0) {
      throw new Problem("RH-HOUSE-004", `${options.directory} is not empty and has no rowhouse.toml: ${foreign.slice(0, 3).join(", ")}`, {
        hint: "Give an empty or new directory with --house.",
      });
    }
    return { engine: newEngine(options), house: undefined };
  }
  const house = await readHouse(options.directory);
  refuseReserved(house);
  refuseOther("engine", options.engine, house.config.engine, house);
  refuseOther("ports.proxy", options.port, house.config.ports.proxy, house);
  refuseOther("ports.database", options.databasePort, house.config.ports.database, house);
  refuseOther("target", options.target, house.config.target ?? "a server of its own", house);
  refuseOther("app.instances", options.instances, house.config.app.instances, house);
  return { engine: engineNamed(house.config.engine), house };
}

/** The server's own names, and those of Rowhouse's other roles, would lose or gain rights with every `up`. */
function refuseReserved({ directory, config }: House): void {
  const { reserved } = engineNamed(config.engine).access;
  for (const field of ["role", "database"] as const) {
    const name = config.app[field];
    if (!reserved.includes(name) && name !== currentUser().name && !/^(pg|rowhouse)_/.test(name)) continue;
    throw new Problem("RH-HOUSE-002", `${houseFile(directory)}: app.${field}: "${name}" is the server's own or Rowhouse's`, {
      field: `app.${field}`,
      hint: "Choose another name.",
    });
  }
}

function newEngine(options: UpOptions): Engine {
  const named = options.engine === undefined ? undefined : engineNamed(options.engine);
  const targets = options.target === undefined ? undefined : parseTarget(options.target).engine;
  if (named && targets && named !== targets)
    throw new Problem("RH-USE-001", `--engine ${named.name} and a target of ${targets.title}`, { hint: "Leave --engine out." });
  return named ?? targets ?? engineNamed(engineNames[0] ?? "");
}

function refuseOther(field: string, asked: string | number | undefined, pinned: string | number, house: House): void {
  if (asked === undefined || asked === pinned) return;
  const hint =
    field === "engine"
      ? "Give the other engine a house of its own with --house."
      : `Change it in ${houseFile(house.directory)}, then \`rowhouse down\` and \`rowhouse up\`.`;
  throw new Problem("RH-HOUSE-003", `the house at ${house.directory} has ${field} ${pinned}, not ${asked}`, { field, hint });
}

/** The server's programs for this house: those of its pinned major version, else the newest, the machine's before a trial. */
export async function findInstallation(draft: Pick<Draft, "context" | "engine" | "house">): Promise<Installation | undefined> {
  const all = await draft.engine.server.installations(draft.context, { embeddedRoot: embeddedRoot(draft.context) });
  const pinned = draft.house?.config.major;
  return pinned === undefined ? all[0] : all.find(({ major }) => major === pinned);
}

export async function settleConfig(draft: Draft, installation: Installation): Promise<HouseConfig> {
  const { engine, options } = draft;
  const port = options.databasePort ?? (await nextFreePort("127.0.0.1", engine.server.defaultPort));
  if (port === undefined) throw new Problem("RH-NET-001", `no free port from ${engine.server.defaultPort} upwards`, { hint: "Free one." });
  return {
    engine: engine.name,
    major: installation.major,
    locale: "C.UTF-8",
    ports: { proxy: options.port ?? defaultProxyPort, database: port },
    app: appDefaults(options),
  };
}

export const defaultProxyPort = 8080;

/** The chapter's names, so that its own login lines work. */
export function appDefaults(options: UpOptions): HouseConfig["app"] {
  return { instances: options.instances ?? 2, database: "taskdb", role: "taskapp" };
}

/** The target of this house, undefined when it runs a server of its own. */
export function targetOf(draft: Pick<Draft, "house"> & { readonly options?: UpOptions }): Target | undefined {
  const url = draft.house?.config.target ?? draft.options?.target;
  return url === undefined ? undefined : parseTarget(url);
}

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly administrator: ConnectionOptions;
}

/** Where the database is reached: the house's own server by socket, a target as its URL says. */
export async function databaseAddress(draft: Pick<Draft, "context" | "engine" | "places" | "house">): Promise<DatabaseAddress> {
  const target = targetOf(draft);
  if (target) return { host: target.host, port: target.port, administrator: await targetAdministrator(draft.context, draft.places, target) };
  const place = await serverPlace(draft);
  return { host: draft.engine.server.socketHost(place), port: place.port, administrator: draft.engine.server.administrator(place) };
}

export function houseOf(draft: Draft): House {
  if (!draft.house) throw new Error("the house's file is not written yet");
  return draft.house;
}

export async function serverPlace(draft: Pick<Draft, "context" | "engine" | "places" | "house">): Promise<ServerPlace> {
  const { places } = draft;
  const house = houseOf(draft as Draft);
  const installation = await findInstallation(draft as Draft);
  if (!installation) {
    throw new Problem("RH-TOOL-001", `no ${draft.engine.title} ${house.config.major} server is on this machine`, {
      hint: `Install it; the data of ${house.directory} was made by that version.`,
    });
  }
  const owners = await findOwners();
  return {
    installation,
    dataDirectory: places.data,
    socketDirectory: join(places.run, "db"),
    settingsDirectory: places.settings,
    logPath: join(places.logs, "database.log"),
    port: house.config.ports.database,
    locale: house.config.locale,
    administrator: currentUser().name,
    application: { role: house.config.app.role, database: house.config.app.database },
    ...(owners ? { owner: owners.db } : {}),
  };
}

export function accessNames(config: { readonly app: Pick<HouseConfig["app"], "database" | "role"> }): AccessNames {
  return { database: config.app.database, application: config.app.role, ...roleNames };
}

export async function rolePasswords(places: Places): Promise<RolePasswords> {
  return {
    application: await ensureSecret(places.secrets, "application"),
    owner: await ensureSecret(places.secrets, "owner"),
    backup: await ensureSecret(places.secrets, "backup"),
    monitor: await ensureSecret(places.secrets, "monitor"),
  };
}

/** The logins of a house by socket. */
export async function logins(
  draft: Pick<Draft, "context" | "engine" | "places" | "house">,
): Promise<Record<"application" | "owner" | "monitor", ConnectionOptions>> {
  const { host, port } = await databaseAddress(draft);
  const { config } = houseOf(draft as Draft);
  const names = accessNames(config);
  const passwords = await rolePasswords(draft.places);
  const base = { host, port, database: config.app.database };
  return {
    application: { ...base, user: names.application, password: passwords.application, applicationName: "rowhouse proof" },
    owner: { ...base, user: names.owner, password: passwords.owner, applicationName: "rowhouse migrate" },
    monitor: { ...base, user: names.monitor, password: passwords.monitor, applicationName: "rowhouse status" },
  };
}

export interface Nginx {
  readonly path: string;
  readonly version: string;
}

export async function findNginx(context: Context): Promise<Nginx | undefined> {
  const path = await findProgram(context, "nginx");
  const version = path ? await versionOf(path, "-v") : undefined;
  return path && version ? { path, version } : undefined;
}

/** What the members of a house are made from. */
export async function tierOf(draft: Draft): Promise<Tier> {
  return { context: draft.context, house: houseOf(draft), places: draft.places, owners: await findOwners() };
}
