// INV-12: one operation, one lock. A living owner's lock is never taken, a dead one's always, and of many starters one wins.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/platform/clock.ts";
import { identify } from "../../../src/platform/identity.ts";
import { type LockOwner, lockOwner, takeLock } from "../../../src/platform/locks.ts";
import { type Child, startChild } from "../../support/crash/children.ts";
import { compilePlatform } from "../../support/crash/compiled.ts";
import { folder } from "./folder.ts";

const take = (path: string) => takeLock({ path, operation: "backup take", clock: systemClock });
let modules: string;

beforeAll(() => {
  modules = compilePlatform();
});

afterAll(() => {
  rmSync(modules, { recursive: true, force: true });
});

/** Answers `PATH` by taking the lock there, and `release` by giving it back. */
const contender = `
import { systemClock } from "./platform/clock.js";
import { takeLock } from "./platform/locks.js";
let held;
async function answer(line) {
  if (line === "release") return (await held?.[Symbol.asyncDispose](), (held = undefined), "released");
  return takeLock({ path: line, operation: "race", clock: systemClock }).then((lock) => ((held = lock), "won"), (problem) => problem.code);
}`;

describe("a lock", () => {
  test("names its owner while it is held, and is gone afterwards", async () => {
    using home = folder();
    const path = join(home.path, "locks/backup");
    {
      await using _lock = await take(path);
      expect(await lockOwner(path)).toMatchObject({ ...(await identify(process.pid)), operation: "backup take" });
    }
    expect([await lockOwner(path), readdirSync(dirname(path))]).toEqual([undefined, [".mutex"]]);
  });

  test("of a living owner is not taken, by the same process or another", async () => {
    using home = folder();
    await using child = await startChild(modules, "living", contender);
    const path = join(home.path, "backup");
    expect(await child.ask(path)).toBe("won");
    const before = readFileSync(path, "utf8");
    await expect(take(path)).rejects.toMatchObject({ code: "RH-LOCK-001", exitCode: 5, message: expect.stringContaining(`pid ${child.pid} `) });
    expect(await child.ask(path)).toBe("RH-LOCK-001");
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  test("of a killed owner is taken over", async () => {
    using home = folder();
    await using child = await startChild(modules, "killed", contender);
    const path = join(home.path, "backup");
    expect(await child.ask(path)).toBe("won");
    await child.end("SIGKILL");
    expect(await lockOwner(path)).toBeUndefined();
    await using _lock = await take(path);
    expect((await lockOwner(path))?.pid).toBe(process.pid);
  });

  test.each<[string, Partial<LockOwner>]>([
    ["another process that got the owner's pid", { startTicks: 1 }],
    ["a process of another boot", { bootId: "00000000-0000-0000-0000-000000000000" }],
  ])("is taken over when its pid now means %s", async (_what, difference) => {
    using home = folder();
    const path = join(home.path, "backup");
    await plant(path, difference);
    await using _lock = await take(path);
    expect((await lockOwner(path))?.operation).toBe("backup take");
  });

  test("of another machine counts as living", async () => {
    using home = folder();
    const path = join(home.path, "backup");
    await plant(path, { host: "elsewhere", pid: 4_194_304 });
    await expect(take(path)).rejects.toMatchObject({ code: "RH-LOCK-001", message: expect.stringContaining("elsewhere") });
  });

  test("file that is no lock is nobody's", async () => {
    using home = folder();
    const path = join(home.path, "backup");
    writeFileSync(path, '{"pid":');
    await using _lock = await take(path);
    expect((await lockOwner(path))?.pid).toBe(process.pid);
  });

  test("that was taken over is not removed by the one who lost it", async () => {
    using home = folder();
    const path = join(home.path, "backup");
    const lost = await take(path);
    await plant(path, { since: "2020-01-01T00:00:00.000Z" });
    await lost[Symbol.asyncDispose]();
    expect((await lockOwner(path))?.since).toBe("2020-01-01T00:00:00.000Z");
  });
});

describe("eight processes that start together", () => {
  const contenders: Child[] = [];

  beforeAll(async () => {
    for (let count = 0; count < 8; count++) contenders.push(await startChild(modules, "contender", contender));
  });

  afterAll(async () => {
    for (const one of contenders) await one[Symbol.asyncDispose]();
  });

  test.each([
    ["a free lock", false],
    ["a dead owner's lock", true],
  ])("25 times over %s: one holds it, seven are refused", async (_what, isStale) => {
    using home = folder();
    for (let round = 0; round < 25; round++) {
      const path = join(home.path, `${round}/lock`);
      if (isStale) await plant(path, { pid: 4_194_304 });
      const answers = await Promise.all(contenders.map((one) => one.ask(path)));
      expect(answers.toSorted()).toEqual([...Array(7).fill("RH-LOCK-001"), "won"]);
      expect((await lockOwner(path))?.pid).toBe(contenders[answers.indexOf("won")]?.pid);
      await Promise.all(contenders.map((one) => one.ask("release")));
      expect(readdirSync(dirname(path))).toEqual([".mutex"]);
    }
  });
});

async function plant(path: string, difference: Partial<LockOwner>): Promise<void> {
  const owner = { ...(await identify(process.pid)), operation: "planted", since: "2020-01-01T00:00:00.000Z", ...difference };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(owner));
}
