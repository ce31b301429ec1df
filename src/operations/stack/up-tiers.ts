// The steps of `up` that bring the tiers to life, from the database outwards, each ending in what its probe saw.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { render, word } from "../../deploy/render.ts";
import type { ConnectionOptions } from "../../drivers/driver.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import type { Step } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import { ensureDirectory, exists, namesIn, publish, readIfThere, writeFileAtomic } from "../../platform/files.ts";
import { request } from "../../platform/http.ts";
import { isPortFree } from "../../platform/network.ts";
import { packageFiles } from "../../platform/package.ts";
import { run, runAnyway } from "../../platform/processes.ts";
import { type AccessGoal, ensurePassword, establishAccess, rightsText } from "../access/establish.ts";
import { proveApplicationRights } from "../access/prove.ts";
import { loadDemo } from "./demo.ts";
import { accessNames, databaseAddress, type Draft, findNginx, houseOf, logins, rolePasswords, serverPlace, settleConfig, targetOf } from "./draft.ts";
import { houseFile, houseText } from "./house.ts";
import { bundledMigrations, migrate } from "./migrate.ts";
import { findOwners, tierUsers } from "./places.ts";
import {
  type AppSettings,
  appMember,
  appSocket,
  databaseMember,
  nginxCommand,
  probeDatabase,
  type ProxySettings,
  proxyMember,
  type Tier,
} from "./tiers.ts";

/** How often a new house looks for another port when its own was taken meanwhile. */
const portTries = 10;

async function tierOf(draft: Draft): Promise<Tier> {
  return { context: draft.context, house: houseOf(draft), places: draft.places, owners: await findOwners() };
}

export async function databaseStep(draft: Draft): Promise<Step> {
  const { engine } = draft;
  return {
    title: `start ${engine.title}`,
    why: "tier 3: it listens on its socket and on loopback only",
    act: async (signal) => [await bringUpDatabase(draft, signal, portTries)],
  };
}

/** A new house whose port somebody took between the choice and the start takes the next one; a recorded port is kept. */
async function bringUpDatabase(draft: Draft, signal: AbortSignal, tries: number): Promise<Evidence> {
  const { engine, runtime } = draft;
  const place = await serverPlace(draft);
  await engine.server.writeSettings(place);
  try {
    return await runtime.bringUp(await databaseMember(await tierOf(draft), engine, place), signal);
  } catch (thrown) {
    if (!draft.isNew || tries <= 1 || (await isPortFree("127.0.0.1", place.port))) throw thrown;
    await moveDatabasePort(draft);
    return bringUpDatabase(draft, signal, tries - 1);
  }
}

async function moveDatabasePort(draft: Draft): Promise<void> {
  const { directory, config } = houseOf(draft);
  const { ports } = await settleConfig(draft, (await serverPlace(draft)).installation);
  draft.house = { directory, config: { ...config, ports: { ...config.ports, database: ports.database } } };
  await writeFileAtomic(houseFile(directory), houseText(draft.house.config), { mode: 0o644 });
}

/** A server that Rowhouse did not install is reached, and neither started nor configured. */
export function targetStep(draft: Draft): Step {
  const { context, engine } = draft;
  return {
    title: `reach the ${engine.title} server`,
    why: "tier 3 is there already: it is neither started nor configured here",
    act: async () => {
      const { administrator } = await databaseAddress(draft);
      return [await probeDatabase(context, engine, administrator)];
    },
  };
}

export async function schemaStep(draft: Draft): Promise<Step> {
  const { context, engine } = draft;
  const names = accessNames(draft.house?.config ?? { app: { database: "taskdb", role: "taskapp" } });
  return {
    title: "make roles, rights and schema",
    why: "the application gets its rows and nothing else; tables belong to a role that it is not",
    sql: rightsText(engine, names),
    act: async () => {
      const goal = await accessGoal(draft);
      const { owner, application, monitor } = await logins(draft);
      const roles = await establishAccess(context, goal);
      for (const login of [owner, application, monitor]) await ensurePassword(goal, login);
      const schema = await migrate(context, { engine, owner, migrations: await bundledMigrations(engine) });
      await establishAccess(context, goal); // rights on what the migrations made
      return [roles, schema];
    },
  };
}

