// A house on a database server that Rowhouse did not install: a URL without its password. The password comes from a 0600 file
// (ROWHOUSE_TARGET_PASSWORD_FILE), or from where the engine's own tools look, and is kept among the house's secrets.
import { join } from "node:path";
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { Engine } from "../../engines/engine.ts";
import { engineNames, engines } from "../../engines/engines.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Secret } from "../../foundation/secret.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, exists, writeFileAtomic } from "../../platform/files.ts";
import { readSecret } from "../../platform/secrets.ts";
import type { Places } from "./places.ts";

export interface Target {
  readonly engine: Engine;
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

export interface DatabaseTarget extends Target {
  readonly database?: string;
}

const form = engineNames.map((name) => `${engines[name].server.urlSchemes[0]}://administrator@host:port`).join(" or ");

/** Throws RH-USE-001 for another scheme, a missing name, a path, or a password: that would be in everybody's process list. */
export function parseTarget(text: string): Target {
  const { database, ...target } = parseDatabaseTarget(text);
  if (database !== undefined) throw refused("a target names a server, the database is the house's");
  return target;
}

/** As `parseTarget`, and the path names a database, where there is one. */
export function parseDatabaseTarget(text: string): DatabaseTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const engine = engineNames.map((name) => engines[name]).find(({ server }) => server.urlSchemes.includes(url?.protocol.slice(0, -1) ?? ""));
  if (!url || !engine || url.hostname === "" || url.username === "") throw refused(`"${url?.password ? "***" : text}" is not a target`);
  if (url.password !== "") throw refused("a target's URL holds no password");
  const database = decoded(url.pathname.slice(1));
  if (url.search !== "" || url.hash !== "") throw refused("a target takes no parameters");
  const host = decoded(url.hostname).replace(/^\[(.*)\]$/, "$1");
  if (!isLoopback(host)) throw refused(`${host} is not this machine, and without TLS the password would cross the network readable`);
  const port = url.port === "" ? engine.server.defaultPort : Number(url.port);
  return { engine, host, port, user: decoded(url.username), ...(database === "" ? {} : { database }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused(`"${text}" is not how a URL writes a name`);
  }
}

/** TLS to the database comes later; until then a tunnel (`ssh -L`) brings a far server to loopback. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function refused(message: string): Problem {
  return new Problem("RH-USE-001", message, {
    field: "target",
    hint: `Give ${form} on loopback (a far server through \`ssh -L\`); the password in a 0600 file named by ROWHOUSE_TARGET_PASSWORD_FILE.`,
  });
}

/** The administrator's login on the target. */
export async function targetAdministrator(context: Context, places: Places, target: Target): Promise<ConnectionOptions> {
  const password = await targetPassword(context, places, target);
  return { host: target.host, port: target.port, user: target.user, applicationName: "rowhouse", ...(password ? { password } : {}) };
}

async function targetPassword(context: Context, places: Places, target: Target): Promise<Secret | undefined> {
  const kept = join(places.secrets, "administrator");
  const named = context.environment["ROWHOUSE_TARGET_PASSWORD_FILE"];
  if (named) return readSecret(named);
  if (await exists(kept)) return readSecret(kept);
  return target.engine.server.findPassword(context, target);
}

/** Keeps the password with the house, so that `up` needs no environment the next time. */
export async function keepPassword(places: Places, password: Secret | undefined): Promise<void> {
  if (!password) return;
  await ensureDirectory(places.secrets);
  await writeFileAtomic(join(places.secrets, "administrator"), `${password.reveal()}\n`);
}
