// The three tiers of a house as members that can be started: which program, as whom, with what settings, and the probe that
// says whether it does its work.
import { join } from "node:path";
import { word } from "../../deploy/render.ts";
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { Engine, ServerPlace } from "../../engines/engine.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, readIfThere, remove } from "../../platform/files.ts";
import { request } from "../../platform/http.ts";
import { holderOf, isPortFree, listenersOn } from "../../platform/network.ts";
import { commandOf, workingDirectoryOf } from "../../platform/identity.ts";
import { endAllWorkingIn, signalProcess } from "../../platform/processes.ts";
import type { House } from "./house.ts";
import type { Owners, Places } from "./places.ts";
import type { Member } from "./runtime.ts";

export const probeTimeoutMs = 2_000;

export interface Tier {
  readonly context: Context;
  readonly house: House;
  readonly places: Places;
  readonly owners: Owners;
}

export async function databaseMember(tier: Tier, engine: Engine, place: ServerPlace): Promise<Member> {
  const { context, places } = tier;
  const settings = await Promise.all(engine.server.settingsFiles(place).map(readIfThere));
  return {
    name: "database",
    program: engine.server.program(place),
    logPath: join(places.logs, "database.log"),
    settings: settings.join("\n"),
    stopSignal: engine.server.stopSignal,
    graceMs: 60_000,
    ...(place.installation.isTrial ? { note: "trial" } : {}),
    readyWithinMs: 300_000, // crash recovery of a large log takes minutes, and killing it helps nobody
    beforeStart: async () => {
      await engine.server.clearRemains(context, place);
      if (await isPortFree("127.0.0.1", place.port)) return;
      throw portTaken(place.port, await holderOf(place.port), "ports.database", tier.house);
    },
    probe: () => probeDatabase(context, engine, engine.server.administrator(place)),
  };
}

/** Evidence turns faulty when the server does not answer a statement within two seconds. */
export async function probeDatabase(context: Context, engine: Engine, login: ConnectionOptions): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  await using session = await engine.driver.connect({ ...login, connectTimeoutMs: probeTimeoutMs, statementTimeoutMs: probeTimeoutMs });
  const vitals = await engine.server.vitals(session);
  const seen = `${engine.title} ${vitals.version}, ${vitals.usedConnections} of ${vitals.connectionLimit} connections`;
  return { subject: "database", seen, tookMs: context.clock.monotonicMs() - began };
}

export interface AppSettings {
  readonly node: string;
  readonly bundle: string;
  readonly databaseHost: string;
  readonly databasePort: number;
  readonly passwordFile: string;
  /** Of the password, so that an instance with an old one is replaced. */
  readonly passwordHash: string;
  /** Where there is no nginx, the one instance listens on the port itself and serves the board. */
  readonly builtIn?: { readonly port: number; readonly board: string };
}

export function appMember(tier: Tier, settings: AppSettings, instance: number): Member {
  const { context, house, places, owners } = tier;
  const name = `app-${instance}`;
  const socket = appSocket(places, instance);
  const workplace = join(places.app, name);
  const where: Record<string, string> = settings.builtIn
    ? { PORT: String(settings.builtIn.port), STATIC_DIR: settings.builtIn.board }
    : { SOCKET: socket };
  return {
    name,
    program: {
      argv: [settings.node, "--enable-source-maps", settings.bundle],
      env: {
        NODE_ENV: "production",
        INSTANCE: name,
        DB_ENGINE: house.config.engine,
        DB_HOST: settings.databaseHost,
        DB_PORT: String(settings.databasePort),
        DB_NAME: house.config.app.database,
        DB_USER: house.config.app.role,
        DB_PASS_FILE: settings.passwordFile,
        BACKUPS_FILE: backupFiguresFile(places),
        ...where,
      },
      cwd: workplace,
      ...(owners ? { owner: owners.app } : {}),
    },
    logPath: join(places.logs, `${name}.log`),
    settings: settings.passwordHash,
    stopSignal: "SIGTERM",
    graceMs: 15_000,
    readyWithinMs: 20_000,
    beforeStart: async () => {
      await ensureDirectory(workplace, { mode: owners ? 0o755 : 0o700 });
      await endAllWorkingIn(workplace, { program: settings.node, ask: "SIGTERM", graceMs: 15_000, clock: context.clock }); // unrecorded ones
      if (!settings.builtIn) return remove(socket);
      if (!(await isPortFree("127.0.0.1", settings.builtIn.port)))
        throw portTaken(settings.builtIn.port, await holderOf(settings.builtIn.port), "ports.proxy", house);
    },
    probe: () => probeApp(context, settings.builtIn ? { port: settings.builtIn.port } : { socketPath: socket }),
  };
}

