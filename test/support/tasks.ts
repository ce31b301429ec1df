// A task through the outermost tier, and processes killed as an operator's worst day would.
import { expect } from "vitest";
import type { TestHouse } from "./houses.ts";

export async function addTask(house: TestHouse, title: string): Promise<number> {
  const answer = await fetch(`${house.url}/api/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title }),
  });
  if (answer.status !== 201) throw new Error(`POST /api/tasks ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { task: { id: number } }).task.id;
}

export async function readTask(house: TestHouse, id: number): Promise<{ readonly title: string }> {
  const answer = await fetch(`${house.url}/api/tasks/${id}`);
  if (answer.status !== 200) throw new Error(`GET /api/tasks/${id} ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { task: { title: string } }).task;
}

export async function untilReady(house: TestHouse): Promise<void> {
  const ready = async () => (await fetch(`${house.url}/readyz`).catch(() => undefined))?.status;
  await expect.poll(ready, { timeout: 60_000, interval: 100 }).toBe(200);
}

/** kill -9, `serve` first so that it cannot bring anything back. */
export async function killAll(pids: Readonly<Record<string, number>>): Promise<void> {
  const { serve, ...members } = pids;
  for (const pid of [serve, ...Object.values(members)]) if (pid !== undefined) process.kill(pid, "SIGKILL");
}

/** The result once there is one: a database that was just killed is away for a moment, and its clients are told so. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  await expect
    .poll(
      async () => {
        result = await attempt().then(
          (value) => ({ value }),
          () => undefined,
        );
        return result !== undefined;
      },
      { timeout: 60_000, interval: 100 },
    )
    .toBe(true);
  return (result as unknown as { readonly value: T }).value;
}
