// A database server that lives for one proof: of the same engine and major version, in a directory of its own, on a socket only,
// as a system user that owns nothing else. It is ended by its pid and its directory is removed, whatever happened; what a
// `kill -9` of this process left is removed by the next proof: the directory's name tells whose it is, from its first moment.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { Survey } from "../../engines/backup.ts";
import type { CopyServer } from "../../engines/base.ts";
import type { Engine, Installation, ServerPlace } from "../../engines/engine.ts";
import { Problem } from "../../foundation/problem.ts";
import { waitFor } from "../../platform/clock.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, namesIn, readIfThere, readTail, remove, statIfThere, writeFileAtomic } from "../../platform/files.ts";
import { identify, isAlive, type ProcessIdentity } from "../../platform/identity.ts";
import { describeEnd, endAllNaming, endAllWorkingIn, type Program, type Running, start, stop } from "../../platform/processes.ts";
import { currentUser, findUser, isRoot } from "../../platform/users.ts";
import { machineFault } from "./machine-fault.ts";

/** Runs throw-away servers when we are root: what a restored schema makes its server do, it does as this user. */
export const proofUser = "rowhouse-proof";

/** Room for whole databases, unlike /tmp, which may be memory. */
export const proofsRoot = "/var/tmp";
const proofName = /^rowhouse-proof-(\d+)-(\d+)-[0-9a-f]{8}$/;
const readyWithinMs = 60_000;

export interface Throwaway extends AsyncDisposable {
  readonly place: ServerPlace;
  /** The login that may do everything. */
  administrator(database?: string): ConnectionOptions;
  /** 0700, for files of secrets. */
  readonly secretsDirectory: string;
  /** True when the server ended by itself, or somebody ended it. */
  isGone(): Promise<boolean>;
}

/** Named for this process: pid and start time. */
export async function newProofDirectory(): Promise<string> {
  const self = await identify(process.pid);
  return join(proofsRoot, `rowhouse-proof-${process.pid}-${self?.startTicks}-${randomBytes(4).toString("hex")}`);
}

/** A directory that only we can look into; what a `kill -9` leaves of it is removed as a proof's is. */
export async function makePrivateDirectory(name?: string): Promise<string> {
  const directory = name ?? (await newProofDirectory());
  await ensureDirectory(directory);
  return directory;
}

export async function proofPlace(directory: string, installation: Installation): Promise<ServerPlace> {
  const owner = isRoot() ? await findUser(proofUser) : undefined;
  return {
    installation,
    dataDirectory: join(directory, "data"),
    socketDirectory: join(directory, "run"),
    settingsDirectory: join(directory, "settings"),
    logPath: join(directory, "server.log"),
    port: 5432, // names the socket; nothing listens on TCP
    locale: "C.UTF-8",
    administrator: currentUser().name,
    application: { role: "nobody", database: "nothing" },
    ...(owner ? { owner } : {}),
  };
}

export function throwawayProgram(engine: Engine, place: ServerPlace, survey: Survey): Program {
  const program = engine.server.program(place);
  return { ...program, isBackground: true, argv: [...program.argv, ...engine.backup.scratchArguments(place, survey)] };
}

/** What a throw-away server runs on. */
export interface Ground {
  /** Makes the data directory. */
  make(place: ServerPlace): Promise<void>;
  /** How it is run, and who may do everything there. */
  run(place: ServerPlace): Promise<CopyServer>;
  readonly readyWithinMs: number;
  /** Whether what a server refuses a login with is that this machine has not what the files need. */
  isMissingHere?(said: string): boolean;
}

function emptyGround(context: Context, engine: Engine, survey: Survey): Ground {
  return {
    make: (place) => engine.server.initialise(context, place),
    run: async (place) => {
      await engine.server.writeSettings(place);
      return { program: throwawayProgram(engine, place, survey), administrator: (database) => engine.server.administrator(place, database) };
    },
    readyWithinMs,
  };
}

export interface ThrowawayOptions {
  readonly engine: Engine;
  readonly installation: Installation;
  readonly directory: string;
  readonly survey: Survey;
  /** Empty unless given. */
  readonly ground?: Ground;
  readonly signal: AbortSignal;
}

