// A house on every engine version there is: up, a task through all tiers, kill -9, up again. Only in the matrix.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { houseText } from "../../src/operations/stack/house.ts";
import { emptyHouse, freePort } from "../support/houses.ts";
import { engineVersions, matrixServers } from "../support/servers.ts";
import { addTask, killAll, readTask } from "../support/tasks.ts";

describe.each(await engineVersions())("a house on $title", ({ name, installation }) => {
  test("comes up, keeps its task through kill -9, goes down", async () => {
    await using house = await emptyHouse({ engine: name, env: { ROWHOUSE_SERVERS: matrixServers } });
    await mkdir(house.directory);
    const ports = { proxy: house.port, database: await freePort() };
    const config = { engine: name, major: installation.major, locale: "C.UTF-8", ports, app: { instances: 2, database: "taskdb", role: "taskapp" } };
    await writeFile(join(house.directory, "rowhouse.toml"), houseText(config));
    const first = await house.run("up", "--detach");
    expect(first.exitCode, first.stderr).toBe(0);
    const id = await addTask(house, "matrix");
    await killAll(await house.pids());
    const second = await house.run("up", "--detach");
    expect(second.exitCode, second.stderr).toBe(0);
    expect((await readTask(house, id)).title).toBe("matrix");
  });
});
