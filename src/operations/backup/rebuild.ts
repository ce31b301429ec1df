// A house from nothing but its kit and a backup: its file, an empty server, the data before anything else is made there, and then what
// `up` does anyway. The copy is compared before the application can write into it.
import { join } from "node:path";
import type { Verdict } from "../../foundation/evidence.ts";
import { perform, type Step } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { dayMs } from "../../foundation/units.ts";
import type { Tool } from "../../engines/backup.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, namesIn, remove, writeFileAtomic } from "../../platform/files.ts";
import { takeLock } from "../../platform/locks.ts";
import { nextFreePort } from "../../platform/network.ts";
import { accessNames, type Draft, houseOf, rolePasswords, serverPlace } from "../stack/draft.ts";
import { type House, type HouseConfig, houseFile, houseFileMode, houseText, parseHouse } from "../stack/house.ts";
import { placesOf } from "../stack/places.ts";
import { serveLock } from "../stack/status.ts";
import { planUp } from "../stack/up.ts";
import { compareCopy } from "./compare.ts";
import { type DatabaseManifest, surveyOf } from "./manifest.ts";
import { putMigrationRecord } from "./migration-record.ts";
import type { PlainBackup } from "./open.ts";

export interface RebuildOptions {
  /** Empty, or not there. */
  readonly directory: string;
  readonly config: HouseConfig;
  /** rowhouse.toml as it was. */
  readonly text: string;
  readonly manifest: DatabaseManifest;
  readonly plain: PlainBackup;
  readonly tools: readonly Tool[];
  readonly mayInstall: boolean;
  readonly signal: AbortSignal;
  readonly onStep: (title: string) => void;
  readonly onProgress: (text: string) => void;
}

export interface Rebuilt {
  readonly house: House;
  readonly verdict: Verdict;
  readonly restoreMs: number;
  readonly comparedMs: number;
}

/** Throws RH-HOUSE-004 when something is there already. */
export async function refuseNotEmpty(directory: string): Promise<void> {
  const there = await namesIn(directory);
  if (there.length === 0) return;
  throw new Problem("RH-HOUSE-004", `${directory} is not empty: ${there.slice(0, 3).join(", ")}`, { hint: "Give an empty or new directory." });
}

/** Leaves the house up, with its service answering. What fails leaves nothing running. */
export async function rebuildHouse(context: Context, options: RebuildOptions): Promise<Rebuilt> {
  const { directory, signal, onStep, mayInstall } = options;
  await refuseNotEmpty(directory);
  const places = placesOf(context, directory);
  await ensureDirectory(places.state, { mode: 0o711 });
  await ensureDirectory(directory, { mode: 0o755 });
  await using _lock = await takeLock({ path: serveLock(places), operation: "backup drill", clock: context.clock });
  const config = await withFreePorts(options.config);
  await writeFileAtomic(houseFile(directory), config === options.config ? options.text : withPorts(options.text, config), {
    mode: houseFileMode(config),
  });
  const found: Filled = { verdict: { state: "unknown", because: "the data was not restored" }, restoreMs: 0, comparedMs: 0 };
  const up = { directory, isDemo: false, mayInstall };
  const { plan, draft } = await planUp(context, up, { beforeSchema: (one) => fillStep(one, options, found) });
  try {
    await perform(plan, { signal, onStep: ({ title }) => onStep(title) });
  } catch (thrown) {
    await draft.runtime.endStarted();
    throw thrown;
  }
  return { house: houseOf(draft), ...found };
}

/** The lost house's own where nobody has them: on the machine where it still runs a drill takes the next ones. */
async function withFreePorts(config: HouseConfig): Promise<HouseConfig> {
  const proxy = await nextFreePort("127.0.0.1", config.ports.proxy);
  let database = await nextFreePort("127.0.0.1", config.ports.database);
  if (database !== undefined && database === proxy) database = await nextFreePort("127.0.0.1", database + 1);
  if (proxy === undefined || database === undefined)
    throw new Problem("RH-NET-001", `no free port from ${config.ports.proxy} or ${config.ports.database} upwards`, { hint: "Free one." });
  if (proxy === config.ports.proxy && database === config.ports.database) return config;
  return { ...config, ports: { proxy, database } };
}

/** A person's file with other ports; written anew where it has them in a form of its own. */
function withPorts(text: string, config: HouseConfig): string {
  const { proxy, database } = config.ports;
  const edited = text.replace(/^(\s*\[ports\][^[]*)/m, (section) =>
    section.replace(/^(\s*proxy\s*=\s*)\d+/m, `$1${proxy}`).replace(/^(\s*database\s*=\s*)\d+/m, `$1${database}`),
  );
  const { ports } = parseHouse(edited, "rowhouse.toml");
  return ports.proxy === proxy && ports.database === database ? edited : houseText(config);
}

interface Filled {
  verdict: Verdict;
  restoreMs: number;
  comparedMs: number;
}

function fillStep(draft: Draft, options: RebuildOptions, found: Filled): Step {
  return {
    title: `restore ${options.manifest.id}`,
    why: "into the empty server, before roles get their rights and before anybody can write",
    act: async (signal) => {
      const { clock } = draft.context;
      const began = clock.monotonicMs();
      await fill(draft, { ...options, signal });
      const restored = clock.monotonicMs();
      found.verdict = await compared(draft, options);
      found.restoreMs = restored - began;
      found.comparedMs = clock.monotonicMs() - restored;
      await settle(draft, options.manifest);
      return [];
    },
  };
}

async function fill(draft: Draft, { manifest, plain, tools, signal, onProgress }: RebuildOptions): Promise<void> {
  const { engine, places, context } = draft;
  const place = await serverPlace(draft);
  const secretsDirectory = join(places.secrets, "restore");
  await ensureDirectory(secretsDirectory);
  try {
    const { directory } = plain;
    const { tables } = manifest;
    await engine.backup.restore(context, {
      kind: manifest.kind,
      survey: surveyOf(manifest),
      tools,
      place,
      directory,
      secretsDirectory,
      tables,
      signal,
      onProgress,
    });
  } finally {
    await remove(secretsDirectory);
  }
}

/** The restored roles cannot log in; they get the new house's passwords, and what the house has beside the database is made. */
async function settle(draft: Draft, manifest: DatabaseManifest): Promise<void> {
  const { engine, places } = draft;
  const names = accessNames(houseOf(draft).config);
  const passwords = await rolePasswords(places);
  await using session = await engine.driver.connect(engine.server.administrator(await serverPlace(draft), manifest.database.name));
  const existing = await engine.access.existing(session);
  for (const { name, statement } of engine.access.creation(names, passwords)) if (!existing.has(name)) await session.run(statement);
  for (const role of ["application", "owner", "backup", "monitor"] as const)
    for (const statement of engine.access.resetPassword(names[role], passwords[role], names)) await session.run(statement);
  await putMigrationRecord(session, engine, manifest);
}

async function compared(draft: Draft, { manifest, plain, onProgress }: RebuildOptions): Promise<Verdict> {
  const { engine, context } = draft;
  const login = engine.server.administrator(await serverPlace(draft), manifest.database.name);
  await using session = await engine.driver.connect({ ...login, statementTimeoutMs: dayMs });
  return await compareCopy(context, { engine, manifest, catalogue: plain.catalogue, onProgress }, session);
}
