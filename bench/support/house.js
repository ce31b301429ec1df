// A house for a bench: brought up by the command itself in a directory of its own, taken down at the end.
import { chmod, cp, mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineNamed } from "../../dist/engines/engines.js";
import { logins } from "../../dist/operations/stack/draft.js";
import { readHouse } from "../../dist/operations/stack/house.js";
import { placesOf } from "../../dist/operations/stack/places.js";
import { nextFreePort } from "../../dist/platform/network.js";
import { run } from "../../dist/platform/processes.js";
import { context } from "./scope.js";

const program = fileURLToPath(new URL("../../bin/rowhouse", import.meta.url));
const commandTimeoutMs = 300_000;

/** Runs `rowhouse …`. @param {readonly string[]} args @param {AbortSignal} [signal] */
export async function rowhouse(args, signal) {
  const env = { ...process.env, ROWHOUSE_PREPARED: "1" };
  return run({ argv: [process.execPath, program, ...args], env, timeoutMs: commandTimeoutMs, signal });
}

/** A port of our own range, so that no house of somebody else is in the way. */
export async function freePort(from = 18_900) {
  const port = await nextFreePort("127.0.0.1", from);
  if (port === undefined) throw new Error(`no free port from ${from} upwards`);
  return port;
}

/**
 * @param {{ readonly engine: string, readonly root: string, readonly signal: AbortSignal, readonly later: import("./scope.js").Later }} wanted
 */
export async function standingHouse({ engine, root, signal, later }) {
  const { directory, port, evidence } = await newHouse({ engine, root, signal });
  later(() => endHouse(directory));
  const places = placesOf(context, directory);
  const house = await readHouse(directory);
  return {
    engine: engineNamed(engine),
    url: `http://127.0.0.1:${port}`,
    places,
    config: house.config,
    logins: await logins({ context, engine: engineNamed(engine), places, house }),
    seen: Object.fromEntries(evidence.map(({ subject, seen }) => [subject, seen])),
  };
}

/** Takes a house down and its sockets' directory away. One that does not end leaves its logs in bench/results/. */
export async function endHouse(directory) {
  const places = placesOf(context, directory);
  try {
    await rowhouse(["down", "--house", directory]);
    await rm(places.run, { recursive: true, force: true });
  } catch (thrown) {
    const kept = await keepLogs(places);
    throw new Error(`${thrown.message}\nIts logs: ${kept}`, { cause: thrown });
  }
}

/** @returns {Promise<string>} where the house's logs are kept when the house itself is removed */
export async function keepLogs({ house, logs }) {
  const kept = join(fileURLToPath(new URL("../results/", import.meta.url)), `logs-${basename(house)}`);
  await cp(logs, kept, { recursive: true });
  return kept;
}

/**
 * Brings a house up in a new directory and says how long the command took. A port that was free when the house was planned can be
 * taken by another house before it is used: then the next attempt plans anew.
 */
export async function newHouse({ engine, root, signal }) {
  for (let attempt = 1; ; attempt++) {
    const directory = await mkdtemp(join(root, `${engine}-`));
    await chmod(directory, 0o755);
    const port = await freePort();
    const began = performance.now();
    try {
      const { stdout } = await rowhouse(["up", "--house", directory, "--engine", engine, "--port", String(port), "--detach", "--json"], signal);
      return { directory, port, tookMs: performance.now() - began, evidence: JSON.parse(stdout.trim().split("\n").at(-1)).evidence };
    } catch (thrown) {
      await endHouse(directory).catch(() => undefined); // whatever came up; the first failure is the one to tell
      if (attempt === 3 || !String(thrown.message).includes("RH-NET-001")) throw thrown;
    }
  }
}
