// A server that Rowhouse did not install, with the Chinook database on it, and an administrator who comes in by password over TCP.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Sql, sql } from "../../../src/foundation/sql.ts";
import type { Session } from "../../../src/drivers/driver.ts";
import type { EngineName } from "../../../src/engines/engines.ts";
import { type Ran, rowhouse } from "../houses.ts";
import { type EngineVersion, startServer, type TestServer } from "../servers.ts";

/** What the scripts of the Chinook project call it. */
const databases: Record<EngineName, string> = { postgres: "chinook_auto_increment", mariadb: "Chinook_AutoIncrement" };

const administrators: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`create role chief superuser login password 'chief-pass'`],
  mariadb: [sql`create user chief@'127.0.0.1' identified by 'chief-pass'`, sql`grant all privileges on *.* to chief@'127.0.0.1' with grant option`],
};

export interface ChinookServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly database: string;
  /** `postgres://chief@127.0.0.1:PORT/DATABASE`. */
  readonly target: string;
  /** A directory of the test's own, for stores and files. */
  readonly directory: string;
  /** Says the administrator's password. */
  readonly env: Readonly<Record<string, string>>;
  /** `rowhouse backup take` of the database into a store of the test's own, with --json. */
  take(...args: readonly string[]): Promise<Ran>;
  /** A session of the administrator in the database. */
  session(): Promise<Session>;
}

export async function startChinook(version: EngineVersion): Promise<ChinookServer> {
  const server = await startServer(version);
  const directory = await mkdtemp("/tmp/rowhouse-test-");
  const database = databases[version.name];
  const passwordFile = join(directory, "chief");
  await writeFile(passwordFile, "chief-pass\n", { mode: 0o600 });
  await loadChinook(version, server);
  {
    await using session = await version.engine.driver.connect(server.administrator());
    for (const statement of administrators[version.name]) await session.run(statement);
  }
  const target = `${version.name}://chief@127.0.0.1:${server.place.port}/${database}`;
  const env = { ROWHOUSE_TARGET_PASSWORD_FILE: passwordFile };
  return {
    server,
    database,
    target,
    directory,
    env,
    take: (...args) => rowhouse(["backup", "take", "--target", target, "--store", join(directory, "store"), "--json", ...args], env),
    session: () => version.engine.driver.connect(server.administrator(database)),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** By the engine's own client, as the Chinook project says. */
async function loadChinook(version: EngineVersion, server: TestServer): Promise<void> {
  const script = fileURLToPath(new URL(`../data/chinook/${version.name}.sql`, import.meta.url));
  const { host, port, user } = server.administrator();
  const clients: Record<EngineName, readonly string[]> = {
    postgres: ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", host, "-p", String(port), "-U", user, "-d", "postgres", "-f", script],
    mariadb: ["mariadb", "--no-defaults", "--default-character-set=utf8mb4", `--socket=${host}`, `--user=${user}`, "-e", `source ${script}`],
  };
  const [program = "", ...args] = clients[version.name];
  await new Promise<void>((resolve, reject) => {
    execFile(program, args, { env: { PATH: process.env["PATH"] ?? "" } }, (error) => (error ? reject(error) : resolve()));
  });
}
