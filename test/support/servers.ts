// Database servers for tests, without a house around them: made by the engine's own floor in a temporary directory, on a free
// port, stopped by their identity. One per suite. With ROWHOUSE_MATRIX=full a suite runs once per version that there is.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { lineLog } from "../../src/platform/log.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import type { Context } from "../../src/platform/context.ts";
import { ensureDirectory } from "../../src/platform/files.ts";
import { start, stop } from "../../src/platform/processes.ts";
import { currentUser, findUser, isRoot } from "../../src/platform/users.ts";
import type { ConnectionOptions } from "../../src/drivers/driver.ts";
import type { Engine, Installation, ServerPlace } from "../../src/engines/engine.ts";
import { type EngineName, engineNames, engines } from "../../src/engines/engines.ts";
import { freePort } from "./houses.ts";

export const testContext: Context = { clock: systemClock, log: lineLog(systemClock, () => undefined), environment: process.env };

export interface EngineVersion {
  /** What a suite is called by: `PostgreSQL 15.20`. */
  readonly title: string;
  readonly engine: Engine;
  readonly name: EngineName;
  readonly installation: Installation;
}

export interface TestServer extends AsyncDisposable {
  readonly engine: Engine;
  readonly place: ServerPlace;
  readonly pid: number;
  /** The administrator's login by socket. */
  administrator(database?: string): ConnectionOptions;
}

/** Where the matrix keeps npm's servers between runs. */
export const matrixServers =
  process.env["ROWHOUSE_SERVERS"] ?? (isRoot() ? "/var/cache/rowhouse/servers" : join(homedir(), ".cache/rowhouse/servers"));

/** Every engine: its newest server on this machine, or with ROWHOUSE_MATRIX=full every version there is. */
export async function engineVersions(): Promise<readonly EngineVersion[]> {
  const isFull = process.env["ROWHOUSE_MATRIX"] === "full";
  const perEngine = await Promise.all(
    engineNames.map(async (name) => {
      const engine = engines[name];
      const found = await engine.server.installations(testContext, { embeddedRoot: matrixServers });
      if (found.length === 0) throw new Error(`no ${engine.title} server for the tests: npm test installs it`);
      const chosen = isFull ? found : found.slice(0, 1);
      return chosen.map((installation) => ({
        title: `${engine.title} ${installation.version}${installation.isTrial ? " (npm)" : ""}`,
        engine,
        name,
        installation,
      }));
    }),
  );
  return perEngine.flat();
}

export async function startServer({ engine, installation }: EngineVersion): Promise<TestServer> {
  const root = await mkdtemp("/tmp/rowhouse-server-");
  await chmod(root, 0o755);
  const owner = isRoot() ? await findUser("nobody") : undefined;
  const place: ServerPlace = {
    installation,
    dataDirectory: join(root, "data"),
    socketDirectory: join(root, "run"),
    settingsDirectory: join(root, "settings"),
    logPath: join(root, "server.log"),
    port: await freePort(),
    locale: "C.UTF-8",
    administrator: currentUser().name,
    application: { role: "taskapp", database: "taskdb" },
    ...(owner ? { owner } : {}),
  };
  const mode = owner ? { owner } : {};
  for (const path of [place.socketDirectory, place.settingsDirectory]) await ensureDirectory(path, { mode: 0o755, ...mode });
  await chmod(root, 0o777);
  await engine.server.initialise(testContext, place);
  await engine.server.writeSettings(place);
  const running = await start({ ...engine.server.program(place), logPath: place.logPath });
  const administrator = (database?: string) => engine.server.administrator(place, database);
  await waitFor(systemClock, { withinMs: 60_000, everyMs: 50 }, () => answers(engine, administrator()));
  return {
    engine,
    place,
    pid: running.identity.pid,
    administrator,
    [Symbol.asyncDispose]: async () => {
      await stop(running.identity, { ask: engine.server.stopSignal, graceMs: 20_000, clock: systemClock });
      await engine.server.clearRemains(testContext, place);
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function answers(engine: Engine, login: ConnectionOptions): Promise<true | undefined> {
  try {
    await using session = await engine.driver.connect(login);
    await engine.server.vitals(session);
    return true;
  } catch {
    return undefined; // still starting
  }
}