async function accessGoal(draft: Draft): Promise<AccessGoal> {
  const { administrator } = await databaseAddress(draft);
  const names = accessNames(houseOf(draft).config);
  const clientHost = targetOf(draft) ? await clientHostOf(draft, administrator) : undefined;
  return {
    engine: draft.engine,
    administrator,
    names: { ...names, ...(clientHost === undefined ? {} : { clientHost }) },
    passwords: await rolePasswords(draft.places),
  };
}

async function clientHostOf(draft: Draft, administrator: ConnectionOptions): Promise<string | undefined> {
  await using session = await draft.engine.driver.connect(administrator);
  return await draft.engine.access.clientHost(session);
}

export function proofStep(draft: Draft): Step {
  const { context, engine } = draft;
  return {
    title: "prove the application's rights",
    why: "a right that was not tried is a hope",
    act: async () => {
      const { names, administrator } = await accessGoal(draft);
      const { owner, application } = await logins(draft);
      const verdict = await proveApplicationRights(context, { engine, names, administrator, owner, application, isOwnServer: !targetOf(draft) });
      if (verdict.state === "sound") return verdict.evidence;
      const seen = verdict.state === "faulty" ? verdict.findings.map((finding) => finding.seen).join("; ") : verdict.because;
      throw new Problem("RH-PROOF-001", `the application's rights are not what they should be: ${seen}`, {
        hint: "Take the right back, then `rowhouse up`.",
      });
    },
  };
}

export async function appStep(draft: Draft): Promise<Step> {
  const { places, runtime, house, options } = draft;
  const instances = house?.config.app.instances ?? options.instances ?? 2;
  return {
    title: `start ${instances} instances of the application`,
    why: "tier 2: each on a unix socket that only the proxy reaches",
    writes: [places.app],
    act: async (signal) => {
      const tier = await tierOf(draft);
      const nginx = await findNginx(draft.context);
      const settings = await appSettings(draft, tier, nginx === undefined);
      const count = nginx ? tier.house.config.app.instances : 1;
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      return Promise.all(numbers.map((instance) => runtime.bringUp(appMember(tier, settings, instance), signal)));
    },
  };
}

async function appSettings(draft: Draft, tier: Tier, isBuiltIn: boolean): Promise<AppSettings> {
  const { places } = draft;
  const owner = tier.owners?.app;
  const passwords = await rolePasswords(places);
  const passwordFile = join(places.app, "password");
  const text = `${passwords.application.reveal()}\n`;
  if ((await readIfThere(passwordFile)) !== text) await writeFileAtomic(passwordFile, text, owner ? { owner } : {});
  const { host, port } = await databaseAddress(draft);
  const settings = { passwordFile, databaseHost: host, databasePort: port };
  const bundle = await publishOnce({ from: packageFiles.appBundle, directory: places.app, name: "app", ending: ".mjs", owner });
  const node = await reachableNode(tier);
  if (!isBuiltIn) return { ...settings, bundle, node };
  const board = await publishOnce({ from: packageFiles.board, directory: places.app, name: "board", ending: "", owner });
  return { ...settings, bundle, node, builtIn: { port: tier.house.config.ports.proxy, board } };
}

/** Copies what another user runs or reads to where that user can reach it, under a name that says its content. */
async function publishOnce(what: {
  readonly from: string;
  readonly directory: string;
  readonly name: string;
  readonly ending: string;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}): Promise<string> {
  const to = join(what.directory, `${what.name}-${await contentHash(what.from)}${what.ending}`);
  if (!(await exists(to))) await publish({ from: what.from, to, ...(what.owner ? { owner: what.owner } : {}) });
  return to;
}

async function contentHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  const add = async (file: string): Promise<void> => {
    const names = await namesIn(file).catch(() => undefined);
    if (names === undefined) hash.update(await readFile(file));
    for (const name of names ?? []) {
      hash.update(name);
      await add(join(file, name));
    }
  };
  await add(path);
  return hash.digest("hex").slice(0, 16);
}

/** This very Node, copied to the application when its user cannot execute it where it is. */
async function reachableNode(tier: Tier): Promise<string> {
  const owner = tier.owners?.app;
  const works = async (node: string) => {
    const { exitCode } = await runAnyway({ argv: [node, "--version"], timeoutMs: 10_000, ...(owner ? { owner } : {}) }).catch(() => ({
      exitCode: 1,
    }));
    return exitCode === 0;
  };
  if (await works(process.execPath)) return process.execPath;
  return publishOnce({ from: process.execPath, directory: tier.places.app, name: "node", ending: "", owner });
}

