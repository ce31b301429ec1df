// The peers of `up`: the engine's own programs, as a person types them, until the server answers. A server without application,
// roles, rights, proofs and proxy: `up` does all of that besides, so 1.0 is out of reach.
import { join } from "node:path";
import { Secret } from "../../dist/foundation/secret.js";
import { waitFor } from "../../dist/platform/clock.js";
import { ensureDirectory } from "../../dist/platform/files.js";
import { run, start, stop } from "../../dist/platform/processes.js";
import { freePort } from "../support/house.js";
import { context } from "../support/scope.js";

const timeoutMs = 120_000;

/**
 * Each prepares a data directory below `place` and returns a server that can be started and stopped.
 * @typedef {{ readonly start: () => Promise<void>, readonly stop: () => Promise<void> }} Server
 */
export const programs = {
  postgres: { title: "initdb, pg_ctl -w start", initialise: initialisePostgres },
  mariadb: { title: "mariadb-install-db, mariadbd", initialise: initialiseMariadb },
};

/** @returns {Promise<Server>} */
async function initialisePostgres({ engine, place, owner }) {
  const program = await directoryOf(engine);
  const data = join(place, "data");
  const port = await freePort(19_300);
  const as = { timeoutMs, ...owner };
  await run({ argv: [join(program, "initdb"), "-D", data, "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--auth=peer"], ...as });
  const control = (...args) => run({ argv: [join(program, "pg_ctl"), "-D", data, "-w", ...args], ...as });
  return {
    start: () => control("-l", join(place, "server.log"), "-o", `-p ${port} -k ${place} -c listen_addresses=127.0.0.1`, "start"),
    stop: () => control("-m", "fast", "stop"),
  };
}

/** @returns {Promise<Server>} */
async function initialiseMariadb({ engine, place, owner }) {
  const program = await directoryOf(engine);
  const data = join(place, "data");
  const socket = join(place, "mariadb.sock");
  const port = await freePort(19_300);
  await ensureDirectory(data, owner);
  const plain = ["--no-defaults", `--datadir=${data}`];
  const argv = [join(program, "..", "bin", "mariadb-install-db"), ...plain, "--auth-root-authentication-method=normal", "--skip-test-db"];
  await run({ argv, timeoutMs, ...owner });
  let server;
  return {
    start: async () => {
      const settings = [`--socket=${socket}`, `--port=${port}`, "--bind-address=127.0.0.1"];
      server = await start({ argv: [join(program, "mariadbd"), ...plain, ...settings], cwd: data, logPath: join(place, "server.log"), ...owner });
      const isUp = await waitFor(context.clock, { withinMs: timeoutMs, everyMs: 20 }, () => answers(engine, socket));
      if (!isUp) throw new Error(`mariadbd does not answer; its log: ${join(place, "server.log")}`);
    },
    stop: () => stop(server.identity, { ask: "SIGTERM", graceMs: 60_000, clock: context.clock }),
  };
}

async function directoryOf(engine) {
  const [installation] = await engine.server.installations(context, { embeddedRoot: "/nonexistent" });
  if (!installation) throw new Error(`there is no ${engine.title} server on this machine`);
  return installation.directory;
}

/** @returns {Promise<true | undefined>} */
async function answers(engine, socket) {
  const login = { host: socket, port: 0, user: "root", password: new Secret(""), applicationName: "rowhouse bench" };
  const session = await engine.driver.connect(login).catch(() => undefined);
  if (!session) return undefined;
  await session[Symbol.asyncDispose]();
  return true;
}
