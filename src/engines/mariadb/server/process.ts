// The running MariaDB server: how it is started, ended, cleaned up after and reached.
// Source: mariadb.com/kb/en/mariadbd-options, shutdown
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Context } from "../../../platform/context.ts";
import { endAllWorkingIn, type Program } from "../../../platform/processes.ts";
import type { ServerLogin, ServerPlace, Vitals } from "../../engine.ts";
import { socketOf } from "./settings.ts";

export const defaultPort = 3306;

/** An orderly end: clients are disconnected, what is committed is on disk. */
export const stopSignal: NodeJS.Signals = "SIGTERM";

export function program(place: ServerPlace): Program {
  const settings = join(place.settingsDirectory, "mariadb.cnf");
  return {
    argv: [programOf(place), `--defaults-file=${settings}`],
    cwd: place.dataDirectory,
    ...(place.owner ? { owner: place.owner } : {}),
  };
}

export function programOf(place: ServerPlace): string {
  return join(place.installation.directory, "mariadbd");
}

/** One process is the whole server, and the kernel drops its file locks: only a server that nobody knows of can remain. */
export async function clearRemains(context: Context, place: ServerPlace): Promise<readonly number[]> {
  return endAllWorkingIn(place.dataDirectory, { program: programOf(place), ask: stopSignal, graceMs: 60_000, clock: context.clock });
}

export function administrator(place: ServerPlace, database?: string): ConnectionOptions {
  return {
    host: socketOf(place),
    port: place.port,
    user: place.administrator,
    applicationName: "rowhouse",
    ...(database === undefined ? {} : { database }),
  };
}

export function socketHost(place: ServerPlace): string {
  return socketOf(place);
}

export function clientCommand(login: Required<ServerLogin>): string {
  const port = login.port === defaultPort ? "" : ` -P ${login.port}`;
  return `mariadb --protocol=tcp -h ${login.host}${port} -u ${login.user} -p ${login.database}`;
}

export async function vitals(session: Session): Promise<Vitals> {
  const [row] = await session.all<{ version: string; used: number | string; size: number | string; limit: number | string }>(sql`
    select
      substring_index(version(), '-', 1) as version,
      (select variable_value from information_schema.global_status where variable_name = 'THREADS_CONNECTED') as used,
      @@global.max_connections as \`limit\`,
      (select coalesce(sum(data_length + index_length), 0) from information_schema.tables where table_schema = database()) as size`);
  if (!row) throw new Error("a select without from gave no row");
  return { version: row.version, usedConnections: Number(row.used), connectionLimit: Number(row.limit), databaseBytes: Number(row.size) };
}
