// Which database is backed up, and where its backups go: one on a server that Rowhouse did not install, by URL, or the house's
// own, as the role that may read everything and write nothing.
import { basename, join } from "node:path";
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { Engine } from "../../engines/engine.ts";
import { engineNamed } from "../../engines/engines.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Secret } from "../../foundation/secret.ts";
import type { Context } from "../../platform/context.ts";
import { readSecret } from "../../platform/secrets.ts";
import { isRoot } from "../../platform/users.ts";
import { targetOfHouse } from "./restore-target.ts";
import { roleNames } from "../access/establish.ts";
import { dataHome, type House } from "../stack/house.ts";
import { placesOf } from "../stack/places.ts";
import { parseDatabaseTarget, parseTarget } from "../stack/target.ts";

export interface ServerSource {
  readonly engine: Engine;
  readonly login: ConnectionOptions;
  /** The house's directory, when it is one's. */
  readonly house?: string;
  /** Where backups of it go unless somebody says otherwise. */
  readonly store: string;
}

/** One database of it. */
export interface Source extends ServerSource {
  readonly login: ConnectionOptions & { readonly database: string };
}

/** The password is found as for any target; `ask` is called when there is none and the server wants one. */
export async function targetSource(context: Context, options: { readonly url: string; readonly database?: string | undefined }): Promise<Source> {
  const source = await targetServer(context, options);
  const { database } = source.login;
  if (database !== undefined) return { ...source, login: { ...source.login, database } };
  throw new Problem("RH-USE-001", "no database is named", {
    field: "target",
    hint: "Add it to the URL (…/mydb), or give --database NAME, or --all for every database.",
  });
}

/** All of it; a session begins in the database that is named, or in the one that every server has. */
export async function wholeTarget(context: Context, url: string): Promise<ServerSource> {
  const source = await targetServer(context, { url });
  return { ...source, login: { ...homeOf(source.engine), ...source.login } };
}

function homeOf({ backup }: Engine): Pick<ConnectionOptions, "database"> {
  const { homeDatabase } = backup.target;
  return homeDatabase === undefined ? {} : { database: homeDatabase };
}

async function targetServer(context: Context, options: { readonly url: string; readonly database?: string | undefined }): Promise<ServerSource> {
  const { engine, host, port, user, ...named } = parseDatabaseTarget(options.url);
  const database = options.database ?? named.database;
  const file = context.environment["ROWHOUSE_TARGET_PASSWORD_FILE"];
  const login = { host, port, user, ...(database ? { database } : {}) };
  const password = file ? await readSecret(file) : await engine.server.findPassword(context, login);
  return {
    engine,
    login: { ...login, applicationName: "rowhouse backup", ...(password ? { password } : {}) },
    store: targetsStore(context),
  };
}

export function withPassword<S extends ServerSource>(source: S, password: Secret): S {
  return { ...source, login: { ...source.login, password } };
}

export async function houseSource(context: Context, house: House): Promise<Source> {
  const { config, directory } = house;
  const password = await readSecret(join(placesOf(context, directory).secrets, "backup"));
  const host = config.target === undefined ? "127.0.0.1" : parseTarget(config.target).host;
  return {
    engine: engineNamed(config.engine),
    house: directory,
    login: { host, port: config.ports.database, user: roleNames.backup, password, database: config.app.database, applicationName: "rowhouse backup" },
    store: houseStore(context, house),
  };
}

/** All of the house's server, as its administrator: only that one may read everybody's password. */
export async function wholeHouse(context: Context, house: House): Promise<ServerSource> {
  const { engine, login } = await targetOfHouse(context, house);
  return { engine, house: house.directory, login: { ...homeOf(engine), ...login }, store: houseStore(context, house) };
}

/** Where backups of servers go that Rowhouse did not install. */
export function targetsStore(context: Context): string {
  return join(backupsRoot(context), "targets");
}

/** What rowhouse.toml says, else a place that is called as the house. */
export function houseStore(context: Context, { directory, config }: House): string {
  return config.backup?.store ?? join(backupsRoot(context), basename(directory));
}

/** A place of its own: what removes a house must not reach its backups. */
function backupsRoot(context: Context): string {
  return isRoot() ? "/var/backups/rowhouse" : join(dataHome(context), "rowhouse-backups");
}
