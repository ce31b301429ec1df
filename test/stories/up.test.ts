// `up`, `down` and `kill -9`, through the command itself, on both engines.
import { execFile } from "node:child_process";
import { chmod, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import { emptyHouse, standingHouse, type TestHouse } from "../support/houses.ts";
import { addTask, eventually, killAll, readTask, untilReady } from "../support/tasks.ts";

const runFile = promisify(execFile);
const isRoot = process.getuid?.() === 0;

describe.each(engineNames)("a house on %s", (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await standingHouse({ engine });
  });
  afterAll(() => house[Symbol.asyncDispose]());

  test("answers the chapter's request with 201 and the task", async () => {
    const answer = await fetch(`${house.url}/api/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"title": "Deploy v2"}',
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ task: { title: "Deploy v2", status: "pending" } });
  });

  test("serves the board at / and refuses another host name", async () => {
    const board = await fetch(house.url);
    expect([board.status, board.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(board.headers.get("content-security-policy")).toContain("default-src 'self'");
    const { stdout } = await runFile("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: evil.example", house.url]);
    expect(stdout).toBe("421");
  });

  test("runs each tier as a user of its own when root brought it up, and listens on loopback only", async () => {
    const { database, proxy, "app-1": app } = await house.pids();
    const users = await Promise.all([database, app, proxy].map(async (pid) => (await stat(`/proc/${pid}`)).uid));
    expect(new Set(users).size).toBe(isRoot ? 3 : 1);
    expect(users).not.toContain(isRoot ? 0 : -1);
    const listening = await listeningAddresses(await treeOf(Object.values(await house.pids())));
    expect(listening.length).toBeGreaterThanOrEqual(2);
    expect(listening.filter((address) => !address.startsWith("0100007F"))).toEqual([]);
  });

  test("keeps secrets from others: 0600 files, nothing in argv, environment or logs", async () => {
    const secrets = join(house.directory, ".rowhouse/secrets");
    for (const name of await readdir(secrets)) {
      expect((await stat(join(secrets, name))).mode & 0o777).toBe(0o600);
      const value = (await readFile(join(secrets, name), "utf8")).trim();
      expect(await placesThatShow(value, house.directory)).toEqual([]);
    }
  });

  test.each([
    ["--port", "1"],
    ["--instances", "7"],
  ])("up again with %s %s is refused: the house is pinned to something else", async (option, value) => {
    const refused = await house.run("up", option, value, "--detach", "--json");
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([4, "RH-HOUSE-003"]);
  });

  test("up again changes nothing and says so", async () => {
    const before = [await house.pids(), await readFile(join(house.directory, "rowhouse.toml"), "utf8")];
    const again = await house.up();
    expect(again.exitCode).toBe(0);
    expect(again.json.result).toMatchObject({ alreadyUp: true });
    expect([await house.pids(), await readFile(join(house.directory, "rowhouse.toml"), "utf8")]).toEqual(before);
  });

  test.each(["app-1", "database", "proxy"])("brings %s back by itself after kill -9", async (member) => {
    const id = await eventually(() => addTask(house, `before ${member}`));
    const before = await house.pids();
    process.kill(before[member] ?? 0, "SIGKILL");
    await expect.poll(async () => (await house.pids())[member], { timeout: 30_000 }).not.toBe(before[member]);
    await untilReady(house);
    expect((await eventually(() => readTask(house, id))).title).toBe(`before ${member}`);
  });

  test("survives kill -9 of serve and every tier: up brings all back and the task is there", async () => {
    const id = await eventually(() => addTask(house, "survives"));
    await killAll(await house.pids());
    const again = await house.up();
    expect(again.exitCode, again.stderr).toBe(0);
    expect((await readTask(house, id)).title).toBe("survives");
    expect((await house.run("status")).exitCode).toBe(0);
  });

  test("adopts tiers that outlived serve without restarting them", async () => {
    const { serve, ...tiers } = await house.pids();
    process.kill(serve ?? 0, "SIGKILL");
    const again = await house.up();
    expect(again.exitCode, again.stderr).toBe(0);
    const { serve: _now, ...after } = await house.pids();
    expect(after).toEqual(tiers);
  });

  test("ends nginx workers whose master was killed, which keep the port (TRAP-20)", async () => {
    const { serve, proxy } = await house.pids();
    process.kill(serve ?? 0, "SIGKILL");
    process.kill(proxy ?? 0, "SIGKILL");
    expect((await fetch(`${house.url}/proxyz`)).status).toBe(200);
    const again = await house.up();
    expect(again.exitCode, again.stderr).toBe(0);
    expect((await house.pids())["proxy"]).not.toBe(proxy);
  });

  test("a lock held around up is free again when up has returned (TRAP-30)", async () => {
    await house.run("down");
    const lock = `${house.directory}-flock`;
    const program = new URL("../../bin/rowhouse", import.meta.url).pathname;
    await runFile("flock", [lock, process.execPath, program, "up", "--detach", "--house", house.directory], {
      env: { ...process.env, ROWHOUSE_PREPARED: "1" },
    });
    await runFile("flock", ["-n", lock, "true"]);
  });

  test("two ups at once: one brings it up, the other says who holds the lock or that it is up", async () => {
    await house.run("down");
    const both = await Promise.all([house.up(), house.up()]);
    expect(both.filter(({ exitCode }) => exitCode === 0).length, both.map(({ stderr }) => stderr).join()).toBeGreaterThanOrEqual(1);
    for (const { exitCode, json } of both) {
      expect([exitCode, json.problem?.code], json.problem?.message).toEqual(exitCode === 0 ? [0, undefined] : [5, "RH-LOCK-001"]);
    }
    await untilReady(house);
  });

  test("down drains, ends everything, and keeps the data", async () => {
    const id = await addTask(house, "kept");
    const pids = Object.values(await house.pids());
    expect((await house.run("down")).exitCode).toBe(0);
    const alive = await Promise.all(
      pids.map((pid) =>
        readFile(`/proc/${pid}/stat`, "utf8").then(
          (text) => !text.includes(") Z"),
          () => false,
        ),
      ),
    );
    expect(alive).toEqual(pids.map(() => false));
    expect((await house.run("status", "--json")).exitCode).toBe(1);
    const again = await house.up();
    expect(again.exitCode, again.stderr).toBe(0);
    expect((await readTask(house, id)).title).toBe("kept");
  });
});

test.runIf(isRoot)("an ordinary user gets a house too, and is told which boundary is absent", async () => {
  for (const engine of engineNames) {
    await using house = await emptyHouse({ engine });
    await chmod(join(house.directory, ".."), 0o777);
    const program = new URL("../../bin/rowhouse", import.meta.url).pathname;
    const as = (...args: readonly string[]) =>
      runFile("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, program, ...args, "--house", house.directory], {
        env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ROWHOUSE_PREPARED: "1" },
      });
    try {
      await as("up", "--engine", engine, "--port", String(house.port), "--detach");
      const id = await addTask(house, "mine");
      expect((await readTask(house, id)).title).toBe("mine");
      const { stdout } = await as("status");
      expect(stdout).toContain("one user runs all tiers");
    } finally {
      await as("down");
    }
  }
});

/** Files and processes that show a value to others than its owner. */
async function placesThatShow(value: string, directory: string): Promise<readonly string[]> {
  const state = join(directory, ".rowhouse");
  const logs = (await readdir(join(state, "logs"))).map((name) => join(state, "logs", name));
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]);
  const files = [...logs, ...processes, join(state, "journal.jsonl"), join(state, "state.json"), join(state, "web/run/access.log")];
  const texts = await Promise.all(files.map((path) => readFile(path, "latin1").catch(() => "")));
  return files.filter((_, index) => texts[index]?.includes(value));
}

/** The processes and their children, whose listening sockets are looked at. */
async function treeOf(pids: readonly number[]): Promise<readonly number[]> {
  const { stdout } = await runFile("ps", ["-eo", "pid=,ppid="]);
  const pairs = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([pid, parent]) => pids.includes(pid ?? 0) || pids.includes(parent ?? 0)).map(([pid]) => pid ?? 0);
}

async function listeningAddresses(pids: readonly number[]): Promise<readonly string[]> {
  const inodes = new Set<string>();
  for (const pid of pids) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const { stdout } = await runFile("readlink", [`/proc/${pid}/fd/${descriptor}`]).catch(() => ({ stdout: "" }));
      const inode = /^socket:\[(\d+)\]/.exec(stdout)?.[1];
      if (inode) inodes.add(inode);
    }
  }
  const lines = (await Promise.all(["tcp", "tcp6"].map((table) => readFile(`/proc/net/${table}`, "utf8")))).join("\n").split("\n");
  const rows = lines.map((line) => line.trim().split(/\s+/)).filter((fields) => fields[3] === "0A" && inodes.has(fields[9] ?? ""));
  return rows.map((fields) => fields[1] ?? "");
}
