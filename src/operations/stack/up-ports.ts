// The ports that a house will listen on, looked at before anything is made: what is taken then has not been written down yet.
import type { Context } from "../../platform/context.ts";
import { Problem } from "../../foundation/problem.ts";
import { waitFor } from "../../platform/clock.ts";
import { workingDirectoryOf } from "../../platform/identity.ts";
import { holderOf, isPortFree, listenersOn, nextFreePort } from "../../platform/network.ts";
import { defaultProxyPort, type Draft, targetOf } from "./draft.ts";
import { houseFile } from "./house.ts";
import type { Places } from "./places.ts";

/** Another `up` that looks at the same port holds it for a moment, and so does a process that is ending. */
const settledWithinMs = 1_000;

/** Throws RH-NET-001 naming who has a port that this house wants; its own processes may have it. */
export async function refuseTakenPorts(draft: Draft): Promise<void> {
  const { house, options } = draft;
  const proxy = house?.config.ports.proxy ?? options.port ?? defaultProxyPort;
  const database = targetOf(draft) ? undefined : (house?.config.ports.database ?? options.databasePort);
  if (proxy === database) {
    throw new Problem("RH-NET-001", `the proxy and the database cannot both have port ${proxy}`, {
      field: "ports.database",
      hint: "Give another one of them.",
    });
  }
  await refuseTaken(draft, { port: proxy, field: "ports.proxy", option: "--port" });
  if (database !== undefined) await refuseTaken(draft, { port: database, field: "ports.database", option: "--database-port" });
}

interface Wanted {
  readonly port: number;
  readonly field: string;
  readonly option: string;
}

async function refuseTaken({ context, places, house, options }: Draft, { port, field, option }: Wanted): Promise<void> {
  if (await isUsable(context, places, port)) return;
  const holder = await holderOf(port);
  const other = (await nextFreePort("127.0.0.1", port + 1)) ?? "N";
  const what = options.target !== undefined ? ` --target ${options.target}` : options.engine !== undefined ? ` --engine ${options.engine}` : "";
  const change = house
    ? `set ${field} in ${houseFile(house.directory)} to another one, ${other} say`
    : `give another one: \`rowhouse up${what} ${option} ${other}\``;
  throw new Problem("RH-NET-001", `port ${port} on 127.0.0.1 is taken by ${holder}`, { field, hint: `Free it, or ${change}.` });
}

async function isUsable(context: Context, places: Places, port: number): Promise<boolean> {
  const found = await waitFor(context.clock, { withinMs: settledWithinMs, everyMs: 100 }, async () =>
    (await isPortFree("127.0.0.1", port)) || (await isOurs(places, port)) ? true : undefined,
  );
  return found === true;
}

/** The tiers of a house work in its directories, also those that no record names. */
async function isOurs({ state }: Places, port: number): Promise<boolean> {
  const directories = await Promise.all((await listenersOn(port)).map(workingDirectoryOf));
  return directories.some((directory) => directory?.startsWith(`${state}/`));
}
