// INV-11: children get an argv array, a fixed environment and a deadline; their outputs are drained; no shell reads anything.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock, waitFor } from "../../../src/platform/clock.ts";
import { identify, isAlive } from "../../../src/platform/identity.ts";
import { adopt, run, runAnyway, start, stop } from "../../../src/platform/processes.ts";
import { folder } from "./folder.ts";

const shell = (script: string) => ["/bin/sh", "-c", script];
const soon = { withinMs: 10_000, everyMs: 20 };
const isGone = async (pid: number) => (await waitFor(systemClock, soon, async () => ((await identify(pid)) ? undefined : "gone"))) === "gone";

describe("run", () => {
  test("returns what the program said, on both outputs", async () => {
    const finished = await run({ argv: shell("cat; echo said >&2"), input: "typed", timeoutMs: 10_000 });
    expect(finished).toEqual({ exitCode: 0, stdout: "typed", stderr: "said\n" });
  });

  test("is RH-PROC-001 with the last lines when the program fails, and `runAnyway` is an answer", async () => {
    const argv = shell("seq 1 9 >&2; exit 3");
    await expect(run({ argv, timeoutMs: 10_000 })).rejects.toMatchObject({ code: "RH-PROC-001", message: "/bin/sh ended with 3: 5; 6; 7; 8; 9" });
    expect((await runAnyway({ argv, timeoutMs: 10_000 })).exitCode).toBe(3);
  });

  test("is RH-PROC-001 when the program prints more than is kept: half of an answer is none", async () => {
    const more = { timeoutMs: 10_000, outputLimitBytes: 1_000 };
    expect((await run({ ...more, argv: shell("head -c 1000 /dev/zero") })).stdout.length).toBe(1_000);
    const cut = run({ ...more, argv: shell("head -c 1001 /dev/zero") });
    await expect(cut).rejects.toMatchObject({ code: "RH-PROC-001", message: "/bin/sh printed more than 1000 bytes, and nobody knows what" });
    expect((await run({ ...more, argv: shell("head -c 5000 /dev/zero >&2") })).exitCode).toBe(0); // complaints may be cut
  });

  test("is RH-TOOL-001 when there is no such program, and refuses one without a path", async () => {
    await expect(run({ argv: ["/none/such"], timeoutMs: 10_000 })).rejects.toMatchObject({ code: "RH-TOOL-001" });
    await expect(run({ argv: ["ls"], timeoutMs: 10_000 })).rejects.toThrow("absolute path");
  });

  test("hands arguments over as they are", async () => {
    using home = folder();
    const canary = join(home.path, "canary");
    const hostile = [`$(touch ${canary})`, `; touch ${canary}`, `\`touch ${canary}\``, `| touch ${canary}`, "a b", "*", "'\"\\", "line\nbreak"];
    const { stdout } = await run({ argv: ["/usr/bin/printf", "%s\\0", ...hostile], timeoutMs: 10_000 });
    expect(stdout.split("\0").slice(0, -1)).toEqual(hostile);
    expect(existsSync(canary)).toBe(false);
  });

  test("inherits no environment but the fixed one", async () => {
    process.env["ROWHOUSE_CANARY"] = "secret";
    const { stdout } = await run({ argv: ["/usr/bin/env"], env: { GIVEN: "yes" }, timeoutMs: 10_000 });
    delete process.env["ROWHOUSE_CANARY"];
    const names = stdout
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0]);
    expect(names.sort()).toEqual(["GIVEN", "HOME", "LANG", "PATH"]);
  });

  test("drains outputs beyond the size of a pipe, both at once", async () => {
    const { stdout, stderr } = await run({ argv: shell("head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero"), timeoutMs: 20_000 });
    expect([stdout.length, stderr.length]).toEqual([1_000_000, 1_000_000]);
  });

  test("keeps no more than 4 MB of an endless output, lets the program end, and says that some of it is lost", async () => {
    const { exitCode, stdout } = await runAnyway({ argv: shell("head -c 9000000 /dev/zero; exit 1"), timeoutMs: 20_000 });
    expect([exitCode, stdout.length <= 4_000_000]).toEqual([1, true]);
    await expect(run({ argv: shell("head -c 9000000 /dev/zero"), timeoutMs: 20_000 })).rejects.toMatchObject({ code: "RH-PROC-001" });
  });

  test("does not mind a program that never reads its input", async () => {
    expect((await run({ argv: ["/bin/true"], input: "x".repeat(1_000_000), timeoutMs: 10_000 })).exitCode).toBe(0);
  });

  test("ends the whole group when time is up: RH-PROC-002", async () => {
    using home = folder();
    const argv = shell(`sleep 1000 & echo $! > ${home.path}/pid; trap '' TERM; wait`);
    await expect(run({ argv, timeoutMs: 500 })).rejects.toMatchObject({ code: "RH-PROC-002" });
    expect(await isGone(Number(readFileSync(join(home.path, "pid"), "utf8")))).toBe(true);
  });

  test("does not call late what ended in time while we were frozen", async () => {
    const running = run({ argv: shell("echo done"), timeoutMs: 200 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600); // nothing of this process runs meanwhile
    expect((await running).stdout).toBe("done\n");
  });

  test("ends although a grandchild in a session of its own keeps the outputs open", async () => {
    using home = folder();
    const argv = shell(`setsid sleep 1000 & echo $! > ${home.path}/pid`);
    await expect(run({ argv, timeoutMs: 500 })).rejects.toMatchObject({ code: "RH-PROC-002" });
    process.kill(Number(readFileSync(join(home.path, "pid"), "utf8")), "SIGKILL");
  });

  test("ends the program when it is aborted, and does not begin when it was before", async () => {
    using home = folder();
    const stopping = new AbortController();
    const running = run({ argv: shell(`echo $$ > ${home.path}/pid; exec sleep 1000`), timeoutMs: 60_000, signal: stopping.signal });
    const refused = expect(running).rejects.toThrow("enough");
    const pid = await waitFor(
      systemClock,
      soon,
      async () => (existsSync(`${home.path}/pid`) && Number(readFileSync(`${home.path}/pid`, "utf8"))) || undefined,
    );
    stopping.abort(new Error("enough"));
    await refused;
    expect(await isGone(pid ?? 0)).toBe(true);
    await expect(run({ argv: ["/usr/bin/touch", `${home.path}/canary`], timeoutMs: 10_000, signal: stopping.signal })).rejects.toThrow("enough");
    expect(existsSync(`${home.path}/canary`)).toBe(false);
  });
});

