// Dumps as people make them with the engines' own tools, in each format that there is.
import { execFileSync } from "node:child_process";
import type { ConnectionOptions } from "../../../src/drivers/driver.ts";
import type { EngineName } from "../../../src/engines/engines.ts";
import { runClient } from "./client.ts";

type Login = ConnectionOptions & { readonly database: string };

const tools: Record<EngineName, (login: Login) => readonly string[]> = {
  postgres: ({ host, port, user }) => ["pg_dump", "-h", host, "-p", String(port), "-U", user],
  mariadb: ({ host, user }) => ["mariadb-dump", "--no-defaults", `--socket=${host}`, `--user=${user}`, "--routines", "--events"],
};

/** What stands behind the tool's login, before the database's name. */
export const formats: Record<EngineName, Readonly<Record<string, readonly string[]>>> = {
  postgres: {
    "a script": [],
    "a script that makes its database": ["--create", "--clean", "--if-exists"],
    "a script of inserts": ["--inserts", "--rows-per-insert=100"],
    "an archive": ["--format=custom"],
    "a tar archive": ["--format=tar"],
    "a directory": ["--format=directory", "--jobs=2"],
  },
  mariadb: {
    "a script": [],
    "a script that makes its database": ["--add-drop-database", "--databases"],
    "a script of single inserts": ["--skip-extended-insert", "--hex-blob"],
  },
};

/** A dump of the login's database in a file, or a directory, of that path. */
export async function dumpTo(
  path: string,
  name: EngineName,
  { login, options }: { readonly login: Login; readonly options: readonly string[] },
): Promise<string> {
  const target: Record<EngineName, readonly string[]> = {
    postgres: [`--file=${path}`, ...options],
    mariadb: [
      `--result-file=${path}`,
      ...options.filter((option) => option !== "--databases"),
      ...(options.includes("--databases") ? ["--databases"] : []),
      "--",
      login.database,
    ],
  };
  await runClient([...tools[name](login), ...target[name]], { database: login.database });
  return path;
}

/** The same file, packed. */
export function packed(path: string, by: "gzip" | "zstd"): string {
  execFileSync(by, ["--keep", "--force", "-q", path]);
  return `${path}${by === "gzip" ? ".gz" : ".zst"}`;
}
