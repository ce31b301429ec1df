// Listeners to changes through all tiers of a house: an instance that is killed costs them nothing, and they do not hold `down`.
import { expect, test } from "vitest";
import { standingHouse, type TestHouse } from "../support/houses.ts";
import { type Listening, listenAt } from "../support/listening.ts";
import { engineNames } from "../../src/engines/engines.ts";

test.each(engineNames)("listeners in a house on %s continue after kill -9 of their instance, and end in order when it goes down", async (engine) => {
  await using house = await standingHouse({ engine });
  const { listeners, ofFirst } = await listenersOfBoth(house);
  await create(house, "before");
  for (const listening of listeners) await listening.until(2);
  const { "app-1": pid = 0 } = await house.pids();
  process.kill(pid, "SIGKILL");
  await expect.poll(() => listeners.filter((one) => one.isEnded()).length).toBe(ofFirst);
  await create(house, "meanwhile");
  const again: Listening[] = [];
  for (const one of listeners.filter((each) => each.isEnded())) again.push(await listenAt({ at: house.port, lastId: one.lastId() }));
  const staying = listeners.filter((one) => !one.isEnded());
  for (const one of again) await one.until(1);
  for (const one of staying) await one.until(3);
  expect(again.map(titles)).toStrictEqual(again.map(() => ["meanwhile"]));
  expect(staying.map(titles)).toStrictEqual(staying.map(() => ["before", "meanwhile"]));
  expect((await house.run("down")).exitCode).toBe(0);
  for (const one of [...again, ...staying]) await one.ended;
  expect([...again, ...staying].map((one) => one.isWhole())).not.toContain(false);
});

/** Each worker of the proxy takes turns by itself, so that listeners come until both instances have one. */
async function listenersOfBoth(house: TestHouse): Promise<{ readonly listeners: readonly Listening[]; readonly ofFirst: number }> {
  const listeners: Listening[] = [];
  for (let count = 1; count <= 20; count++) {
    const listening = await listenAt({ at: house.port });
    await listening.until(1);
    listeners.push(listening);
    const ofFirst = await listenersOf(house, "app-1");
    if (ofFirst > 0 && ofFirst < count) return { listeners, ofFirst };
  }
  throw new Error("20 listeners came to one instance");
}

async function listenersOf(house: TestHouse, instance: string): Promise<number> {
  const text = await (await fetch(`${house.url}/metrics/${instance}`)).text();
  return Number(/^rowhouse_event_listeners\S* (\d+)/m.exec(text)?.[1]);
}

function titles(listening: Listening): readonly (string | undefined)[] {
  return listening.frames.filter(({ data }) => data.task).map(({ data }) => data.task?.title);
}

/** Repeated while the proxy still finds out that an instance is gone. */
async function create(house: TestHouse, title: string): Promise<void> {
  await expect
    .poll(async () => {
      const headers = { "content-type": "application/json", "idempotency-key": `story-${title}` };
      return (await fetch(`${house.url}/api/tasks`, { method: "POST", headers, body: JSON.stringify({ title }) })).status;
    })
    .toBe(201);
}
