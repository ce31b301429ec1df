// A house that backs itself up: when it is due and was missed, at once; proved; old ones gone by the rules in rowhouse.toml.
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import type { ListedBackup } from "../../src/operations/backup/list.ts";
import { type Monitor, startMonitor } from "../support/backup/monitor.ts";
import { readExposition } from "../support/exposition.ts";
import { emptyHouse, type TestHouse } from "../support/houses.ts";
import { eventually } from "../support/tasks.ts";

describe.each(engineNames)("a house on %s with a time for its backup", (engine) => {
  let house: TestHouse;
  let monitor: Monitor;
  beforeAll(async () => {
    [house, monitor] = await Promise.all([emptyHouse({ engine }), startMonitor()]);
    expect((await house.up()).exitCode).toBe(0);
    await house.run("down");
    const wanted = ['at = "02:00"', "keep-days = 7", `store = "${house.directory}-backups"`, `signal = "${monitor.address}"`, 'prove-every = "7d"'];
    await appendFile(join(house.directory, "rowhouse.toml"), ["", "[backup]", ...wanted, ""].join("\n"));
    expect((await house.up()).exitCode).toBe(0);
  });
  afterAll(async () => {
    await house[Symbol.asyncDispose]();
    await monitor[Symbol.asyncDispose]();
  });

  test("takes and proves what was missed, once, and writes it down", async () => {
    const backups = async () => ((await house.run("backup", "list", "--json")).json.result as { backups: readonly ListedBackup[] }).backups;
    await eventually(async () => expect(await backups()).toMatchObject([{ state: "PROVED", content: { database: "taskdb" } }]));
    const journal = await readFile(join(house.directory, ".rowhouse/journal.jsonl"), "utf8");
    expect(journal).toContain('"what":"backup","outcome":"done"');
    expect(monitor.heard).toEqual([expect.stringMatching(/^GET \/ping\/canary-4711\?/)]);
    await house.run("down");
    expect((await house.up()).exitCode).toBe(0);
    expect((await house.run("status")).exitCode).toBe(0);
    expect(await backups()).toHaveLength(1);
    expect(monitor.heard).toHaveLength(1);
  });

  test("shows in the application's figures how old the newest is, and that none is late", async () => {
    const figures = async () => readExposition(await (await fetch(`${house.url}/metrics`)).text());
    await eventually(async () => {
      const { rowhouse_backup_age_seconds: age, rowhouse_backup_last_outcome: outcome, rowhouse_backup_late: late } = await figures();
      expect([outcome?.samples[0]?.value, late?.samples[0]?.value]).toEqual([1, 0]);
      expect(age?.samples[0]?.value).toBeLessThan(600);
    });
  });

  test("with a time that is none does not come up, and says which field", async () => {
    await house.run("down");
    const file = join(house.directory, "rowhouse.toml");
    const text = await readFile(file, "utf8");
    await appendFile(file, "hour = 2\n");
    const refused = await house.up();
    expect([refused.exitCode, refused.json.problem?.field]).toEqual([2, "backup.hour"]);
    await writeFile(file, text);
  });
});
