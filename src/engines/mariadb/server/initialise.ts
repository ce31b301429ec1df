// A new MariaDB data directory, secured before anything can connect: no anonymous users, no remote administrator, no test
// database, no rights for everybody (T3, T4). The server runs meanwhile on a socket inside the 0700 directory, without a port.
// Made beside its place and renamed in when it is whole. Source: mariadb.com/kb/en/mariadb-install-db, mariadb-secure-installation
import { dirname, join } from "node:path";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Session } from "../../../drivers/driver.ts";
import { mariadbDriver } from "../../../drivers/mariadb/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { waitFor } from "../../../platform/clock.ts";
import type { Context } from "../../../platform/context.ts";
import { ensureDirectory, moveIntoPlace, readIfThere, remove } from "../../../platform/files.ts";
import { endAllWorkingIn, run, start, stop } from "../../../platform/processes.ts";
import type { ServerPlace } from "../../engine.ts";
import { programOf } from "./process.ts";
import { temporaryDirectory } from "./settings.ts";

export async function dataMajor(dataDirectory: string): Promise<string | undefined> {
  const text = (await readIfThere(join(dataDirectory, "mariadb_upgrade_info"))) ?? (await readIfThere(join(dataDirectory, "mysql_upgrade_info")));
  return text === undefined ? undefined : /^\d+\.\d+/.exec(text)?.[0];
}

export function initialiseCommand(place: ServerPlace): readonly string[] {
  const initialiser = join(dirname(place.installation.directory), "bin", "mariadb-install-db");
  return [
    initialiser,
    "--no-defaults",
    `--datadir=${place.dataDirectory}`,
    "--auth-root-authentication-method=socket",
    `--auth-root-socket-user=${place.administrator}`,
    `--tmpdir=${temporaryDirectory(place)}`,
    "--skip-test-db",
    "--skip-name-resolve",
  ];
}

export async function initialise(context: Context, place: ServerPlace): Promise<void> {
  const partial: ServerPlace = { ...place, dataDirectory: `${place.dataDirectory}.partial` };
  const owner = place.owner ? { owner: place.owner } : {};
  await endAllWorkingIn(partial.dataDirectory, { program: programOf(place), ask: "SIGKILL", graceMs: 0, clock: context.clock }); // of a run that was killed
  await remove(partial.dataDirectory);
  await ensureDirectory(partial.dataDirectory, owner);
  await ensureDirectory(temporaryDirectory(place), owner);
  await run({ argv: initialiseCommand(partial), ...owner, timeoutMs: 120_000 });
  await secure(context, partial);
  await remove(place.dataDirectory); // an empty one that an earlier step made
  await moveIntoPlace({ from: partial.dataDirectory, to: place.dataDirectory });
}

async function secure(context: Context, place: ServerPlace): Promise<void> {
  const server = await start({
    argv: [
      join(place.installation.directory, "mariadbd"),
      "--no-defaults",
      `--datadir=${place.dataDirectory}`,
      `--tmpdir=${temporaryDirectory(place)}`,
      "--socket=secure.sock",
      "--skip-networking",
      "--skip-name-resolve",
    ],
    cwd: place.dataDirectory,
    logPath: place.logPath,
    ...(place.owner ? { owner: place.owner } : {}),
  });
  try {
    await using session = await firstSession(context, place, `/proc/${server.identity.pid}/cwd/secure.sock`);
    for (const statement of await secureStatements(session)) await session.run(statement);
  } finally {
    await stop(server.identity, { ask: "SIGTERM", graceMs: 60_000, clock: context.clock });
  }
}

async function firstSession(context: Context, place: ServerPlace, socket: string): Promise<Session> {
  const options = { host: socket, port: 0, user: place.administrator, applicationName: "rowhouse" };
  let last: unknown;
  const attempt = () =>
    mariadbDriver.connect(options).catch((thrown: unknown) => {
      last = thrown;
      return undefined;
    });
  const session = await waitFor(context.clock, { withinMs: 60_000, everyMs: 50 }, attempt);
  if (session) return session;
  throw new Problem("RH-HOUSE-005", `the new MariaDB server lets nobody in within 60 s: ${last}`, { cause: last, hint: `Its log: ${place.logPath}` });
}

/** What mariadb-secure-installation does after five times Y, and the rights on `test\_%` that it leaves. Idempotent. */
export async function secureStatements(session: Session): Promise<readonly Sql[]> {
  const users = await session.all<{ user: string; host: string }>(sql`select user, host from mysql.global_priv`);
  const doomed = users.filter(({ user, host }) => user === "" || user === "PUBLIC" || (user === "root" && !["localhost"].includes(host)));
  const open = await session.all<{ name: string }>(sql`select db as name from mysql.db where user = ''`);
  const hasTest = await session.all<{ name: string }>(sql`select schema_name as name from information_schema.schemata where schema_name = 'test'`);
  return [
    ...doomed.map(({ user, host }) => sql`drop user ${sql.literal(user)}@${sql.literal(host)}`),
    ...(hasTest.length > 0 ? [sql`drop database test`] : []),
    ...(open.length > 0 ? [sql`delete from mysql.db where user = ''`, sql`flush privileges`] : []),
  ];
}
