// `status` names the tier that is broken, from probes: each tier stopped, and each frozen for five seconds, on both engines.
import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import type { HouseStatus, TierStatus } from "../../src/operations/stack/status.ts";
import { standingHouse, type TestHouse } from "../support/houses.ts";
import { eventually, addTask, untilReady } from "../support/tasks.ts";

const members: Readonly<Record<TierStatus["tier"], readonly string[]>> = { proxy: ["proxy"], app: ["app-1", "app-2"], database: ["database"] };
const tiers = Object.keys(members) as readonly TierStatus["tier"][];

describe.each(engineNames)("status of a house on %s", (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await standingHouse({ engine });
  });
  afterAll(() => house[Symbol.asyncDispose]());

  const statusNow = async () => {
    const { exitCode, json } = await house.run("status", "--json");
    const { tiers: found } = json.result as HouseStatus;
    return { exitCode, broken: found.filter(({ state }) => state !== "up").map(({ tier }) => tier), found };
  };

  test("every tier is up, exit 0", async () => {
    expect(await statusNow()).toMatchObject({ exitCode: 0, broken: [] });
  });

  test("says how the application did, both instances together, and where Prometheus finds each", async () => {
    const app = async () => (await statusNow()).found.find(({ tier }) => tier === "app");
    const before = (await app())?.recent?.requests ?? Number.NaN;
    const asked = Array.from({ length: 20 }, () => fetch(`${house.url}/api/tasks`));
    expect((await Promise.all(asked)).map(({ status }) => status)).toStrictEqual(asked.map(() => 200));
    const after = await app();
    expect(after?.recent?.requests).toBe(before + 20);
    expect(after?.seen).toMatch(/^p50 [\d.]+ m?s, p99 [\d.]+ m?s, \d+ errors? in \d+ s \(since the start\)$/);
    for (const instance of members.app) {
      const metrics = await (await fetch(`${house.url}/metrics/${instance}`)).text();
      expect(metrics).toContain(`rowhouse_build_info{instance="${instance}",`);
    }
    expect((await fetch(`${house.url}/metrics/app-3`)).status).toBe(404);
  });

  test.each(tiers)("names the %s when it is frozen for five seconds, and it alone", async (tier) => {
    const pids = await house.pids();
    const frozen = await withChildren(members[tier].map((name) => pids[name] ?? 0));
    for (const pid of frozen) process.kill(pid, "SIGSTOP");
    const thaw = setTimeout(() => frozen.map((pid) => process.kill(pid, "SIGCONT")), 5_000);
    try {
      expect(await statusNow()).toMatchObject({ exitCode: 1, broken: [tier] });
    } finally {
      clearTimeout(thaw);
      for (const pid of frozen) process.kill(pid, "SIGCONT");
    }
    await untilReady(house);
    await eventually(() => addTask(house, "thawed"));
    await expect.poll(async () => (await statusNow()).broken, { timeout: 20_000 }).toEqual([]);
  });

  test.each(tiers)("names the %s when it is gone, and it alone", async (tier) => {
    const pids = await house.pids();
    process.kill(pids["serve"] ?? 0, "SIGKILL"); // or it would bring the tier back at once
    for (const pid of await withChildren(members[tier].map((name) => pids[name] ?? 0))) process.kill(pid, "SIGKILL");
    const { exitCode, broken, found } = await statusNow();
    expect({ exitCode, broken }).toEqual({ exitCode: 1, broken: [tier] });
    expect(found.find((one) => one.tier === tier)?.seen).not.toBe("");
    expect((await house.up()).exitCode).toBe(0);
    expect(await statusNow()).toMatchObject({ exitCode: 0, broken: [] });
  });
});

async function withChildren(pids: readonly number[]): Promise<readonly number[]> {
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(all.map(async (pid) => [pid, await parentOf(pid)] as const));
  return [...pids, ...parents.filter(([, parent]) => pids.includes(parent)).map(([pid]) => pid)];
}

async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
}
