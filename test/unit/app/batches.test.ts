// Reads that go together: who joins which statement, what each gets, and what becomes of a statement that fails.
import { describe, expect, test } from "vitest";
import { type BatchOptions, batched } from "../../../src/app/store/batches.ts";
import { systemClock } from "../../../src/platform/clock.ts";

/** A reader whose statements end when they are told to; even ids are there. */
function reader(options: Partial<BatchOptions<string>> = {}) {
  const sent: { readonly ids: readonly number[]; readonly end: () => void; readonly fail: (reason: Error) => void }[] = [];
  const read = batched<string>({
    ids: 10,
    statements: 3,
    longMs: 60_000,
    ...options,
    read: (ids) =>
      new Promise((resolve, reject) => {
        const rows = ids.filter((id) => id % 2 === 0).map((id) => [id, `row ${id}`] as const);
        sent.push({ ids, end: () => resolve(new Map(rows)), fail: reject });
      }),
  });
  return { sent, read };
}

const turn = () => systemClock.sleep(1);

describe("reads that come at once", () => {
  test("go in one statement, and each gets its own row or none", async () => {
    const { sent, read } = reader();
    const answers = Promise.all([4, 1, 2, 4].map(read));
    await turn();
    expect(sent.map(({ ids }) => ids)).toEqual([[4, 1, 2]]);
    sent[0]?.end();
    expect(await answers).toEqual(["row 4", undefined, "row 2", "row 4"]);
  });

  test("never join a statement that was sent before they came", async () => {
    const { sent, read } = reader();
    const first = read(2);
    await turn();
    const second = Promise.all([read(2), read(6)]);
    await turn();
    expect(sent).toHaveLength(1);
    sent[0]?.end();
    expect(await first).toBe("row 2");
    await turn();
    expect(sent.map(({ ids }) => ids)).toEqual([[2], [2, 6]]);
    sent[1]?.end();
    expect(await second).toEqual(["row 2", "row 6"]);
  });

  test("are split where they are too many for a statement", async () => {
    const { sent, read } = reader({ ids: 3 });
    const answers = Promise.all([2, 4, 6, 8, 10, 12, 14].map(read));
    for (let statement = 0; statement < 3; statement++) {
      await turn();
      sent[statement]?.end();
    }
    expect(await answers).toEqual([2, 4, 6, 8, 10, 12, 14].map((id) => `row ${id}`));
    expect(sent.map(({ ids }) => ids.length)).toEqual([3, 3, 1]);
  });

  test("fail together with their statement, and those that come later do not", async () => {
    const { sent, read } = reader();
    const failing = Promise.allSettled([2, 4].map(read));
    await turn();
    const reason = new Error("the connection was lost");
    sent[0]?.fail(reason);
    expect(await failing).toEqual([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    const later = read(2);
    await turn();
    sent[1]?.end();
    expect(await later).toBe("row 2");
  });

  test("do not wait for a statement that takes long, but for one of as many as there may be", async () => {
    const { sent, read } = reader({ longMs: 5, statements: 2 });
    const answers: Promise<string | undefined>[] = [];
    for (const id of [2, 4, 6]) {
      answers.push(read(id));
      await systemClock.sleep(20);
    }
    expect(sent.map(({ ids }) => ids)).toEqual([[2], [4]]);
    for (const { end } of sent) end();
    await turn();
    sent[2]?.end();
    expect(await Promise.all(answers)).toEqual(["row 2", "row 4", "row 6"]);
  });
});
