// The application's settings, from its environment. Everything that is missing or wrong is told at once, a line each.
import { Problem } from "../foundation/problem.ts";
import { Secret } from "../foundation/secret.ts";
import { readSecret } from "../platform/secrets.ts";
import type { StoreOptions } from "./store/store.ts";
import { dialects, type EngineName, isEngineName } from "./store/stores.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
export type Place = { readonly socket: string } | { readonly host: string; readonly port: number };

export interface Settings {
  readonly engine: EngineName;
  readonly store: StoreOptions;
  readonly place: Place;
  readonly instance: string;
  readonly allowedHosts: readonly string[];
  readonly staticDirectory?: string;
  readonly backupsFile?: string;
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;
const needed = ["DB_ENGINE", "DB_HOST", "DB_NAME", "DB_USER"] as const;

/** Throws RH-USE-001 for what is missing or wrong, RH-USE-003 for an address that others can reach, RH-FILE-* for the password's file. */
export async function readSettings(environment: Environment): Promise<Settings> {
  const faults = faultsOf(environment);
  if (faults.length > 0) throw new Problem("RH-USE-001", faults.join("\n"), { hint: "Set these in the environment of the application." });
  const text = (name: string, otherwise = "") => environment[name] || otherwise;
  const engine = text("DB_ENGINE") as EngineName;
  const place = placeOf(environment);
  if ("host" in place) refuseOpenAddress(place.host);
  return {
    engine,
    store: {
      host: text("DB_HOST"),
      port: Number(text("DB_PORT", String(dialects[engine].defaultPort))),
      database: text("DB_NAME"),
      user: text("DB_USER"),
      password: await passwordOf(environment),
      poolLimit: Number(text("POOL_LIMIT", "10")),
    },
    place,
    instance: text("INSTANCE", "app"),
    allowedHosts: text("ALLOWED_HOSTS")
      .split(/[\s,]+/)
      .filter(Boolean),
    ...(environment["STATIC_DIR"] ? { staticDirectory: environment["STATIC_DIR"] } : {}),
    ...(environment["BACKUPS_FILE"] ? { backupsFile: environment["BACKUPS_FILE"] } : {}),
  };
}

function faultsOf(environment: Environment): readonly string[] {
  const has = (name: string) => Boolean(environment[name]);
  const engine = environment["DB_ENGINE"] ?? "";
  const hasPassword = has("DB_PASS") || has("DB_PASS_FILE") || environment["DB_HOST"]?.startsWith("/");
  return [
    ...needed.filter((name) => !has(name)).map((name) => `${name} is missing`),
    ...(has("DB_ENGINE") && !isEngineName(engine) ? [`DB_ENGINE is ${JSON.stringify(engine)}, not one of ${Object.keys(dialects).join(", ")}`] : []),
    ...(hasPassword ? [] : ["DB_PASS or DB_PASS_FILE is missing"]),
    ...(has("PORT") || has("SOCKET") ? [] : ["PORT or SOCKET is missing"]),
    ...(has("PORT") && has("SOCKET") ? ["PORT and SOCKET are both given, one is enough"] : []),
    ...(has("SOCKET") && !environment["SOCKET"]?.startsWith("/") ? ["SOCKET is not an absolute path"] : []),
    ...numberFault(environment, "DB_PORT", 65_535),
    ...numberFault(environment, "PORT", 65_535),
    ...numberFault(environment, "POOL_LIMIT", 1_000),
  ];
}

function numberFault(environment: Environment, name: string, limit: number): readonly string[] {
  const text = environment[name];
  if (!text || (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= limit)) return [];
  return [`${name} is ${JSON.stringify(text)}, not a number from 1 to ${limit}`];
}

function placeOf(environment: Environment): Place {
  if (environment["SOCKET"]) return { socket: environment["SOCKET"] };
  return { host: environment["BIND"] || "127.0.0.1", port: Number(environment["PORT"]) };
}

function refuseOpenAddress(host: string): void {
  if (loopback.test(host)) return;
  throw new Problem("RH-USE-003", `BIND is ${host}: whoever reaches that address could read and change everything, since there are no accounts yet`, {
    hint: "Leave BIND out (127.0.0.1), or use SOCKET with a proxy on this machine.",
  });
}

async function passwordOf(environment: Environment): Promise<Secret | undefined> {
  if (environment["DB_PASS_FILE"]) return readSecret(environment["DB_PASS_FILE"]);
  return environment["DB_PASS"] ? new Secret(environment["DB_PASS"]) : undefined;
}
