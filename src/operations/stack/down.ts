// Ends the tiers from the outside inwards, each in order: the proxy finishes its requests, the application drains, the database
// writes its checkpoint. Works from the record of what runs, so it needs no `serve`.
import { engineNamed } from "../../engines/engines.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import type { Context } from "../../platform/context.ts";
import { join } from "node:path";
import { namesIn, remove } from "../../platform/files.ts";
import { isAlive } from "../../platform/identity.ts";
import { endAllWorkingIn, stop } from "../../platform/processes.ts";
import { findInstallation, findNginx, serverPlace, targetOf } from "./draft.ts";
import type { House } from "./house.ts";
import { placesOf } from "./places.ts";
import { type HouseState, readState, writeState } from "./state.ts";

/** Members by the beginning of their names, in the order in which they end. */
export const outsideIn = ["proxy", "app-", "database"];

const wasGone = "was not running";

/** True when there was something to end. */
export function didRun(evidence: readonly Evidence[]): boolean {
  return evidence.some(({ seen }) => seen !== wasGone);
}

/** A proxy waits for those who listen to changes, and they never finish: the application lets them go when it is asked to end. */
const proxyAloneMs = 1_000;

/** `known` are the members that the caller itself holds, should the record be lost. */
export async function takeDown(context: Context, house: House, known: HouseState["members"] = {}): Promise<readonly Evidence[]> {
  const places = placesOf(context, house.directory);
  const members = { ...known, ...(await readState(places)).members };
  const end = (prefix: string) => {
    const names = Object.keys(members).filter((name) => name.startsWith(prefix));
    return Promise.all(names.map((name) => endMember(context, house, name, members[name]?.identity)));
  };
  const proxies = end("proxy");
  await Promise.race([proxies, context.clock.sleep(proxyAloneMs)]);
  const evidence = (await Promise.all([proxies, end("app-")])).flat();
  evidence.push(...(await end("database")));
  const unrecorded = await endUnrecorded(context, house);
  if (unrecorded) evidence.push(unrecorded);
  const { config } = await readState(places);
  await writeState(places, { ...(config ? { config } : {}), members: {} });
  await remove(places.run);
  return evidence;
}

/** What works in the house's directories although no record names it: the record was lost, or its writer killed before it wrote. */
async function endUnrecorded(context: Context, house: House): Promise<Evidence | undefined> {
  const began = context.clock.monotonicMs();
  const ended: number[] = [];
  const places = placesOf(context, house.directory);
  const engine = engineNamed(house.config.engine);
  const nginx = await findNginx(context);
  const how = { graceMs: 15_000, clock: context.clock };
  if (nginx) ended.push(...(await endAllWorkingIn(places.web, { ...how, program: nginx.path, ask: "SIGQUIT" })));
  for (const name of await namesIn(places.app)) {
    if (!name.startsWith("app-")) continue;
    ended.push(...(await endAllWorkingIn(join(places.app, name), { ...how, program: process.execPath, ask: "SIGTERM" })));
  }
  const draft = { context, engine, places, house };
  if (!targetOf(draft) && (await findInstallation(draft))) ended.push(...(await engine.server.clearRemains(context, await serverPlace(draft))));
  if (ended.length === 0) return undefined;
  return { subject: "unrecorded", seen: `stopped (pid ${ended.join(", ")})`, tookMs: context.clock.monotonicMs() - began };
}

async function endMember(context: Context, house: House, name: string, identity: Parameters<typeof isAlive>[0] | undefined): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  const wasAlive = identity !== undefined && (await isAlive(identity));
  if (wasAlive) await stop(identity, { ...endingOf(house, name), clock: context.clock });
  return { subject: name, seen: wasAlive ? "stopped" : wasGone, tookMs: context.clock.monotonicMs() - began };
}

function endingOf(house: House, name: string): { readonly ask: NodeJS.Signals; readonly graceMs: number } {
  if (name === "database") return { ask: engineNamed(house.config.engine).server.stopSignal, graceMs: 60_000 };
  return { ask: name === "proxy" ? "SIGQUIT" : "SIGTERM", graceMs: 15_000 };
}