/** How the backups stand, for the figures that the application shows. */
export function backupFiguresFile(places: Places): string {
  return join(places.app, "backups.json");
}

export function appSocket(places: Places, instance: number): string {
  return join(places.run, "app", `app-${instance}.sock`);
}

/** Evidence turns faulty when an instance cannot write to the database, or says so only after two seconds. */
export async function probeApp(context: Context, where: { readonly socketPath: string } | { readonly port: number }): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  const answer = await request({ ...where, method: "GET", path: "/readyz", timeoutMs: probeTimeoutMs + 500 });
  const tookMs = context.clock.monotonicMs() - began;
  if (answer.status === 200) return { subject: "app", seen: "ready, can write", tookMs };
  throw new Problem("RH-HOUSE-005", `answers ${answer.status}: ${reasonIn(answer.body)}`);
}

function reasonIn(body: string): string {
  try {
    const { reason } = JSON.parse(body) as { reason?: unknown };
    return typeof reason === "string" ? reason : body.slice(0, 200);
  } catch {
    return body.slice(0, 200);
  }
}

export interface ProxySettings {
  readonly nginx: string;
  readonly version: string;
  readonly configuration: string;
}

export async function proxyMember(tier: Tier, settings: ProxySettings): Promise<Member> {
  const { context, house, places, owners } = tier;
  const port = house.config.ports.proxy;
  return {
    name: "proxy",
    program: {
      argv: nginxCommand(places, settings),
      cwd: places.web,
      ...(owners && port >= 1024 ? { owner: owners.web } : {}),
    },
    logPath: join(places.logs, "proxy.log"),
    settings: (await readIfThere(settings.configuration)) ?? "",
    stopSignal: "SIGQUIT",
    graceMs: 15_000,
    readyWithinMs: 10_000,
    beforeStart: async () => {
      await endOrphanWorkers(tier, port);
      if (!(await isPortFree("127.0.0.1", port))) throw portTaken(port, await holderOf(port), "ports.proxy", house);
    },
    probe: () => probeProxy(context, settings.version, port),
  };
}

export function nginxCommand(places: Places, settings: ProxySettings): readonly string[] {
  return [settings.nginx, "-e", "stderr", "-p", `${word(places.web)}/`, "-c", settings.configuration];
}

/** Evidence turns faulty when nginx does not answer for itself within two seconds. */
export async function probeProxy(context: Context, version: string, port: number): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  const answer = await request({ port, method: "GET", path: "/proxyz", timeoutMs: probeTimeoutMs });
  if (answer.status !== 200) throw new Problem("RH-HOUSE-005", `answers ${answer.status}`);
  return { subject: "proxy", seen: `nginx ${version}`, tookMs: context.clock.monotonicMs() - began };
}

/**
 * Workers whose master was killed live on, keep the port and answer (TRAP-20); their command line is only "nginx: worker
 * process". They are known by the socket they listen on and by working in this house.
 */
async function endOrphanWorkers(tier: Tier, port: number): Promise<void> {
  const { context, places } = tier;
  for (let attempt = 0; attempt < 50; attempt++) {
    const holders = await listenersOn(port);
    const workers = await Promise.all(holders.map(async (pid) => ({ pid, isOurs: await isOrphanWorker(pid, places) })));
    const ours = workers.filter(({ isOurs }) => isOurs);
    if (ours.length === 0) return;
    for (const { pid } of ours) signalProcess(pid, attempt < 20 ? "SIGTERM" : "SIGKILL");
    await context.clock.sleep(50);
  }
}

async function isOrphanWorker(pid: number, places: Places): Promise<boolean> {
  return (await commandOf(pid)).startsWith("nginx:") && (await workingDirectoryOf(pid)) === places.web;
}

function portTaken(port: number, holder: string, field: string, house: House): Problem {
  return new Problem("RH-NET-001", `port ${port} on 127.0.0.1 is taken by ${holder}`, {
    field,
    hint: `Free it, or set ${field} in ${join(house.directory, "rowhouse.toml")} to another port.`,
  });
}
