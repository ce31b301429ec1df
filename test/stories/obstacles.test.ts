// What stands in the way of a house: each is a problem that names it and the way out, and nothing is left half-done.
import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { engineNames, engines } from "../../src/engines/engines.ts";
import { emptyHouse, freePort, rowhouse } from "../support/houses.ts";

const runFile = promisify(execFile);
const isRoot = process.getuid?.() === 0;

describe.concurrent.each(engineNames)("what is in the way of a house on %s", (engine) => {
  test("a dry run shows the commands and statements, and touches nothing", async () => {
    await using house = await emptyHouse({ engine });
    const shown = await house.run("up", "--engine", engine, "--port", String(house.port), "--dry-run");
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).toMatch(/start nginx/);
    expect(shown.stdout.toLowerCase()).toMatch(/> grant select, insert, update, delete/);
    await expect(stat(house.directory)).rejects.toThrow(/ENOENT/);
  });

  test("a taken port is named with who has it before anything is made, and another one may be given", async () => {
    await using house = await emptyHouse({ engine });
    const squatter = createServer().listen(house.port, "127.0.0.1");
    try {
      const refused = await house.up();
      expect([refused.exitCode, refused.json.problem?.code, refused.json.problem?.field]).toEqual([4, "RH-NET-001", "ports.proxy"]);
      expect(refused.json.problem?.message).toContain(`pid ${process.pid}`);
      expect(refused.json.problem?.hint).toMatch(new RegExp(`rowhouse up --engine ${engine} --port \\d+`));
      await expect(stat(house.directory)).rejects.toThrow(/ENOENT/);
      const another = await house.run("up", "--engine", engine, "--port", String(await freePort()), "--detach");
      expect(another.exitCode, another.stderr).toBe(0);
    } finally {
      squatter.close();
    }
  });

  test.each(["proxy", "database"] as const)("a taken port of the %s of a house that is down is named before anything is started", async (tier) => {
    await using house = await emptyHouse({ engine });
    expect((await house.up()).exitCode).toBe(0);
    expect((await house.run("down")).exitCode).toBe(0);
    const port = new RegExp(`^${tier} = (\\d+)`, "m").exec(await readFile(join(house.directory, "rowhouse.toml"), "utf8"))?.[1];
    const squatter = createServer().listen(Number(port), "127.0.0.1");
    try {
      const refused = await house.up();
      expect(refused.json.problem).toMatchObject({ code: "RH-NET-001", field: `ports.${tier}` });
      expect(refused.json.problem?.message).toContain(`pid ${process.pid}`);
      expect(refused.stderr).not.toContain("start ");
      expect((await house.run("status", "--json")).json.result).toMatchObject({ isWanted: false });
    } finally {
      squatter.close();
    }
    expect((await house.up()).exitCode).toBe(0);
  });

  test("a directory that is not ours is left alone", async () => {
    await using house = await emptyHouse({ engine });
    await mkdir(house.directory);
    await writeFile(join(house.directory, "thesis.txt"), "mine");
    const refused = await house.up();
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([4, "RH-HOUSE-004"]);
    expect(await readdir(house.directory)).toEqual(["thesis.txt"]);
  });

  test.runIf(isRoot)("a place that the tiers' users cannot reach is named before anything is made (TRAP-22)", async () => {
    await using house = await emptyHouse({ engine });
    await chmod(dirname(house.directory), 0o700);
    const refused = await house.up();
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([4, "RH-HOUSE-004"]);
    expect(refused.json.problem?.message).toContain(dirname(house.directory));
    expect(await readdir(dirname(house.directory))).toEqual([]);
  });

  test.runIf(isRoot)("a house that another user made is not believed", async () => {
    await using house = await emptyHouse({ engine });
    expect((await house.up()).exitCode).toBe(0);
    await house.run("down");
    await runFile("chown", ["65534", join(house.directory, ".rowhouse")]);
    for (const command of ["up", "down", "status"]) {
      const refused = await house.run(command, "--json");
      expect([refused.exitCode, refused.json.problem?.code]).toEqual([4, "RH-HOUSE-004"]);
    }
    await runFile("chown", ["0", join(house.directory, ".rowhouse")]);
  });

  test("a path that cannot stand in nginx's file is refused before anything is made", async () => {
    await using house = await emptyHouse({ engine });
    const refused = await rowhouse(["up", "--engine", engine, "--json", "--house", `${house.directory} with space`]);
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([4, "RH-HOUSE-004"]);
  });

  test("the server's own names are refused before they lose or gain a right", async () => {
    await using house = await emptyHouse({ engine });
    expect((await house.up()).exitCode).toBe(0);
    await house.run("down");
    const file = join(house.directory, "rowhouse.toml");
    const good = await readFile(file, "utf8");
    for (const name of ["postgres", "root", "rowhouse_owner"]) {
      await writeFile(file, good.replace(/^role = .*$/m, `role = "${name}"`));
      const refused = await house.run("up", "--detach", "--json");
      if (engines[engine].access.reserved.includes(name) || name !== "postgres") {
        expect([refused.exitCode, refused.json.problem?.code]).toEqual([2, "RH-HOUSE-002"]);
      }
    }
    await writeFile(file, good);
    expect((await house.run("up", "--detach")).exitCode).toBe(0);
  });

  test("down ends everything although the record of what runs is lost", async () => {
    await using house = await emptyHouse({ engine });
    expect((await house.up()).exitCode).toBe(0);
    const pids = Object.values(await house.pids());
    process.kill((await house.pids())["serve"] ?? 0, "SIGKILL");
    await writeFile(join(house.directory, ".rowhouse/state.json"), "[1,2");
    expect((await house.run("down")).exitCode).toBe(0);
    const alive = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z")));
    expect(alive.filter((text) => !text.includes(") Z"))).toEqual([]);
  });

  test("an empty --house, and a house inside the checkout, are refused", async () => {
    const checkout = new URL("../../inside", import.meta.url).pathname;
    const refused = await Promise.all(["", checkout].map((directory) => rowhouse(["up", "--engine", engine, "--json", "--house", directory])));
    expect(refused.map(({ exitCode, json }) => [exitCode, json.problem?.code])).toEqual([
      [2, "RH-USE-001"],
      [4, "RH-HOUSE-004"],
    ]);
  });

  test("a data directory that was half made is made anew", async () => {
    await using house = await emptyHouse({ engine });
    expect((await house.up()).exitCode).toBe(0);
    await house.run("down");
    const state = join(house.directory, ".rowhouse");
    await runFile("mv", [join(state, "data"), join(state, "data.partial")]);
    await runFile("rm", ["-rf", join(state, "data.partial", engine === "mariadb" ? "ibdata1" : "PG_VERSION")]);
    const again = await house.up();
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await readdir(state)).not.toContain("data.partial");
  });

  test("another major version than the data's is refused with the way out", async () => {
    await using house = await emptyHouse({ engine });
    expect((await house.up()).exitCode).toBe(0);
    await house.run("down");
    const file = join(house.directory, "rowhouse.toml");
    await writeFile(file, (await readFile(file, "utf8")).replace(/^major = .*$/m, 'major = "9.9"'));
    const refused = await house.up();
    expect([refused.exitCode, refused.json.problem?.code, refused.json.problem?.field]).toEqual([4, "RH-HOUSE-003", "major"]);
  });

  test.each([
    ["port = ", 2, "RH-HOUSE-002"],
    ['engine = "oracle"\nmajor = "1"', 2, "RH-HOUSE-002"],
  ])("a house file that says %j is refused, naming what is wrong", async (text, exitCode, code) => {
    await using house = await emptyHouse({ engine });
    await mkdir(house.directory);
    await writeFile(join(house.directory, "rowhouse.toml"), text);
    const refused = await house.up();
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([exitCode, code]);
  });

  test.runIf(isRoot)("a full disk is a problem that says so, and after freeing it the house comes up", async () => {
    await using house = await emptyHouse({ engine });
    await mkdir(house.directory);
    await runFile("mount", ["-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", house.directory]);
    try {
      const refused = await house.up();
      expect([refused.exitCode, refused.json.problem?.code]).toEqual([7, "RH-FILE-002"]);
      await runFile("mount", ["-o", "remount,size=600m", house.directory]);
      const again = await house.up();
      expect(again.exitCode, again.stderr).toBe(0);
    } finally {
      await house.run("down");
      await runFile("umount", [house.directory]);
    }
  });
});
