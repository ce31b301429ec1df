// The running PostgreSQL server: how it is started, ended, cleaned up after and reached.
// Source: postgresql.org/docs/current/server-start.html, server-shutdown.html
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Context } from "../../../platform/context.ts";
import { remove } from "../../../platform/files.ts";
import { endAllWorkingIn, type Program } from "../../../platform/processes.ts";
import type { ServerLogin, ServerPlace, Vitals } from "../../engine.ts";

export const defaultPort = 5432;

/** "Fast shutdown": running transactions are rolled back, clients are disconnected, a checkpoint is written. */
export const stopSignal: NodeJS.Signals = "SIGINT";

export function program(place: ServerPlace): Program {
  return {
    argv: [programOf(place), "-D", place.dataDirectory],
    cwd: place.dataDirectory,
    ...(place.owner ? { owner: place.owner } : {}),
  };
}

function programOf(place: ServerPlace): string {
  return join(place.installation.directory, "postgres");
}

export async function clearRemains(context: Context, place: ServerPlace): Promise<readonly number[]> {
  // Backends end by themselves when the postmaster is gone, but only between two waits.
  const ended = await endAllWorkingIn(place.dataDirectory, { program: programOf(place), ask: stopSignal, graceMs: 30_000, clock: context.clock });
  // The server itself would take a process that got the old number for the old server.
  await remove(join(place.dataDirectory, "postmaster.pid"));
  await remove(join(place.socketDirectory, `.s.PGSQL.${place.port}.lock`));
  return ended;
}

export function administrator(place: ServerPlace, database = "postgres"): ConnectionOptions {
  return { host: place.socketDirectory, port: place.port, user: "postgres", database, applicationName: "rowhouse" };
}

export function socketHost(place: ServerPlace): string {
  return place.socketDirectory;
}

export function clientCommand(login: Required<ServerLogin>): string {
  const port = login.port === defaultPort ? "" : ` -p ${login.port}`;
  return `psql -h ${login.host}${port} -U ${login.user} -d ${login.database}`;
}

export async function vitals(session: Session): Promise<Vitals> {
  const [row] = await session.all<Vitals>(sql`
    select
      split_part(current_setting('server_version'), ' ', 1) as version,
      (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as "usedConnections",
      current_setting('max_connections')::integer as "connectionLimit",
      pg_database_size(current_database()) as "databaseBytes"`);
  if (!row) throw new Error("a select without from gave no row");
  return row;
}
