// Calls that go together: who joins which statement, what each gets, and what becomes of a statement that fails.
import { describe, expect, test } from "vitest";
import { type BatchOptions, batched, shared } from "../../../src/app/store/batches.ts";
import { systemClock } from "../../../src/platform/clock.ts";

/** A reader whose statements end when they are told to; even ids are there. */
function reader(options: Partial<BatchOptions<number, string | undefined>> = {}) {
  const sent: { readonly ids: readonly number[]; readonly end: () => void; readonly fail: (reason: Error) => void }[] = [];
  const read = batched<number, string | undefined>({
    items: 10,
    atOnce: 1,
    statements: 3,
    longMs: 60_000,
    ...options,
    run: (ids) =>
      new Promise((resolve, reject) => {
        const rows = ids.map((id) => (id % 2 === 0 ? `row ${id}` : undefined));
        sent.push({ ids, end: () => resolve(rows), fail: reject });
      }),
  });
  return { sent, read };
}

/** Until what was planned for the end of this turn, and what follows from that, has been done. */
const turn = async () => {
  for (let step = 0; step < 3; step++) await new Promise((resolve) => setImmediate(resolve));
};

describe("reads that come at once", () => {
  test("go in one statement, and each gets its own row or none", async () => {
    const { sent, read } = reader();
    const answers = Promise.all([4, 1, 2, 4].map(read));
    await turn();
    expect(sent.map(({ ids }) => ids)).toEqual([[4, 1, 2, 4]]);
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
    const { sent, read } = reader({ items: 3 });
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

  test("do not wait for one that hangs, though nobody else comes", async () => {
    const { sent, read } = reader({ longMs: 5 });
    const hanging = read(2);
    await turn();
    const other = read(4);
    await systemClock.sleep(50);
    expect(sent.map(({ ids }) => ids)).toEqual([[2], [4]]);
    sent[1]?.end();
    expect(await other).toBe("row 4");
    sent[0]?.end();
    await hanging;
  });

  test("go on at once in as many statements as need not wait for each other", async () => {
    const { sent, read } = reader({ atOnce: 2 });
    const answers: Promise<string | undefined>[] = [];
    for (const id of [2, 4, 6, 8]) {
      answers.push(read(id));
      await turn();
    }
    expect(sent.map(({ ids }) => ids)).toEqual([[2], [4]]);
    sent[1]?.end();
    await turn();
    expect(sent.map(({ ids }) => ids)).toEqual([[2], [4], [6, 8]]);
    for (const { end } of sent) end();
    expect(await Promise.all(answers)).toEqual(["row 2", "row 4", "row 6", "row 8"]);
  });

  test("fail alone where a statement says so of one of them", async () => {
    const run = async (items: readonly number[]) => items.map((item) => (item === 3 ? Promise.reject(new Error("three")) : item * 10));
    const times = batched<number, number>({ items: 10, atOnce: 1, statements: 1, longMs: 60_000, run });
    const answers = await Promise.allSettled([2, 3, 4].map(times));
    expect(answers.map((answer) => (answer.status === "fulfilled" ? answer.value : "failed"))).toEqual([20, "failed", 40]);
  });
});

describe("the same question from several", () => {
  /** Reads end when they are told to; each is known by its question. */
  function library() {
    const sent: { readonly question: string; readonly end: (answer: string) => void }[] = [];
    const ask = shared<string>({ statements: 3, longMs: 60_000 });
    const read = (question: string) => ask(question, () => new Promise((resolve) => sent.push({ question, end: resolve })));
    return { sent, read };
  }

  test("is answered once for all who asked before it was sent, and again for those who came later", async () => {
    const { sent, read } = library();
    const first = Promise.all([read("a"), read("a"), read("b")]);
    await turn();
    const later = Promise.all([read("a"), read("a")]);
    await turn();
    expect(sent.map(({ question }) => question)).toEqual(["a", "b"]);
    for (const { question, end } of sent.splice(0)) end(`first ${question}`);
    expect(await first).toEqual(["first a", "first a", "first b"]);
    await turn();
    expect(sent.map(({ question }) => question)).toEqual(["a"]);
    sent[0]?.end("second a");
    expect(await later).toEqual(["second a", "second a"]);
  });

  test("is asked anew once nobody waits for it", async () => {
    const { sent, read } = library();
    const once = read("a");
    await turn();
    sent[0]?.end("one");
    expect(await once).toBe("one");
    const again = read("a");
    await turn();
    sent[1]?.end("two");
    expect(await again).toBe("two");
  });
});
