// Ends the tiers from the outside inwards, each in order: the proxy finishes its requests, the application drains, the database
// writes its checkpoint. Works from the record of what runs, so it needs no `serve`.
import { engineNamed } from "../../engines/engines.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import type { Context } from "../../platform/context.ts";
import { remove } from "../../platform/files.ts";
import { isAlive } from "../../platform/identity.ts";
import { stop } from "../../platform/processes.ts";
import type { House } from "./house.ts";
import { placesOf } from "./places.ts";
import { readState, writeState } from "./state.ts";

const outsideIn = ["proxy", "app-", "database"];

export async function takeDown(context: Context, house: House): Promise<readonly Evidence[]> {
  const places = placesOf(context, house.directory);
  const { members } = await readState(places);
  const evidence: Evidence[] = [];
  for (const prefix of outsideIn) {
    const names = Object.keys(members).filter((name) => name.startsWith(prefix));
    evidence.push(...(await Promise.all(names.map((name) => endMember(context, house, name, members[name]?.identity)))));
  }
  await writeState(places, { members: {} });
  await remove(places.run);
  return evidence;
}

async function endMember(context: Context, house: House, name: string, identity: Parameters<typeof isAlive>[0] | undefined): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  const wasAlive = identity !== undefined && (await isAlive(identity));
  if (wasAlive) await stop(identity, { ...endingOf(house, name), clock: context.clock });
  return { subject: name, seen: wasAlive ? "stopped" : "was not running", tookMs: context.clock.monotonicMs() - began };
}

function endingOf(house: House, name: string): { readonly ask: NodeJS.Signals; readonly graceMs: number } {
  if (name === "database") return { ask: engineNamed(house.config.engine).server.stopSignal, graceMs: 60_000 };
  return { ask: name === "proxy" ? "SIGQUIT" : "SIGTERM", graceMs: 15_000 };
}
