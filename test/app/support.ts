// Real database servers for the application's suites: a data directory of their own under /tmp, a free port, the schema, the
// owner and the application's login as a house has them. Stopped by pid.
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { schemaVersion } from "../../src/app/migrations/version.ts";
import { dialects, type EngineName } from "../../src/app/store/stores.ts";
import { splitStatements } from "../../src/formats/sql-script.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { ensureDirectory, remove, writeFileAtomic } from "../../src/platform/files.ts";
import { identify } from "../../src/platform/identity.ts";
import { nextFreePort } from "../../src/platform/network.ts";
import { run, type Running, start, stop } from "../../src/platform/processes.ts";
import { findUser, isRoot } from "../../src/platform/users.ts";

export const engines: readonly EngineName[] = ["postgres", "mariadb"];
export const password = "correct horse";

export interface Database extends AsyncDisposable {
  readonly engine: EngineName;
  /** A session of an administrator in the application's database. */
  admin(): Promise<Session>;
  /** What the application logs in with. */
  readonly login: Required<Pick<ConnectionOptions, "host" | "port" | "database" | "user" | "password">>;
  readonly administrator: Database["login"];
  /** Ends the server as a power cut would, and starts it again. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Freezes every process of the server. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

interface Recipe {
  readonly prepare: (place: Place) => Promise<void>;
  readonly argv: (place: Place) => readonly string[];
  readonly administrator: string;
  readonly setUp: (session: Session) => Promise<void>;
}

interface Place {
  readonly directory: string;
  readonly port: number;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

let nextPort = 20_000 + (process.pid % 2_000) * 20;

export async function startDatabase(engine: EngineName): Promise<Database> {
  const recipe = recipes[engine];
  const owner = isRoot() ? await findUser("nobody") : undefined;
  const directory = await mkdtemp("/tmp/rowhouse-app-");
  await ensureDirectory(directory, { mode: 0o755, owner });
  const port = (await nextFreePort("127.0.0.1", nextPort)) ?? nextPort;
  nextPort = port + 1;
  const place = { directory, port, owner };
  await recipe.prepare(place).catch(async (thrown: unknown) => {
    await remove(directory);
    throw thrown;
  });
  const launch = () => start({ argv: recipe.argv(place), owner, cwd: directory, logPath: join(directory, "log") });
  let server: Running = await launch();
  const administrator = { host: "127.0.0.1", port, database: "taskdb", user: recipe.administrator, password: new Secret(password) };
  const connect = (database: string) =>
    dialects[engine].driver.connect({ ...administrator, database, applicationName: "admin", lockTimeoutMs: 20_000 });
  const end = async () => {
    await stop(server.identity, { ask: "SIGINT", graceMs: 2_000, clock: systemClock });
    await remove(directory);
  };
  await setUp(engine, connect).catch(async (thrown: unknown) => {
    await end();
    throw thrown;
  });
  const signal = async (name: NodeJS.Signals) => {
    for (const pid of await familyOf(server.identity.pid)) process.kill(pid, name);
  };
  return {
    engine,
    admin: () => connect("taskdb"),
    login: { ...administrator, user: "taskapp" },
    administrator,
    kill: async () => {
      await signal("SIGKILL");
      await server.gone;
    },
    restart: async () => {
      server = await launch();
      await (await until(() => connect("taskdb")))[Symbol.asyncDispose]();
    },
    pause: () => signal("SIGSTOP").then(() => until(() => refuseRunning(server.identity.pid))),
    resume: () => signal("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      await signal("SIGCONT").catch(() => undefined);
      await end();
    },
  };
}

async function setUp(engine: EngineName, connect: (database: string) => Promise<Session>): Promise<void> {
  const first = await until(() => connect(engine === "postgres" ? "postgres" : "mysql"));
  await first.run(sql`create database taskdb`);
  await first[Symbol.asyncDispose]();
  await using session = await connect("taskdb");
  await migrate(session, engine);
  await recipes[engine].setUp(session);
}

const binaries = "/usr/lib/postgresql/15/bin";

const recipes: Readonly<Record<EngineName, Recipe>> = {
  postgres: {
    prepare: async ({ directory, owner }) => {
      const file = join(directory, "password");
      await writeFileAtomic(file, password, { owner });
      const argv = [
        `${binaries}/initdb`,
        "-D",
        `${directory}/data`,
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        "--pwfile",
        file,
        "--locale",
        "C.UTF-8",
      ];
      await run({ argv: [...argv, "-E", "UTF8", "-N"], owner, timeoutMs: 60_000 });
    },
    argv: ({ directory, port }) => [
      `${binaries}/postgres`,
      ...["-D", `${directory}/data`, "-p", String(port), "-k", directory, "-c", "listen_addresses=127.0.0.1"],
      ...["-c", "fsync=off", "-c", "shared_buffers=32MB", "-c", "max_connections=40", "-c", "restart_after_crash=on"],
    ],
    administrator: "postgres",
    setUp: async (session) => {
      await session.run(sql`create role taskapp login password ${sql.literal(password)}`);
      await session.run(sql`create schema rowhouse`);
      await session.run(sql`create table rowhouse.migrations (version integer, name text, checksum text, step integer, steps integer, state text)`);
      await session.run(sql`insert into rowhouse.migrations (version, state) values (${schemaVersion}, 'done')`);
      await session.run(sql`grant usage on schema rowhouse to taskapp`);
      await session.run(sql`grant select on rowhouse.migrations to taskapp`);
      await session.run(sql`grant select, insert, update, delete on all tables in schema public to taskapp`);
      await session.run(sql`grant usage on all sequences in schema public to taskapp`);
      await session.run(sql`grant execute on all functions in schema public to taskapp`);
    },
  },
  mariadb: {
    prepare: async ({ directory, owner }) => {
      await ensureDirectory(join(directory, "tmp"), { owner }); // a server that starts removes the #sql files of others from a shared one
      const argv = ["/usr/bin/mariadb-install-db", "--no-defaults", `--datadir=${directory}/data`, "--auth-root-authentication-method=normal"];
      await run({ argv: [...argv, "--skip-test-db", "--skip-name-resolve", `--tmpdir=${directory}/tmp`], owner, timeoutMs: 60_000 });
      const file = join(directory, "init.sql");
      await writeFileAtomic(
        file,
        `set password for root@localhost = password('${password}');\ngrant all on *.* to root@'127.0.0.1' identified by '${password}' with grant option;\n`,
        { owner },
      );
    },
    argv: ({ directory, port }) => [
      "/usr/sbin/mariadbd",
      ...["--no-defaults", `--datadir=${directory}/data`, `--socket=${directory}/s`, `--port=${port}`, "--bind-address=127.0.0.1"],
      ...[
        "--skip-name-resolve",
        "--innodb-buffer-pool-size=32M",
        "--innodb-log-file-size=8M",
        "--innodb-flush-log-at-trx-commit=2",
        "--max-connections=40",
      ],
      ...[
        `--tmpdir=${directory}/tmp`,
        "--performance-schema=on",
        "--skip-log-bin",
        `--init-file=${directory}/init.sql`,
        `--pid-file=${directory}/pid`,
      ],
    ],
    administrator: "root",
    setUp: async (session) => {
      await session.run(sql`create user taskapp@'127.0.0.1' identified by ${sql.literal(password)}`);
      await session.run(sql`grant select, insert, update, delete on taskdb.* to taskapp@'127.0.0.1'`);
      await session.run(sql`create database taskdb_rowhouse`);
      await session.run(
        sql`create table taskdb_rowhouse.migrations (version integer, name text, checksum text, step integer, steps integer, state text)`,
      );
      await session.run(sql`insert into taskdb_rowhouse.migrations (version, state) values (${schemaVersion}, 'done')`);
      await session.run(sql`grant select on taskdb_rowhouse.migrations to taskapp@'127.0.0.1'`);
    },
  },
};

/** Transactions of the application that are open; InnoDB tells anew only when not asked for 100 ms. */
export const openTransactions: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select pid from pg_stat_activity where usename = 'taskapp' and xact_start is not null`,
  mariadb: sql`
    select trx_id
    from information_schema.innodb_trx
    inner join information_schema.processlist on processlist.id = trx_mysql_thread_id
    where processlist.user = 'taskapp'`,
};

/** The statements of the application's migrations, one by one. */
export async function migrate(session: Session, engine: EngineName): Promise<void> {
  const directory = new URL(`../../src/app/migrations/${engine}/`, import.meta.url);
  for (const name of (await readdir(directory)).sort()) {
    const text = await readFile(new URL(name, directory), "utf8");
    for (const statement of splitStatements(text)) await session.run(sql.script(statement));
  }
}

/** A signal to stop is heeded by the thread that takes it when that has its turn; until then the others go on answering. */
async function refuseRunning(pid: number): Promise<void> {
  for (const one of await familyOf(pid)) {
    const stat = await readFile(`/proc/${one}/stat`, "utf8");
    if (!/\) T /.test(stat)) throw new Error(`${one} is not stopped`);
  }
}

async function until<T>(attempt: () => Promise<T>): Promise<T> {
  const once = async () => ({ value: await attempt() });
  const found = await waitFor(systemClock, { withinMs: 30_000, everyMs: 100 }, () => once().catch(() => undefined));
  if (found === undefined) throw new Error("the server did not come up, or did not stop");
  return found.value;
}

/** A process and its children, by /proc. */
async function familyOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const pids = [pid, ...children.split(" ").filter(Boolean).map(Number)];
  const alive = await Promise.all(pids.map((one) => identify(one)));
  return alive.flatMap((identity) => (identity ? [identity.pid] : []));
}
