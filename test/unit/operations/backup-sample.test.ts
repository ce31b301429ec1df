// Which tables a sample takes, which proofs are due, and how both are said on the command line.
import { describe, expect, test } from "vitest";
import { ageIn, percentIn } from "../../../src/cli/backup/proof-options.ts";
import { dayMs } from "../../../src/foundation/units.ts";
import { dueProofs } from "../../../src/operations/backup/due.ts";
import type { ListedBackup } from "../../../src/operations/backup/list.ts";
import { nextSample, type Sample, tablesOf } from "../../../src/operations/backup/sample.ts";

const tables = (count: number) => Array.from({ length: count }, (_, index) => ["public", `t${index}`]);

describe("samples", () => {
  test.each([
    [11, 20],
    [11, 30],
    [100, 1],
    [7, 34],
    [2, 50],
  ])("of %i tables, %i of a hundred each, look at every table once before any twice", (count, percent) => {
    const names = tables(count);
    let before: Sample | undefined;
    const seen: string[] = [];
    while (seen.length < count) {
      const next = nextSample(names, percent, before);
      expect(next?.tables).toEqual(tablesOf(next?.sample ?? { seed: "", first: 0, count: 0 }, names));
      expect(next?.tables).toHaveLength(Math.ceil((count * percent) / 100));
      before = next?.sample;
      seen.push(...(next?.tables ?? []).map((name) => name.join(".")));
    }
    expect(new Set(seen.slice(0, count)).size).toBe(count);
  });

  test("begin in another order with each backup, and anew where the number of tables is another", () => {
    const [one, other] = [nextSample(tables(100), 10, undefined), nextSample(tables(100), 10, undefined)];
    expect(one?.tables).not.toEqual(other?.tables);
    expect(nextSample(tables(50), 10, one?.sample)?.sample).toMatchObject({ first: 0, of: 50 });
  });

  test("of all tables are none", () => {
    expect([nextSample(tables(3), 100, undefined), nextSample(tables(1), 5, undefined), nextSample([], 5, undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a proof is due", () => {
  const now = new Date("2026-11-25T12:00:00Z");
  const backup = (id: string, state: ListedBackup["state"], ageDays?: number): ListedBackup => {
    const proof = ageDays === undefined ? {} : { provedAt: new Date(now.getTime() - ageDays * dayMs).toISOString() };
    return { id, directory: `/store/${id}`, state, isStale: false, ...proof };
  };
  const due = (...backups: readonly ListedBackup[]) => dueProofs(backups, { now, everyMs: 7 * dayMs }).map(({ id }) => id);

  test("when it is as old as it may be, the oldest first after those without one", () => {
    expect(
      due(backup("a", "PROVED", 8), backup("b", "PROVED", 6.9), backup("c", "PROVED", 7), backup("d", "PROVED", 30), backup("e", "TAKEN")),
    ).toEqual(["e", "d", "a", "c"]);
  });

  test("when it is in the future", () => {
    expect(due(backup("a", "PROVED", -1))).toEqual(["a"]);
  });

  test("of what nobody could prove, however lately that was tried", () => {
    expect(due(backup("a", "TAKEN", 0.1))).toEqual(["a"]);
  });

  test("never of what FAILED, is BROKEN or not finished", () => {
    expect(due(backup("a", "FAILED", 30), backup("b", "BROKEN"), backup("c", "UNFINISHED"))).toEqual([]);
  });
});

describe("on the command line", () => {
  test.each(["0", "101", "-5", "20 %", "some", "", "1e1", "2.5"])("a share of %j is refused", (sample) => {
    expect(() => percentIn({ sample }, "sample")).toThrow(/--sample/);
  });

  test.each(["0d", "7", "7m", "07d", "-7d", "99999d", ""])("an age of %j is refused", (every) => {
    expect(() => ageIn({ every }, "every")).toThrow(/--every/);
  });

  test("a share is a number, with or without its sign, and an age a number of days", () => {
    expect([percentIn({ sample: "20" }, "sample"), percentIn({ sample: "100%" }, "sample"), percentIn({}, "sample")]).toEqual([20, 100, undefined]);
    expect([ageIn({ every: "7d" }, "every"), ageIn({}, "every")]).toEqual([{ text: "7d", ms: 7 * dayMs }, undefined]);
  });
});
