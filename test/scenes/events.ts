// Acceptance 4: four writers race over a few tasks on two instances, and three listeners follow: one on each instance, and one that
// is cut off again and again and goes on elsewhere. One instance is killed half-way and started again. In the end every listener
// was told each row of the table of events exactly once, no version of a task behind a newer one. A plain `id >` poller runs
// beside them, to show what it misses.
import { setTimeout as sleep } from "node:timers/promises";
import { startDatabase } from "../app/support.ts";
import { sql } from "../../src/foundation/sql.ts";
import type { Session } from "../../src/drivers/driver.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { type AppProcess, startAppProcess } from "../support/app-process.ts";
import { randomOf } from "../../bench/load/random.js";
import { Follower } from "../support/live/follower.ts";
import { faultsOf, keyOf } from "../support/live/judge.ts";
import { PlainPoller } from "../support/live/plain-poller.ts";
import { writeAll } from "../support/live/writers.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const fullSize = 20_000;
const settleMs = 60_000;

export async function run({ engine, seed, size = fullSize, signal, print }: SceneOptions): Promise<SceneResult> {
  await using database = await startDatabase(engine);
  await using one = await startAppProcess(database, "app-1");
  await using other = await startAppProcess(database, "app-2");
  await using admin = await database.admin();
  await using watcher = await database.admin();
  const followers = [new Follower("on app-1", [one.port]), new Follower("on app-2", [other.port]), new Follower("cut", [one.port, other.port])];
  await until(() => followers.every(({ others }) => others.length > 0));
  const plain = new PlainPoller(watcher, 0);
  const cutting = cutAgainAndAgain(followers[2] as Follower, randomOf(seed + 1));
  const killing = killOnce(other, size);
  let printed = 0;
  const written = await writeAll({
    ports: [one.port, other.port],
    random: randomOf(seed),
    size,
    signal,
    onWrite: (changes) => {
      killing.at(changes);
      if (changes < printed + 2_000) return;
      printed = changes;
      print(`${changes} changes, told ${followers.map(({ told }) => told.length).join(", ")}`);
    },
  });
  await killing.done();
  const table = await tableOf(admin);
  await until(() => followers.every(({ told }) => told.length >= table.length));
  await sleep(500); // what should not come had its time
  await Promise.all([cutting.stop(), plain.stop(), ...followers.map((follower) => follower.stop())]);
  return {
    N: table.length,
    found: [
      ...(signal.aborted ? ["interrupted"] : []),
      ...followers.flatMap((follower) =>
        faultsOf(
          follower,
          table.map(({ key }) => key),
        ),
      ),
    ],
    ...written,
    kills: killing.kills(),
    connections: Object.fromEntries(followers.map(({ name, connections }) => [name, connections])),
    missedByPlainPoller: table.filter(({ id }) => !plain.seen.has(id)).length,
  };
}

/** The events of tasks, as the database has them. */
async function tableOf(session: Session): Promise<readonly { readonly id: number; readonly key: string }[]> {
  const rows = await session.all<{ id: number; kind: string; data: string }>(
    sql`select id, kind, data from events where kind like 'task.%' order by id`,
  );
  return rows.map(({ id, kind, data }) => ({ id, key: keyOf(kind, JSON.parse(data)) }));
}

async function until(isTrue: () => boolean): Promise<void> {
  await waitFor(systemClock, { withinMs: settleMs, everyMs: 20 }, async () => isTrue() || undefined);
}

function cutAgainAndAgain(follower: Follower, random: () => number): { stop(): Promise<void> } {
  let isStopped = false;
  const cutting = (async () => {
    while (!isStopped) {
      await sleep(20 + random() * 400);
      follower.cut();
    }
  })();
  return {
    stop: async () => {
      isStopped = true;
      await cutting;
    },
  };
}

/** Kills an instance when half of the changes are made, and starts it again. */
function killOnce(instance: AppProcess, size: number): { at(changes: number): void; done(): Promise<void>; kills(): number } {
  let killing: Promise<void> | undefined;
  const killAndStart = async () => {
    await instance.kill();
    await instance.start();
  };
  return {
    at: (changes) => {
      if (changes >= size / 2) killing ??= killAndStart();
    },
    done: async () => killing,
    kills: () => (killing ? 1 : 0),
  };
}
