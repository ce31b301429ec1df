// The faults by their ids in RELIABILITY.md, each with its victims: what is killed, and which members have to come back as
// new processes.
import { fragile } from "./engines.ts";
import type { Random } from "../../../bench/load/random.js";
import { pick } from "./random.ts";
import type { Scene } from "./scene.ts";

export interface Victim {
  readonly title: string;
  /** Strikes, and returns the names of the members whose processes are gone. */
  strike(scene: Scene, random: Random): Promise<readonly string[]>;
}

export const faults = {
  "FAULT-1": [
    { title: "one instance", strike: async (scene, random) => killMembers(scene, [pick(random, await instancesOf(scene))]) },
    { title: "every instance", strike: async (scene) => killMembers(scene, await instancesOf(scene)) },
  ],
  "FAULT-2": [
    { title: "the database server", strike: (scene) => killMembers(scene, ["database"]) },
    { title: "the database connections", strike: killConnections },
  ],
} as const satisfies Readonly<Record<string, readonly Victim[]>>;

export type FaultId = keyof typeof faults;

export const faultIds = Object.keys(faults) as readonly FaultId[];

async function instancesOf({ house }: Scene): Promise<readonly string[]> {
  return Object.keys(await house.pids()).filter((name) => name.startsWith("app-"));
}

async function killMembers({ house }: Scene, names: readonly string[]): Promise<readonly string[]> {
  const pids = await house.pids();
  for (const name of names) {
    const pid = pids[name];
    if (pid === undefined) throw new Error(`there is no ${name} to kill`);
    process.kill(pid, "SIGKILL");
  }
  return names;
}

async function killConnections(scene: Scene, random: Random): Promise<readonly string[]> {
  const engine = fragile[scene.engine];
  await using session = await scene.look();
  await engine.killConnections(session, await engine.connections(session, scene.role), random);
  return [];
}

/** The engines and faults of one call of the suite, as a person names them. Throws on a name there is not. */
export function chosen<Name extends string>(known: readonly Name[], names: readonly string[]): readonly Name[] {
  const unknown = names.filter((name) => !known.some((one) => one === name));
  if (unknown.length > 0) throw new Error(`not one of ${known.join(", ")}: ${unknown.join(", ")}`);
  return names.length === 0 ? known : known.filter((name) => names.includes(name));
}
