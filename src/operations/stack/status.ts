// What each tier does now, from probes, not from what was recorded: a tier that hangs is as broken as one that is gone, and one
// that answers late is named too. Works without `serve`.
import { join } from "node:path";
import type { Engine } from "../../engines/engine.ts";
import { engineNamed } from "../../engines/engines.ts";
import { formatBytes, formatDuration } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { exists, freeBytes } from "../../platform/files.ts";
import { lockOwner } from "../../platform/locks.ts";
import { request } from "../../platform/http.ts";
import { isRoot } from "../../platform/users.ts";
import { findNginx, logins } from "./draft.ts";
import type { House } from "./house.ts";
import { type Places, placesOf } from "./places.ts";
import type { RecordedHouse } from "./recorded.ts";
import { describeRecent, type RecentRequests, recentRequests } from "./recent.ts";
import { type HouseState, livingMembers, readState, type Restarts } from "./state.ts";
import { appSocket, probeApp, probeDatabase, probeProxy } from "./tiers.ts";

const slowAfterMs = 1_000;
const lowSpaceBytes = 1_000_000_000;

export type TierState = "up" | "slow" | "down" | "stopped";

export interface TierStatus {
  readonly tier: "proxy" | "app" | "database";
  readonly state: TierState;
  /** `127.0.0.1:8080`, or who it runs as. */
  readonly where: string;
  /** What the probe saw, or why the tier is not up. */
  readonly seen: string;
  /** What the application counted, all instances together. */
  readonly recent?: RecentRequests;
  /** Of the members that the supervisor brought back since `up`. */
  readonly restarts?: readonly MemberRestarts[];
}

export interface MemberRestarts extends Restarts {
  readonly member: string;
}

export interface HouseStatus {
  readonly house: string;
  readonly engine: string;
  readonly url: string;
  /** False after `down`: then nothing is expected to run. */
  readonly isWanted: boolean;
  readonly isSupervised: boolean;
  readonly tiers: readonly TierStatus[];
  /** What one should know although nothing is broken. */
  readonly notes: readonly string[];
}

/** `warnings` are told among the notes. */
export async function houseStatus(context: Context, { house, warnings }: RecordedHouse): Promise<HouseStatus> {
  const engine = engineNamed(house.config.engine);
  const places = placesOf(context, house.directory);
  const members = (await readState(places)).members;
  const isSupervised = (await lockOwner(serveLock(places))) !== undefined;
  const isWanted = isSupervised || Object.keys(members).length > 0;
  const tiers = isWanted
    ? await Promise.all([proxyStatus(context, house, places), appStatus(context, house, places), databaseStatus(context, house, engine, places)])
    : stoppedTiers(house, engine);
  return {
    house: house.directory,
    engine: engine.name,
    url: urlOf(house),
    isWanted,
    isSupervised,
    tiers: tiers.map((tier) => ({ ...tier, ...restartsOf(tier, members) })),
    notes: [...warnings, ...restartNotes(context, members), ...(await notes(places))],
  };
}

function restartsOf({ tier }: TierStatus, members: HouseState["members"]): Pick<TierStatus, "restarts"> {
  const restarts = restarted(members).filter(({ member }) => member.replace(/-\d+$/, "") === tier);
  return restarts.length === 0 ? {} : { restarts };
}

function restarted(members: HouseState["members"]): readonly MemberRestarts[] {
  return Object.entries(members).flatMap(([member, { restarts }]) => (restarts ? [{ member, ...restarts }] : []));
}

