// Tier 3 in `up`: the house's own server is started, a server that is there already is only reached.
import type { Evidence } from "../../foundation/evidence.ts";
import type { Step, Tell } from "../../foundation/plan.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import { isPortFree } from "../../platform/network.ts";
import { databaseAddress, type Draft, houseOf, serverPlace, settleConfig, tierOf } from "./draft.ts";
import { houseFile, houseFileMode, houseText } from "./house.ts";
import { refuseTakenPorts } from "./up-ports.ts";
import { livingMembers, startTitle } from "./state.ts";
import { databaseMember, probeDatabase } from "./tiers.ts";

/** How often a new house looks for another port when its own was taken meanwhile. */
const portTries = 10;

export async function databaseStep(draft: Draft): Promise<Step> {
  const { engine, places } = draft;
  return {
    title: startTitle(engine.title, (await livingMembers(places))["database"]),
    why: "tier 3: it listens on its socket and on loopback only",
    act: async (signal, tell) => [await bringUpDatabase(draft, { signal, tell }, portTries)],
  };
}

/** A new house whose port somebody took between the choice and the start takes the next one; a recorded port is kept. */
async function bringUpDatabase(draft: Draft, how: { readonly signal: AbortSignal; readonly tell: Tell }, tries: number): Promise<Evidence> {
  const { engine, runtime } = draft;
  const place = await serverPlace(draft);
  await engine.server.writeSettings(place);
  try {
    return await runtime.bringUp(await databaseMember(await tierOf(draft), engine, place), how);
  } catch (thrown) {
    if (await isPortFree("127.0.0.1", place.port)) throw thrown;
    if (!draft.isNew || draft.options.databasePort !== undefined || tries <= 1) {
      await refuseTakenPorts(draft); // somebody took it meanwhile, which the server's log only guesses
      throw thrown;
    }
    await moveDatabasePort(draft);
    return bringUpDatabase(draft, how, tries - 1);
  }
}

async function moveDatabasePort(draft: Draft): Promise<void> {
  const { directory, config } = houseOf(draft);
  const { ports } = await settleConfig(draft, (await serverPlace(draft)).installation);
  draft.house = { directory, config: { ...config, ports: { ...config.ports, database: ports.database } } };
  await writeFileAtomic(houseFile(directory), houseText(draft.house.config), { mode: houseFileMode(config) });
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
