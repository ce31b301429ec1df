// What a monitor hears of `rowhouse backup take`: good once it is proved, not good when it could not be taken, nothing of a part. A
// monitor that is down makes no backup fail.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { type Monitor, startMonitor } from "../support/backup/monitor.ts";
import { rowhouse } from "../support/houses.ts";
import { engineVersions } from "../support/servers.ts";

describe.each(await engineVersions())("a monitor of backups on $title", (version) => {
  let chinook: ChinookServer;
  let monitor: Monitor;
  beforeAll(async () => {
    [chinook, monitor] = await Promise.all([startChinook(version), startMonitor()]);
    await writeFile(join(chinook.directory, "signal"), monitor.address, { mode: 0o600 });
  });
  afterAll(async () => {
    await monitor[Symbol.asyncDispose]();
    await chinook[Symbol.asyncDispose]();
  });

  const take = (target: string, ...args: readonly string[]) => {
    const store = join(chinook.directory, "store");
    const env = { ...chinook.env, ROWHOUSE_SIGNAL_FILE: join(chinook.directory, "signal") };
    return rowhouse(["backup", "take", "--target", target, "--store", store, ...args], env);
  };
  const heard = () => monitor.heard.map((line) => line.replace(/^GET \/ping\/[^/?]*/, "").replace(/\?.*/, ""));

  test("hears of a proved backup, of one that could not be taken, and not of a part; that it does not listen makes none fail", async () => {
    monitor.answers = [500, 500, 500, 200];
    const taken = await take(chinook.target);
    expect([taken.exitCode, taken.stdout, heard()]).toEqual([0, expect.stringContaining("PROVED"), ["", "", ""]]);
    expect(taken.stderr).toMatch(/! the monitor could not be told that the backup is good: 127\.0\.0\.1:\d+ answered 500/);
    const failed = await take(chinook.target.replace(/\/\w+$/, "/nowhere"));
    expect([failed.exitCode, heard().slice(3)]).toEqual([3, ["/fail"]]);
    await take(chinook.target, "--schema-only", "--no-prove");
    expect(heard()).toHaveLength(4);
    expect(taken.stdout + taken.stderr + failed.stderr).not.toContain(monitor.secret);
  });
});
