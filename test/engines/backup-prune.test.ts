// Old backups go by the rules and nothing else: not one that is in use, not one that another rule keeps, not without being asked.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listBackups } from "../../src/operations/backup/list.ts";
import { planPrune } from "../../src/operations/backup/prune.ts";
import type { Retention } from "../../src/operations/backup/retention.ts";
import { proofLockPath } from "../../src/operations/backup/store.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { perform } from "../../src/foundation/plan.ts";
import { dayMs } from "../../src/foundation/units.ts";
import type { Context } from "../../src/platform/context.ts";
import { takeLock } from "../../src/platform/locks.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { takeBackup } from "../support/backup/take.ts";
import { rowhouse } from "../support/houses.ts";
import { engineVersions, testContext } from "../support/servers.ts";

const signal = new AbortController().signal;

describe.each(await engineVersions())("old backups of Chinook on $title", (version) => {
  let chinook: ChinookServer;
  let store: string;
  const taken: TakenBackup[] = [];
  beforeAll(async () => {
    chinook = await startChinook(version);
    store = join(chinook.directory, "store");
    for (const daysAgo of [40, 10, 1]) taken.push(await takeAt(Date.now() - daysAgo * dayMs));
  });
  afterAll(() => chinook[Symbol.asyncDispose]());

  const takeAt = async (moment: number) => {
    const context: Context = { ...testContext, clock: { ...testContext.clock, now: () => new Date(moment) } };
    const { server, database } = chinook;
    return takeBackup({ engine: version.engine, login: server.administrator(), database, store, isProved: true, context });
  };
  const there = async () => (await listBackups(testContext, store)).map(({ id, state }) => [id, state]);
  const prune = async (retention: Retention) => perform((await planPrune(testContext, { store, retention })).plan, { signal });
  const command = (...args: readonly string[]) => rowhouse(["backup", "prune", "--store", store, "--json", ...args]);

  test("stay as long as nobody says what is kept, exit 2", async () => {
    const before = await there();
    expect(before.map(([, state]) => state)).toEqual(["PROVED", "PROVED", "PROVED"]);
    for (const args of [[], ["--keep-last", "0"], ["--keep-days", "soon"], ["--keep-last", "-1"]])
      expect([args, (await command(...args)).exitCode]).toEqual([args, 2]);
    expect(await there()).toEqual(before);
  });

  test("stay with --dry-run, which tells what would go and why", async () => {
    const before = await there();
    const planned = await command("--keep-days", "15", "--dry-run");
    expect([planned.exitCode, planned.json.plan?.steps.map(({ title, why }) => [title, why])]).toEqual([
      0,
      [[`remove ${taken[0]?.id}`, "no rule keeps it"]],
    ]);
    expect(await there()).toEqual(before);
  });

  test("stay while they are in use", async () => {
    const before = await there();
    await using _lock = await takeLock({ path: proofLockPath(taken[0]?.directory ?? ""), operation: "backup prove", clock: testContext.clock });
    await expect(prune({ days: 15 })).rejects.toMatchObject({ code: "RH-LOCK-001" });
    expect(await there()).toEqual(before);
  });

  test("go by the rules, and leave nothing behind", async () => {
    const pruned = await command("--keep-days", "15");
    expect([pruned.exitCode, pruned.json.evidence?.map(({ seen }) => seen.slice(0, 21))]).toEqual([0, [taken[0]?.id]]);
    expect(await there()).toEqual([
      [taken[2]?.id, "PROVED"],
      [taken[1]?.id, "PROVED"],
    ]);
    expect((await readdir(join(taken[0]?.directory ?? "", ".."))).filter((name) => !name.startsWith("."))).toHaveLength(2);
    expect(await prune({ days: 15 })).toEqual([]);
  });

  test("never include the newest proved one", async () => {
    await prune({ yearly: 0, last: 0, monthly: 1 });
    expect((await there()).map(([id]) => id)).toContain(taken[2]?.id);
  });
});
