// A server for the bench, made by the engine's own floor in a directory of its own, with an administrator who comes in by password
// over TCP, as one on somebody's server does.
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { Secret } from "../../dist/foundation/secret.js";
import { sql } from "../../dist/foundation/sql.js";
import { waitFor } from "../../dist/platform/clock.js";
import { ensureDirectory, writeFileAtomic } from "../../dist/platform/files.js";
import { start, stop } from "../../dist/platform/processes.js";
import { freePort } from "../support/house.js";
import { context, owners, temporaryDirectory } from "../support/scope.js";

const password = "bench-pass";

const administrators = {
  postgres: [sql`create role chief superuser login password ${sql.literal(password)}`],
  mariadb: [
    sql`create user chief@'127.0.0.1' identified by ${sql.literal(password)}`,
    sql`grant all privileges on *.* to chief@'127.0.0.1' with grant option`,
    sql`set global local_infile = 1`, // as on a server that nobody secured
  ],
};

/** Whole servers are copied over the network too. */
const letCopies = {
  postgres: ({ dataDirectory }) => appendFile(join(dataDirectory, "pg_hba.conf"), "host replication chief 127.0.0.1/32 scram-sha-256\n"),
  mariadb: async () => undefined,
};

/**
 * @param {{ readonly engine: import("../../dist/engines/engine.js").Engine, readonly later: import("../support/scope.js").Later }} wanted
 */
export async function startServer({ engine, later }) {
  const root = await temporaryDirectory(later);
  const users = await owners();
  const owner = users?.db;
  const [installation] = await engine.server.installations(context, { embeddedRoot: "/nonexistent" });
  if (!installation) throw new Error(`there is no ${engine.title} server on this machine`);
  const home = join(root, "server");
  const as = owner ? { owner } : {};
  await ensureDirectory(home, { mode: 0o755, ...as });
  const place = {
    installation,
    dataDirectory: join(home, "data"),
    socketDirectory: join(home, "run"),
    settingsDirectory: join(home, "settings"),
    logPath: join(root, "server.log"),
    port: await freePort(19_500),
    locale: "C.UTF-8",
    administrator: process.env.USER ?? "root",
    application: { role: "taskapp", database: "taskdb" },
    ...as,
  };
  for (const path of [place.socketDirectory, place.settingsDirectory]) await ensureDirectory(path, { mode: 0o755, ...as });
  await engine.server.initialise(context, place);
  await letCopies[engine.name](place);
  await engine.server.writeSettings(place);
  const running = await start({ ...engine.server.program(place), logPath: place.logPath });
  later(() => stop(running.identity, { ask: engine.server.stopSignal, graceMs: 60_000, clock: context.clock }));
  const administrator = (database) => ({ ...engine.server.administrator(place, database), statementTimeoutMs: 3_600_000 });
  await waitFor(context.clock, { withinMs: 60_000, everyMs: 50 }, () => answers(engine, administrator()));
  const session = await engine.driver.connect(administrator());
  for (const statement of administrators[engine.name]) await session.run(statement);
  await session[Symbol.asyncDispose]();
  const passwordFile = join(root, "chief");
  await writeFileAtomic(passwordFile, `${password}\n`);
  const login = { host: "127.0.0.1", port: place.port, user: "chief", password: new Secret(password), applicationName: "rowhouse bench" };
  return { engine, root, place, administrator, login, password, passwordFile, version: installation.version, pid: running.identity.pid };
}

async function answers(engine, login) {
  try {
    const session = await engine.driver.connect(login);
    await session[Symbol.asyncDispose]();
    return true;
  } catch {
    return undefined; // still starting
  }
}
