// The engine's own client programs, run as a person would: a script loaded, a database dumped as text.
import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import type { ConnectionOptions } from "../../../src/drivers/driver.ts";
import type { EngineName } from "../../../src/engines/engines.ts";

/** Runs a script in the login's database; the first error stops it. */
export async function runScript(name: EngineName, login: ConnectionOptions, path: string, extra: readonly string[] = []): Promise<string> {
  const argv: Record<EngineName, readonly string[]> = {
    postgres: ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", ...postgresLogin(login), "-f", path],
    mariadb: ["mariadb", ...mariadbLogin(login), "--default-character-set=utf8mb4", ...extra, `--database=${login.database ?? "mysql"}`],
  };
  return runClient(argv[name], { database: login.database, ...(name === "mariadb" ? { input: path } : {}) });
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

function postgresLogin({ host, port, user }: ConnectionOptions): readonly string[] {
  return ["-h", host, "-p", String(port), "-U", user];
}

function mariadbLogin({ host, user }: ConnectionOptions): readonly string[] {
  return ["--no-defaults", `--socket=${host}`, `--user=${user}`];
}

/** What it printed; rejects with what it said when it ends with an error. A name in a variable is nothing but a name to PostgreSQL's clients. */
export async function runClient(
  [program = "", ...args]: readonly string[],
  { database, input }: { readonly database?: string | undefined; readonly input?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8", PGDATABASE: database ?? "postgres" };
    const child = execFile(program, args, { env, maxBuffer: 1_000_000_000 }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    if (input !== undefined && child.stdin) createReadStream(input).pipe(child.stdin);
    else child.stdin?.end();
  });
}
