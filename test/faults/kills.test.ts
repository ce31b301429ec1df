// FAULT-1, FAULT-2, INV-1: processes of a real house are killed with -9 while twenty clients write. One run of each victim on
// each engine; `npm run test:faults` makes many, with more clients. A failure names its seed: `--seed` repeats it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import { sql } from "../../src/foundation/sql.ts";
import { fragile } from "../support/faults/engines.ts";
import { faults } from "../support/faults/faults.ts";
import { loads, runCalm, runFault } from "../support/faults/run.ts";
import { openScene, type Scene } from "../support/faults/scene.ts";

const seed = Number(process.env["ROWHOUSE_SEED"] ?? Math.floor(Math.random() * 1_000_000));

describe.each(engineNames)("%s under writers", (engine) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene(engine);
  });

  afterAll(async () => scene[Symbol.asyncDispose]());

  test("holds every write exactly once when nobody is killed", async () => {
    const report = await runCalm(scene, { seed, load: loads.share });
    expect(report.found).toEqual([]);
    expect(report.acknowledged).toBe(loads.share.clients * loads.share.writesEach);
  });

  test.each(Object.values(faults).flat())("loses no acknowledged write and comes back when $title is killed", async (victim) => {
    const report = await runFault(scene, { victim, seed, load: loads.share });
    expect(report, `seed ${seed}`).toMatchObject({ found: [] });
  });

  test("shows a session that idles in a transaction, and none after it ended", async () => {
    const { idleInTransaction } = fragile[engine];
    await using idle = await scene.look();
    await using other = await scene.look();
    await idle.begin();
    await idle.run(sql`update write_probe set checked_at = current_timestamp(6) where id = 1`);
    await expect.poll(() => idleInTransaction(other, scene.administrator), { interval: 250, timeout: 10_000 }).toBe(1);
    await idle.rollback();
    await expect.poll(() => idleInTransaction(other, scene.administrator), { interval: 250, timeout: 10_000 }).toBe(0); // the server's list is a little late
  });
});
