// The engine's own client programs, run as a person would: a script loaded, a database dumped as text.
import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectionOptions } from "../../../src/drivers/driver.ts";
import type { EngineName } from "../../../src/engines/engines.ts";

/** Runs a script in the login's database; the first error stops it. */
export async function runScript(name: EngineName, login: ConnectionOptions, path: string, { cwd }: { readonly cwd?: string } = {}): Promise<void> {
  const argv: Record<EngineName, readonly string[]> = {
    postgres: ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", ...postgresLogin(login), "-f", path],
    mariadb: ["mariadb", ...mariadbLogin(login), "--default-character-set=utf8mb4", "--local-infile=1", `--database=${login.database ?? "mysql"}`],
  };
  await runClient(argv[name], { database: login.database, cwd, ...(name === "mariadb" ? { input: path } : {}) });
}

/** A dump in a directory, put into the login's database. */
export async function ownRestore(login: ConnectionOptions, directory: string): Promise<void> {
  const quoted = (login.database ?? "").replace(/[\\']/g, "\\$&");
  await runClient(["pg_restore", "--exit-on-error", ...postgresLogin(login), `--dbname=dbname='${quoted}'`, directory]);
}

/** Schema and data, without what tells the moment or the server. */
export async function ownDump(name: EngineName, login: ConnectionOptions): Promise<readonly string[]> {
  const database = login.database ?? "";
  const argv: Record<EngineName, readonly string[]> = {
    postgres: ["pg_dump", "--create", "--restrict-key=same", ...postgresLogin(login)],
    mariadb: [
      "mariadb-dump",
      ...mariadbLogin(login),
      "--default-character-set=utf8mb4",
      "--hex-blob",
      "--skip-extended-insert",
      "--skip-dump-date",
      "--routines",
      "--triggers",
      "--events",
      "--databases",
      "--",
      database,
    ],
  };
  return (await runClient(argv[name], { database })).split("\n");
}

/** How the engine's own programs are told, in the environment and in the home directory, which server a person means. */
export async function clientSettings(
  name: EngineName,
  { host, port, user }: ConnectionOptions,
  home: string,
): Promise<Readonly<Record<string, string>>> {
  if (name === "postgres") return { PGHOST: host, PGPORT: String(port), PGUSER: user };
  await writeFile(join(home, ".my.cnf"), `[client]\nsocket=${host}\nuser=${user}\n`, { mode: 0o600 });
  return {};
}

function postgresLogin({ host, port, user }: ConnectionOptions): readonly string[] {
  return ["-h", host, "-p", String(port), "-U", user];
}

function mariadbLogin({ host, user }: ConnectionOptions): readonly string[] {
  return ["--no-defaults", `--socket=${host}`, `--user=${user}`];
}

/** What it printed; rejects with what it said when it ends with an error. A name in a variable is nothing but a name to PostgreSQL's clients. */
export async function runClient(
  [program = "", ...args]: readonly string[],
  { database, input, cwd }: { readonly database?: string | undefined; readonly input?: string; readonly cwd?: string | undefined } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8", PGDATABASE: database ?? "postgres" };
    const child = execFile(program, args, { env, cwd, maxBuffer: 1_000_000_000 }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    if (input !== undefined && child.stdin) createReadStream(cwd === undefined ? input : join(cwd, input)).pipe(child.stdin);
    else child.stdin?.end();
  });
}