describe("start and stop", () => {
  test("a server's output goes to its log, after what was there", async () => {
    using home = folder();
    const logPath = join(home.path, "log");
    writeFileSync(logPath, "before\n");
    const { gone } = await start({ argv: shell("echo out; echo err >&2; sleep 0.2"), logPath });
    expect(await gone).toBe(0);
    expect(readFileSync(logPath, "utf8")).toBe("before\nout\nerr\n");
  });

  test("a server is asked first and then forced, with its children", async () => {
    using home = folder();
    const script = `trap 'echo asked' TERM; sleep 1000 & echo $! > ${home.path}/pid; while :; do sleep 0.1; done`;
    const { identity, gone } = await start({ argv: shell(script), logPath: join(home.path, "log") });
    await waitFor(systemClock, soon, async () => existsSync(join(home.path, "pid")) || undefined);
    await stop(identity, { ask: "SIGTERM", graceMs: 500, clock: systemClock });
    expect(await gone).toBe(137);
    expect(readFileSync(join(home.path, "log"), "utf8")).toContain("asked");
    expect(await isGone(Number(readFileSync(join(home.path, "pid"), "utf8")))).toBe(true);
  });

  test("a process that has only the same pid is left alone", async () => {
    using home = folder();
    const { identity, gone } = await start({ argv: ["/bin/sleep", "1000"], logPath: join(home.path, "log") });
    await stop({ ...identity, startTicks: identity.startTicks - 1 }, { ask: "SIGKILL", graceMs: 0, clock: systemClock });
    expect(await isAlive(identity)).toBe(true);
    const adopted = adopt(identity, systemClock);
    await stop(identity, { ask: "SIGTERM", graceMs: 10_000, clock: systemClock });
    expect([await gone, await adopted.gone]).toEqual([143, undefined]);
  });

  test("a program that is not there is a problem at once", async () => {
    using home = folder();
    await expect(start({ argv: ["/none/such"], logPath: join(home.path, "log") })).rejects.toMatchObject({ code: expect.stringMatching(/^RH-/) });
  });
});
