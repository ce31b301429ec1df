// Raw HTTP through the outermost tier: what is not HTTP, or not quite, gets a refusal or a closed connection, makes nothing, and
// costs the others nothing.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import { standingHouse, type TestHouse } from "../support/houses.ts";
import { sendRaw, slowClients } from "../support/raw-http.ts";
import { rawRequests } from "../support/raw-requests.ts";
import { addTask, readTask } from "../support/tasks.ts";

const slow = 200;

describe.each(engineNames)("raw HTTP to a house on %s", (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await standingHouse({ engine });
  });
  afterAll(() => house[Symbol.asyncDispose]());

  const titles = async () => {
    const { tasks } = (await (await fetch(`${house.url}/api/tasks?limit=500`)).json()) as { tasks: { title: string }[] };
    return tasks.map(({ title }) => title);
  };

  test(`${rawRequests.length} of them, 60 at least: each is refused by name or by closing, and none makes a task unseen`, async () => {
    expect(rawRequests.length).toBeGreaterThanOrEqual(60);
    const found: string[] = [];
    for (const { what, bytes, allowed, mayClose } of rawRequests) {
      const answer = await sendRaw(house.port, bytes, 1_000);
      const statuses = statusesIn(answer);
      const isGood = statuses.length === 0 ? mayClose === true && /^$|^\{"type":/.test(answer) : statuses.every((status) => allowed.includes(status));
      if (!isGood) found.push(`${what}: ${answer.slice(0, 120)}`);
    }
    expect(found).toEqual([]);
    expect((await titles()).filter((title) => title === "smuggled").length).toBeLessThanOrEqual(2); // the unknown Expect is ignored, and so is a second content type
  });

  test("requests that are sent behind one another on one connection are answered in their order", async () => {
    const one = (target: string) => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const answer = await sendRaw(
      house.port,
      `${one("/livez")}${one("/api/nothing")}${one("/livez").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")}`,
    );
    expect(statusesIn(answer)).toEqual([200, 404, 200]);
  });

  test("HTTP/1.0 is answered", async () => {
    expect(await sendRaw(house.port, "GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n")).toMatch(/^HTTP\/1\.1 200[\s\S]*alive/);
  });

  test(`${slow} clients that send a byte a second keep nobody else waiting, and are shown out`, async () => {
    const id = await addTask(house, "in spite of them");
    using clients = await slowClients(house.port, slow, 1_000);
    const answers = await Promise.all(Array.from({ length: 200 }, () => readTask(house, id)));
    expect(answers.map(({ title }) => title)).toEqual(answers.map(() => "in spite of them"));
    await expect.poll(clients.open, { timeout: 30_000, interval: 200 }).toBe(0);
  });
});

/** A status line may stand right behind the body before it. */
function statusesIn(answer: string): readonly number[] {
  return [...answer.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((match) => Number(match[1]));
}