/** `app-1 was restarted 2 times, the last time 40.0 s ago: killed by SIGKILL` */
function restartNotes({ clock }: Context, members: HouseState["members"]): readonly string[] {
  return restarted(members).map(({ member, count, lastAt, why }) => {
    const ago = formatDuration(Math.max(0, clock.now().getTime() - Date.parse(lastAt)));
    const often = count === 1 ? `once, ${ago} ago` : `${count} times, the last time ${ago} ago`;
    return `${member} was restarted ${often}: ${why ?? `why it ended is not known, \`rowhouse logs ${member.replace(/-\d+$/, "")}\` may tell`}`;
  });
}

export function urlOf(house: House): string {
  return `http://127.0.0.1:${house.config.ports.proxy}`;
}

export function serveLock(places: Places): string {
  return join(places.locks, "serve");
}

function stoppedTiers(house: House, engine: Engine): readonly TierStatus[] {
  const { ports } = house.config;
  return [
    { tier: "proxy", state: "stopped", where: `127.0.0.1:${ports.proxy}`, seen: "" },
    { tier: "app", state: "stopped", where: house.config.app.role, seen: "" },
    { tier: "database", state: "stopped", where: databaseWhere(house), seen: `${engine.title} ${house.config.major}` },
  ];
}

async function proxyStatus(context: Context, house: House, places: Places): Promise<TierStatus> {
  const port = house.config.ports.proxy;
  const where = `127.0.0.1:${port}`;
  if (await isBuiltIn(places)) return { ...(await probed("proxy", where, async () => probeThroughPort(context, port))), where: `${where} built in` };
  const nginx = await findNginx(context);
  return probed("proxy", where, () => probeProxy(context, nginx?.version ?? "", port));
}

/** The application listens on the port itself: it runs without a proxy and has no socket. An `up` that was cut off has neither yet. */
async function isBuiltIn(places: Places): Promise<boolean> {
  const { members } = await readState(places);
  return "app-1" in members && !("proxy" in members) && !(await exists(appSocket(places, 1)));
}

async function probeThroughPort(context: Context, port: number) {
  const began = context.clock.monotonicMs();
  await request({ port, method: "GET", path: "/livez", timeoutMs: 2_000 });
  return { subject: "proxy", seen: "served by the application, there is no nginx", tookMs: context.clock.monotonicMs() - began };
}

/** The application is up while every instance is alive, even when the database is not: /livez, then /readyz. */
async function appStatus(context: Context, house: House, places: Places): Promise<TierStatus> {
  const recorded = Object.keys((await readState(places)).members).filter((name) => name.startsWith("app-"));
  const configured = Array.from({ length: house.config.app.instances }, (_, index) => `app-${index + 1}`);
  const wanted = recorded.length > 0 ? recorded : configured;
  const onPort = await isBuiltIn(places);
  const targets = wanted.map((name) => (onPort ? { port: house.config.ports.proxy } : { socketPath: appSocket(places, Number(name.slice(4))) }));
  const results = await Promise.all(targets.map((target) => probed("app", house.config.app.role, () => probeLife(context, target))));
  const broken = results.filter(({ state }) => state !== "up");
  const where = `${results.length - broken.length}/${results.length} ${house.config.app.role}`;
  const worst = broken.find(({ state }) => state === "down") ?? broken[0];
  if (worst) return { ...worst, where };
  const ready = await Promise.all(targets.map((target) => probeApp(context, target).catch((thrown: Error) => thrown)));
  const notReady = ready.find((one) => one instanceof Error);
  const recent = await recentRequests(targets);
  const did = recent ? describeRecent(recent) : "ready, can write";
  return { tier: "app", state: "up", where, seen: notReady?.message ?? did, ...(recent ? { recent } : {}) };
}

async function probeLife(context: Context, target: { readonly socketPath: string } | { readonly port: number }) {
  const began = context.clock.monotonicMs();
  const { status } = await request({ ...target, method: "GET", path: "/livez", timeoutMs: 2_000 });
  if (status !== 200) throw new Error(`GET /livez ${status}`);
  return { subject: "app", seen: "alive", tookMs: context.clock.monotonicMs() - began };
}

async function databaseStatus(context: Context, house: House, engine: Engine, places: Places): Promise<TierStatus> {
  const { monitor } = await logins({ context, engine, places, house });
  return probed("database", databaseWhere(house), () => probeDatabase(context, engine, monitor));
}

function databaseWhere(house: House): string {
  return house.config.target ?? `127.0.0.1:${house.config.ports.database}`;
}

async function probed(
  tier: TierStatus["tier"],
  where: string,
  probe: () => Promise<{ readonly seen: string; readonly tookMs: number }>,
): Promise<TierStatus> {
  try {
    const { seen, tookMs } = await probe();
    const isSlow = tookMs > slowAfterMs;
    return { tier, where, state: isSlow ? "slow" : "up", seen: isSlow ? `answered after ${(tookMs / 1000).toFixed(1)} s: ${seen}` : seen };
  } catch (thrown) {
    return { tier, where, state: "down", seen: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

async function notes(places: Places): Promise<readonly string[]> {
  const living = await livingMembers(places);
  const isSupervised = (await lockOwner(serveLock(places))) !== undefined;
  const free = await freeBytes(places.state).catch(() => Number.POSITIVE_INFINITY);
  const isTrial = (await readState(places)).members["database"]?.note === "trial";
  return [
    ...(isRoot() ? [] : ["one user runs all tiers: as root each tier would have its own"]),
    ...(Object.keys(living).length > 0 && !isSupervised ? ["nobody supervises: `rowhouse up` takes over what runs"] : []),
    ...(free < lowSpaceBytes ? [`only ${formatBytes(free)} are free where the data is`] : []),
    ...(isTrial ? ["the database is a trial server from npm: its minor releases lag"] : []),
  ];
}