/** Throws RH-PROC-001 when the server does not start, and what the ground throws. */
export async function startThrowaway(context: Context, options: ThrowawayOptions): Promise<Throwaway> {
  const { engine, directory, survey, signal } = options;
  const ground = options.ground ?? emptyGround(context, engine, survey);
  const place = await proofPlace(directory, options.installation);
  const name = engine.server.program(place).argv[0];
  let server: ProcessIdentity | undefined;
  const end = async () => {
    if (server) await stop(server, { ask: "SIGKILL", graceMs: 0, clock: context.clock });
    await clear(context, directory, name);
  };
  try {
    await make(directory, place, name);
    await ground.make(place);
    signal.throwIfAborted();
    const { program, administrator } = await ground.run(place);
    const running = await start({ ...program, isBackground: true, logPath: place.logPath });
    const started = running.identity;
    server = started;
    await untilReady(context, { ...options, place, running, login: administrator(), ground });
    const isGone = async () => !(await isAlive(started));
    return { place, administrator, secretsDirectory: join(directory, "secrets"), isGone, [Symbol.asyncDispose]: end };
  } catch (thrown) {
    await end();
    throw thrown;
  }
}

async function make(directory: string, place: ServerPlace, program: string | undefined): Promise<void> {
  const owner = place.owner ? { owner: place.owner } : {};
  await ensureDirectory(directory, { mode: place.owner ? 0o711 : 0o700 });
  await ensureDirectory(join(directory, "secrets"));
  await writeFileAtomic(join(directory, "program"), program ?? "");
  await ensureDirectory(place.socketDirectory, owner);
  await ensureDirectory(place.settingsDirectory, { mode: place.owner ? 0o755 : 0o700 });
}

interface Starting extends Pick<ThrowawayOptions, "engine" | "signal"> {
  readonly place: ServerPlace;
  readonly running: Running;
  readonly login: ConnectionOptions;
  readonly ground: Ground;
}

async function untilReady(context: Context, { engine, place, running, login, ground, signal }: Starting): Promise<void> {
  const withinMs = ground.readyWithinMs;
  const attempt = async () => {
    if (!(await isAlive(running.identity))) return false;
    return engine.driver.connect(login).then(
      async (session) => {
        await session[Symbol.asyncDispose]();
        return true;
      },
      (thrown: unknown) => {
        if (thrown instanceof Problem && ground.isMissingHere?.(thrown.message)) throw missingHere(thrown.message);
      },
    );
  };
  if (await waitFor(context.clock, { withinMs, everyMs: 50, signal }, attempt)) return;
  const log = await readTail(place.logPath, 4_000);
  const fault = ground.isMissingHere?.(log) ? missingHere(lastLines(log)) : machineFault(log);
  if (fault) throw fault;
  const said = lastLines(log);
  const what = `the throw-away ${engine.title} ${place.installation.version}`;
  if (await isAlive(running.identity))
    throw new Problem("RH-PROC-002", `${what} lets nobody in within ${withinMs / 1_000} s; its log ends with: ${said}`);
  throw new Problem(
    "RH-PROC-001",
    `${engine.server.program(place).argv[0]} ${describeEnd(await running.gone)}: ${what} did not start; its log ends with: ${said}`,
  );
}

function lastLines(log: string): string {
  return log.trim().split("\n").slice(-3).join(" | ");
}

/** The files may be good: they need what another machine has. */
export function missingHere(said: string): Problem {
  return new Problem("RH-TOOL-001", `this machine has not what the files need: ${said}`, { hint: "Install it, or prove it on another machine." });
}

/** The server, what initialises it, and whatever else was started with a path of this proof. */
async function clear(context: Context, directory: string, program: string | undefined): Promise<void> {
  const how = { ask: "SIGKILL", graceMs: 0, clock: context.clock } as const;
  await endAllNaming(directory, how);
  for (const data of ["data", "data.partial"]) if (program) await endAllWorkingIn(join(directory, data), { program, ...how });
  await remove(directory);
}

/** Ends and removes what proofs left whose process is gone. Only directories of ours are touched. */
export async function clearAbandoned(context: Context): Promise<void> {
  for (const name of await namesIn(proofsRoot)) {
    const [, pid, startTicks] = proofName.exec(name) ?? [];
    const directory = join(proofsRoot, name);
    const stat = pid === undefined ? undefined : await statIfThere(directory);
    if (!stat?.isDirectory() || Number(stat.uid) !== currentUser().uid) continue;
    if ((await identify(Number(pid)))?.startTicks === Number(startTicks)) continue;
    await clear(context, directory, await readIfThere(join(directory, "program")));
  }
}
