// What the tool says to a person at a terminal: what was found running, what was restarted and why, where nothing was found, and
// what it goes by when the house's file cannot be read. On both engines.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import type { HouseStatus } from "../../src/operations/stack/status.ts";
import { emptyHouse, standingHouse, type TestHouse } from "../support/houses.ts";
import { addTask, eventually, untilReady } from "../support/tasks.ts";

describe.each(engineNames)("the tool at a house on %s", (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await standingHouse({ engine });
  });
  afterAll(() => house[Symbol.asyncDispose]());
  const statusNow = async () => (await house.run("status", "--json")).json.result as HouseStatus;

  test("up --demo on a house that is up adds the example, once, and not beside anything else", async () => {
    const titles = async () => {
      const { tasks } = (await (await fetch(`${house.url}/api/tasks`)).json()) as {
        tasks: readonly { readonly id: number; readonly title: string }[];
      };
      return tasks;
    };
    expect((await house.run("up", "--demo", "--dry-run")).stdout).toContain("would be added");
    expect(await titles()).toHaveLength(0);
    const added = await house.run("up", "--demo");
    expect([added.exitCode, added.stdout]).toEqual([0, expect.stringContaining("5 tasks in 3 projects added.")]);
    const [one] = await titles();
    expect(await titles()).toHaveLength(5);
    expect((await house.run("up", "--demo")).stdout).toContain("The example is there already.");
    expect((await fetch(`${house.url}/api/tasks/${one?.id}`, { method: "DELETE" })).status).toBe(204); // as one that was cut off
    expect((await house.run("up", "--demo")).stdout).toContain("1 task of the example added");
    const mine = await addTask(house, "mine");
    const refused = await house.run("up", "--demo", "--json");
    expect(refused.json.result).toMatchObject({ alreadyUp: true, demo: expect.stringContaining('here is "mine"') });
    expect(await titles()).toHaveLength(6);
    expect((await fetch(`${house.url}/api/tasks/${mine}`, { method: "DELETE" })).status).toBe(204);
  });

  test("status tells which member was restarted, how often, when and why", async () => {
    expect((await statusNow()).notes.filter((note) => /restarted|changed/.test(note))).toEqual([]);
    for (const member of ["app-2", "database", "app-2"]) {
      const before = (await house.pids())[member] ?? 0;
      process.kill(before, "SIGKILL");
      await expect.poll(async () => (await house.pids())[member], { timeout: 60_000 }).not.toBe(before);
      await untilReady(house);
    }
    await eventually(() => addTask(house, "after"));
    await expect.poll(async () => (await statusNow()).tiers.every(({ state }) => state === "up"), { timeout: 30_000 }).toBe(true);
    const { tiers, notes } = await statusNow();
    const app = tiers.find(({ tier }) => tier === "app");
    expect(app?.restarts).toMatchObject([{ member: "app-2", count: 2, why: "killed by SIGKILL" }]);
    expect(tiers.find(({ tier }) => tier === "database")?.restarts).toMatchObject([{ member: "database", count: 1, why: "killed by SIGKILL" }]);
    expect(tiers.find(({ tier }) => tier === "proxy")?.restarts).toBeUndefined();
    expect(notes.join("\n")).toMatch(/app-2 was restarted 2 times, the last time .* ago: killed by SIGKILL/);
    const counted = new Map(app?.recent?.instances.map(({ instance, seconds }) => [instance, seconds]));
    expect(counted.get("app-2")).toBeLessThan(counted.get("app-1") ?? 0);
  });

  test("a house that is taken over is said to be found running; what is not there any more is started", async () => {
    const { serve, proxy, ...tiers } = await house.pids();
    process.kill(serve ?? 0, "SIGKILL");
    process.kill(proxy ?? 0, "SIGKILL");
    const again = await house.run("up", "--detach");
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/^keep (PostgreSQL|MariaDB), found running \(pid \d+\)$/m);
    expect(again.stderr).toMatch(/^keep 2 instances of the application, found running$/m);
    expect(again.stderr).toMatch(/^start nginx$/m);
    expect(again.stdout).toContain("Found running and not restarted: app-1, app-2, database.");
    expect(await house.pids()).toMatchObject(tiers);
    expect((await statusNow()).notes.join()).toContain("app-2 was restarted 2 times"); // whoever supervises
  });

  test("status of an up that was cut off before nginx started does not say built in", async () => {
    const { database: _kept, ...others } = await house.pids();
    for (const pid of [others["serve"], others["proxy"], others["app-1"], others["app-2"]]) process.kill(pid ?? 0, "SIGKILL");
    const path = join(house.directory, ".rowhouse/state.json");
    const state = JSON.parse(await readFile(path, "utf8")) as { members: Readonly<Record<string, unknown>> };
    await writeFile(path, JSON.stringify({ ...state, members: { database: state.members["database"] } }));
    const cut = await house.run("status");
    expect([cut.exitCode, cut.stdout]).toEqual([1, expect.not.stringContaining("built in")]);
    expect((await house.run("up", "--detach")).exitCode).toBe(0);
  });

  test("logs --request of nothing says where it looked and how far back, exit 1", async () => {
    const { headers } = await fetch(`${house.url}/api/tasks`);
    const id = headers.get("x-request-id") ?? "";
    const found = () => house.run("logs", "--request", id);
    await expect.poll(async () => (await found()).stdout, { timeout: 10_000 }).toContain(id);
    expect((await found()).exitCode).toBe(0);
    const nothing = await house.run("logs", "--request", "unknown-to-all");
    expect(nothing.exitCode).toBe(1);
    expect(nothing.stdout).toMatch(/^Nothing found of request "unknown-to-all" in:$/m);
    for (const name of ["access.log", "app-1.log", "database.log"]) {
      expect(nothing.stdout).toMatch(new RegExp(`^  ${name} .*(all|the last) .*since \\d{4}-`, "m"));
    }
    const empty = await house.run("logs", "--request", "");
    expect([empty.exitCode, empty.stdout]).toEqual([1, expect.stringContaining("--request is empty")]);
    const usage = await house.run("logs", "--lines", "-1");
    expect([usage.exitCode, usage.stderr]).toEqual([2, expect.stringContaining('--lines wants a whole number from 1 to 100000, not "-1"')]);
  });

  test("hints are to be pasted: they name the house that was given", async () => {
    const refused = await house.run("up", "--instances", "7");
    expect(refused.stderr.replaceAll("\n", " ")).toMatch(
      new RegExp(`rowhouse down --house ${house.directory}\` and \`\\S*rowhouse up --house ${house.directory}\``),
    );
  });

  test("a typo in the house's file, a change that is not brought about yet, or no file: status, logs and down go by what runs", async () => {
    const file = join(house.directory, "rowhouse.toml");
    const good = await readFile(file, "utf8");
    await writeFile(file, `${good}prots = [`);
    const odd = await house.run("status");
    expect([odd.exitCode, odd.stdout.replaceAll("\n", " ")]).toEqual([0, expect.stringMatching(/! .*is not TOML.*recorded/)]);
    expect((await house.run("logs", "app", "--lines", "1")).exitCode).toBe(0);
    expect((await house.run("up", "--json")).json.problem?.code).toBe("RH-HOUSE-002");
    await writeFile(file, good.replace(/^proxy = .*$/m, "proxy = 1"));
    const changed = await house.run("status");
    expect([changed.exitCode, changed.stdout]).toEqual([0, expect.stringContaining("was changed since")]);
    await rm(file);
    expect((await house.run("status")).exitCode).toBe(0);
    const pids = Object.values(await house.pids());
    const downed = await house.run("down");
    expect([downed.exitCode, downed.stdout]).toEqual([0, expect.stringMatching(/^Down\./m)]);
    expect(downed.stderr).toContain("! there is no house at");
    await writeFile(file, good);
    const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z")));
    expect(stats.filter((text) => !text.includes(") Z"))).toEqual([]);
  });

  test("a second down says that it was not running, exit 0", async () => {
    const second = await house.run("down");
    expect([second.exitCode, second.stdout]).toEqual([0, `It was not running. The data is in ${house.directory}.\n`]);
    expect((await house.run("down", "--json")).json.result).toMatchObject({ state: "down", wasRunning: false });
  });
});

test.each(engineNames)("without a record a file that cannot be read is still refused on %s", async (engine) => {
  await using house = await emptyHouse({ engine });
  await mkdir(house.directory);
  await writeFile(join(house.directory, "rowhouse.toml"), "prots = [");
  for (const command of ["status", "down", "logs"]) {
    const refused = await house.run(command, "--json");
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([2, "RH-HOUSE-002"]);
  }
});
