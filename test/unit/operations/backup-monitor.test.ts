// The dead man's signal over real HTTP: what the monitor hears, and that one that is down, slow or broken is told about and no more.
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isScheduled } from "../../../src/cli/backup/take.ts";
import type { OptionValues } from "../../../src/cli/command.ts";
import { tellMonitor } from "../../../src/operations/backup/monitor.ts";
import { closeHouseFile, type House, houseFileMode, parseHouse } from "../../../src/operations/stack/house.ts";
import { type Monitor, startMonitor } from "../../support/backup/monitor.ts";
import { testContext } from "../../support/servers.ts";

const houseText = (signal: string) =>
  `engine = "postgres"\nmajor = "15"\nlocale = "C.UTF-8"\n[ports]\nproxy = 1\ndatabase = 2\n[app]\ninstances = 1\ndatabase = "a"\nrole = "a"\n[backup]\nsignal = ${JSON.stringify(signal)}\n`;
const houseWith = (signal: string): House => ({ directory: "/nowhere", config: parseHouse(houseText(signal), "rowhouse.toml") });

test("a house's file with the address of a monitor is nobody else's to read, and stays readable without", async () => {
  const directory = await mkdtemp("/tmp/rowhouse-test-");
  const file = join(directory, "rowhouse.toml");
  const modes: number[] = [];
  for (const text of [houseText("https://h/canary"), houseText("https://h/x").replace(/signal.*/, "")]) {
    await writeFile(file, text);
    await chmod(file, 0o644);
    await closeHouseFile({ directory, config: parseHouse(text, file) });
    modes.push((await stat(file)).mode & 0o777, houseFileMode(parseHouse(text, file)));
  }
  await rm(directory, { recursive: true });
  expect(modes).toEqual([0o600, 0o600, 0o644, 0o644]);
});

describe("a monitor", () => {
  let monitor: Monitor;
  const waits: number[] = [];
  const sleep = async (ms: number) => void waits.push(ms);
  const context = { ...testContext, clock: { ...testContext.clock, sleep }, environment: {} };
  const tell = (isGood: boolean, address = monitor.address) => tellMonitor(context, { house: houseWith(address), isGood, answerWithinMs: 200 });
  beforeEach(async () => {
    monitor = await startMonitor();
    waits.length = 0;
  });
  afterEach(() => monitor[Symbol.asyncDispose]());

  test("hears of a good backup at its address, and of another one with /fail behind it", async () => {
    expect([await tell(true), await tell(false)]).toEqual([undefined, undefined]);
    expect(monitor.heard).toEqual(["GET /ping/canary-4711?from=here", "GET /ping/canary-4711/fail?from=here"]);
  });

  test("that answers 500 twice is told with the third call", async () => {
    monitor.answers = [500, 502, 200];
    expect(await tell(true)).toBeUndefined();
    expect([monitor.heard.length, waits]).toEqual([3, [2_000, 2_000]]);
  });

  test.each([
    ["answers 500", [500], /answered 500$/],
    ["sends somebody elsewhere", [302], /answered 302$/],
    ["never answers", [0], /no answer from 127\.0\.0\.1:\d+ within 200 ms$/],
  ] as const)("that %s for ever is called three times, and that is told without its address", async (_what, answers, said) => {
    monitor.answers = [...answers];
    const why = (await tell(true)) ?? "";
    expect(why).toMatch(/^the monitor could not be told that the backup is good: /);
    expect(why).toMatch(said);
    expect([monitor.heard.length, why.includes(monitor.secret)]).toEqual([3, false]);
  });

  test("that is down is told about", async () => {
    await monitor[Symbol.asyncDispose]();
    const why = (await tell(false)) ?? "";
    expect(why).toMatch(/is not good: nothing answers at 127\.0\.0\.1:\d+: ECONNREFUSED$/);
    expect(why).not.toContain(monitor.secret);
  });

  test("is found in the file that the environment names, which nobody else may read", async () => {
    const directory = await mkdtemp("/tmp/rowhouse-test-");
    const file = join(directory, "signal");
    await writeFile(file, `${monitor.address}\n`, { mode: 0o600 });
    const environment = { ROWHOUSE_SIGNAL_FILE: file };
    const byFile = () => tellMonitor({ ...context, environment }, { house: undefined, isGood: true });
    expect(await byFile()).toBeUndefined();
    expect(monitor.heard).toHaveLength(1);
    await chmod(file, 0o644);
    expect(await byFile()).toMatch(/others can read it/);
    await writeFile(file, "ftp://canary-4711\n");
    await chmod(file, 0o600);
    expect(await byFile()).toMatch(/its address is none of http or https$/);
    expect(await tellMonitor(context, { house: undefined, isGood: true })).toBeUndefined();
    await rm(directory, { recursive: true });
  });

  test.each(["ftp://canary-4711", "https://user:canary-4711@host/x", "http://a b/canary-4711", "canary-4711"])(
    "with the address %j is refused by rowhouse.toml, which is not shown",
    (address) => {
      const refused = () => houseWith(address);
      expect(refused).toThrow(/backup\.signal/);
      expect(refused).not.toThrow(/canary/);
    },
  );
});

describe("the monitor of a house", () => {
  const taskdb = houseWith("https://example.org/ping").config.app.database;
  const own: readonly OptionValues[] = [{}, { database: taskdb }];
  const others: readonly OptionValues[] = [{ all: true }, { base: true }, { database: "another" }];

  test.each(own)("hears of what the schedule takes: %j", (options) => {
    expect(isScheduled(options, houseWith("https://example.org/ping"))).toBe(true);
  });

  test.each(others)("hears nothing of what a person takes beside it: %j", (options) => {
    expect(isScheduled(options, houseWith("https://example.org/ping"))).toBe(false);
  });
});
