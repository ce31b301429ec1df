// A house that backs itself up: when it is due and was missed, at once; proved; old ones gone by the rules in rowhouse.toml.
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import type { ListedBackup } from "../../src/operations/backup/list.ts";
import { emptyHouse, type TestHouse } from "../support/houses.ts";
import { eventually } from "../support/tasks.ts";

describe.each(engineNames)("a house on %s with a time for its backup", (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await emptyHouse({ engine });
    expect((await house.up()).exitCode).toBe(0);
    await house.run("down");
    await appendFile(join(house.directory, "rowhouse.toml"), `\n[backup]\nat = "02:00"\nkeep-days = 7\nstore = "${house.directory}-backups"\n`);
    expect((await house.up()).exitCode).toBe(0);
  });
  afterAll(() => house[Symbol.asyncDispose]());

  test("takes and proves what was missed, once, and writes it down", async () => {
    const backups = async () => ((await house.run("backup", "list", "--json")).json.result as { backups: readonly ListedBackup[] }).backups;
    await eventually(async () => expect(await backups()).toMatchObject([{ state: "PROVED", content: { database: "taskdb" } }]));
    const journal = await readFile(join(house.directory, ".rowhouse/journal.jsonl"), "utf8");
    expect(journal).toContain('"what":"backup","outcome":"done"');
    await house.run("down");
    expect((await house.up()).exitCode).toBe(0);
    expect((await house.run("status")).exitCode).toBe(0);
    expect(await backups()).toHaveLength(1);
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
