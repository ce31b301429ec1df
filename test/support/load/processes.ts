// What the processes of a house hold at a moment: memory, descriptors, and the application's sessions in the database.
import { readdir } from "node:fs/promises";
import { residentBytes } from "../../../bench/load/resident.js";
import type { TestHouse } from "../houses.ts";

export interface Held {
  readonly atSeconds: number;
  /** By name of the process. */
  readonly rssMb: Readonly<Record<string, number>>;
  readonly descriptors: Readonly<Record<string, number>>;
  /** Open in the pools of all instances. */
  readonly sessions: number;
}

export async function heldBy(house: TestHouse, atSeconds: number): Promise<Held> {
  const pids = Object.entries(await house.pids()).filter(([name]) => name !== "database");
  const rssMb: Record<string, number> = {};
  const descriptors: Record<string, number> = {};
  for (const [name, pid] of pids) {
    rssMb[name] = Math.round((await residentBytes(pid)) / 104_857.6) / 10;
    descriptors[name] = (await readdir(`/proc/${pid}/fd`)).length;
  }
  return { atSeconds, rssMb, descriptors, sessions: await sessionsOf(house, pids) };
}

async function sessionsOf(house: TestHouse, pids: readonly (readonly [string, number])[]): Promise<number> {
  let sessions = 0;
  for (const [name] of pids.filter(([one]) => one.startsWith("app-"))) {
    const text = await (await fetch(`${house.url}/metrics/${name}`)).text();
    sessions += Number(/^rowhouse_pool_open_connections\S* (\d+)/m.exec(text)?.[1] ?? 0);
  }
  return sessions;
}