export async function proxyStep(draft: Draft): Promise<readonly Step[]> {
  const { places, runtime, options, context } = draft;
  const nginx = await findNginx(context);
  if (!nginx && !options.mayInstall) return []; // the application serves the board itself
  return [
    {
      title: "start nginx",
      why: "tier 1: the only one that strangers reach",
      run: [[...nginxCommand(places, { nginx: nginx?.path ?? "nginx", version: "", configuration: configurationPath(draft) }), "-t"]],
      writes: [configurationPath(draft)],
      act: async (signal) => {
        const found = await findNginx(context);
        if (!found) return [];
        const tier = await tierOf(draft);
        const settings: ProxySettings = { nginx: found.path, version: found.version, configuration: configurationPath(draft) };
        await writeConfiguration(draft, tier, settings);
        return [await runtime.bringUp(await proxyMember(tier, settings), signal)];
      },
    },
  ];
}

function configurationPath(draft: Draft): string {
  return join(draft.places.web, "nginx.conf");
}

/** The new file is tested under another name; only one that nginx takes replaces the old one. */
async function writeConfiguration(draft: Draft, tier: Tier, settings: ProxySettings): Promise<void> {
  const { places } = draft;
  const owner = tier.owners?.web;
  const board = await publishOnce({ from: packageFiles.board, directory: places.web, name: "board", ending: "", owner });
  await ensureDirectory(join(places.web, "temporary"), owner ? { owner } : {});
  const template = await readFile(fileURLToPath(new URL("../../deploy/templates/nginx/nginx.conf", import.meta.url)), "utf8");
  const { ports, app } = tier.house.config;
  const sockets = Array.from({ length: app.instances }, (_, index) => word(appSocket(places, index + 1)));
  const text = render(template, {
    house: places.house,
    user: owner && ports.proxy < 1024 ? `user ${tierUsers.web};` : "# One user for master and workers: whoever starts it.",
    listen: `127.0.0.1:${ports.proxy}`,
    board: word(board),
    instances: sockets.map((socket) => `    server unix:${socket} max_fails=1 fail_timeout=1s;`).join("\n"),
  });
  const candidate = join(dirname(settings.configuration), "candidate.conf");
  const options = { mode: 0o644, ...(owner ? { owner } : {}) };
  await writeFileAtomic(candidate, text, options);
  await run({
    argv: [...nginxCommand(places, { ...settings, configuration: candidate }), "-t"],
    timeoutMs: 15_000,
    ...(owner && ports.proxy >= 1024 ? { owner } : {}),
  });
  await writeFileAtomic(settings.configuration, text, options);
}

export function throughStep(draft: Draft): Step {
  return {
    title: "send a task through all tiers",
    why: "the way a person's task takes is the only proof that it works",
    act: async () => [await probeThrough(draft), ...(draft.options.isDemo ? [await loadDemo(draft.context, houseOf(draft).config.ports.proxy)] : [])],
  };
}

/** Evidence turns faulty when a task sent through the outermost tier is not created, or not there afterwards. */
async function probeThrough(draft: Draft): Promise<Evidence> {
  const { clock } = draft.context;
  const began = clock.monotonicMs();
  const port = houseOf(draft).config.ports.proxy;
  const made = await request({ port, method: "POST", path: "/api/tasks", body: { title: "rowhouse up: through all tiers" }, timeoutMs: 5_000 });
  if (made.status !== 201)
    throw new Problem("RH-HOUSE-005", `POST /api/tasks through all tiers answers ${made.status}: ${made.body.slice(0, 200)}`, {
      hint: "rowhouse logs app",
    });
  const { task } = JSON.parse(made.body) as { task: { id: number } };
  const path = `/api/tasks/${task.id}`;
  const read = await request({ port, method: "GET", path, timeoutMs: 5_000 });
  const removed = await request({ port, method: "DELETE", path, timeoutMs: 5_000 });
  if (read.status !== 200 || removed.status !== 204)
    throw new Problem("RH-HOUSE-005", `${path} reads as ${read.status} and is removed with ${removed.status}`, { hint: "rowhouse logs app" });
  return { subject: "through", seen: "POST /api/tasks 201 through all tiers, task removed", tookMs: clock.monotonicMs() - began };
}
