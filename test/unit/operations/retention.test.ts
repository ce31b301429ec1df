// Which backups may go: the rules on 400 days of backups, and what must hold whatever the rules and the backups are.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ListedBackup } from "../../../src/operations/backup/list.ts";
import { decide, type Retention } from "../../../src/operations/backup/retention.ts";
import { dayMs } from "../../../src/foundation/units.ts";

const now = new Date("2026-11-25T12:00:00Z");

interface Made {
  readonly at: number;
  readonly state?: ListedBackup["state"];
  readonly database?: string;
  readonly provedAt?: number;
  readonly kind?: string;
}

function backup({ at, state = "PROVED", database = "shop", provedAt, kind = "database" }: Made, index: number): ListedBackup {
  const moment = new Date(at).toISOString();
  const id = `${moment.replace(/[-:]|\.\d+/g, "")}-${index.toString(16).padStart(4, "0")}`;
  const content = {
    kind,
    engine: "postgres",
    version: "15.18",
    database,
    host: "h",
    port: 1,
    at: moment,
    tables: 1,
    rows: 1,
    bytes: 1,
  };
  const proof = state === "TAKEN" ? {} : { provedAt: new Date(provedAt ?? Math.min(at + 60_000, now.getTime())).toISOString() };
  return { id, directory: `/store/postgres-1/${id}`, state, isStale: false, content, ...proof };
}

const daily = (days: number, state?: ListedBackup["state"]) =>
  Array.from({ length: days }, (_, age) => backup({ at: now.getTime() - age * dayMs - 10 * 3_600_000, ...(state ? { state } : {}) }, age));

const removed = (backups: readonly ListedBackup[], retention: Retention, at = now) =>
  decide(backups, retention, at).flatMap(({ remove }) => remove.map((one) => one.backup.id));

test("a base backup never counts for a database's, nor a database's for it", () => {
  const hour = (age: number, more: Partial<Made>, index: number) => backup({ at: now.getTime() - age * 3_600_000, ...more }, index);
  const base = { kind: "base", database: "the whole server" };
  const backups = [hour(1, base, 1), hour(2, {}, 2), hour(3, base, 3), hour(4, {}, 4)];
  expect(removed(backups, { last: 1 })).toEqual([backups[2]?.id, backups[3]?.id]);
});

describe("the rules, on one backup a day for 400 days", () => {
  const backups = daily(400);
  const keptBy = (retention: Retention) =>
    decide(backups, retention, now).flatMap(({ keep }) => keep.map((one) => one.backup.content?.at.slice(0, 10) ?? ""));

  test("days: those of so many days before the newest", () => {
    expect(keptBy({ days: 7 })).toHaveLength(8);
  });

  test("last: so many", () => {
    expect(keptBy({ last: 3 })).toEqual(["2026-11-25", "2026-11-24", "2026-11-23"]);
  });

  test("weekly: the newest of each week, which begins on Monday", () => {
    expect(keptBy({ weekly: 3 })).toEqual(["2026-11-25", "2026-11-22", "2026-11-15"]);
  });

  test("monthly and yearly: the newest of each", () => {
    expect(keptBy({ monthly: 4 })).toEqual(["2026-11-25", "2026-10-31", "2026-09-30", "2026-08-31"]);
    expect(keptBy({ yearly: 5 })).toEqual(["2026-11-25", "2025-12-31"]);
  });

  test("grandfather, father, son together: one rule that keeps is enough", () => {
    const [days, weeks, months] = [7, 2, 11]; // two of four weeks and one of twelve months are among the days
    expect(keptBy({ daily: 7, weekly: 4, monthly: 12 })).toHaveLength(days + weeks + months);
  });

  test("each with its reason", () => {
    const [decision] = decide(backups, { daily: 2, monthly: 2 }, now);
    expect(decision?.keep.map(({ because }) => because)).toEqual([
      "the newest proved one",
      "daily: the newest of 2026-11-24",
      "monthly: the newest of 2026-10",
    ]);
    expect(decision?.remove[0]?.because).toBe("no rule keeps it");
  });
});

describe("a year and more, day by day, pruned every day", () => {
  test("never loses the newest proved one, nor what a rule promises", () => {
    let kept: ListedBackup[] = [];
    for (let day = 0; day < 400; day++) {
      const at = now.getTime() - (400 - day) * dayMs;
      const state = day % 11 === 3 ? "FAILED" : day % 17 === 5 ? "TAKEN" : "PROVED";
      kept.push(backup({ at, state, provedAt: at + 1 }, day));
      const newest = kept.filter((one) => one.state === "PROVED").at(-1);
      const going = new Set(removed(kept, { days: 7, weekly: 4, monthly: 6 }, new Date(at + 3_600_000)));
      if (state === "FAILED") expect(going.size).toBe(0);
      if (newest) expect(going.has(newest.id)).toBe(false);
      kept = kept.filter(({ id }) => !going.has(id));
    }
    const proved = kept.filter(({ state }) => state === "PROVED");
    expect(new Set(proved.map(({ content }) => content?.at.slice(0, 7))).size).toBeGreaterThanOrEqual(6);
    expect(kept.length).toBeLessThan(30);
  });
});

describe("nothing is removed", () => {
  const backups = daily(30);

  test.each([
    ["when the newest is in the future", [backup({ at: now.getTime() + 2 * dayMs }, 999), ...backups]],
    ["when a proof is in the future", [backup({ at: now.getTime() - dayMs / 2, provedAt: now.getTime() + dayMs }, 999), ...backups]],
    ["after a run that failed", [backup({ at: now.getTime() - 1_000, state: "FAILED" }, 999), ...backups]],
    ["while none is proved", daily(30, "TAKEN")],
  ] as const)("%s", (_what, list) => {
    const [decision] = decide(list, { last: 1 }, now);
    expect(decision?.remove).toEqual([]);
    expect(decision?.halt).toBeTypeOf("string");
  });

  test("more because time went on without backups", () => {
    expect(removed(backups, { days: 7 }, new Date(now.getTime() + 365 * dayMs))).toEqual(removed(backups, { days: 7 }));
  });

  test("of what cannot be read, is not finished or belongs to another database", () => {
    const odd = [
      { ...backup({ at: now.getTime() - 300 * dayMs }, 1), state: "BROKEN" as const },
      { id: "x", directory: "/store/postgres-1/x", state: "UNFINISHED" as const, isStale: false },
      backup({ at: now.getTime() - 200 * dayMs, database: "other" }, 2),
    ];
    expect(removed([...odd, ...backups.slice(0, 1)], { last: 1 })).toEqual([]);
  });
});

test("an unproved one goes once a later one is proved, and only then", () => {
  const [old, newer] = [backup({ at: now.getTime() - 20 * dayMs, state: "TAKEN" }, 1), backup({ at: now.getTime() - 3_600_000, state: "TAKEN" }, 2)];
  const proved = backup({ at: now.getTime() - 2 * dayMs }, 3);
  expect(removed([old, proved, newer], { days: 7 })).toEqual([old.id]);
  expect(removed([old, proved, newer], { days: 30 })).toEqual([]);
});

test("whatever the backups and the rules, the newest proved one of each database stays, and what is kept and what goes are all of them once", () => {
  const states = fc.constantFrom<ListedBackup["state"]>("PROVED", "TAKEN", "FAILED", "BROKEN");
  const made = fc.record({ at: fc.integer({ min: 0, max: 800 * 24 }), state: states, database: fc.constantFrom("shop", "other") });
  const count = fc.option(fc.nat(9), { nil: undefined });
  const rules = fc.record({ days: count, last: count, daily: count, weekly: count, monthly: count, yearly: count });
  fc.assert(
    fc.property(fc.array(made, { maxLength: 40 }), rules, fc.integer({ min: -30, max: 400 }), (list, retention, skewDays) => {
      const backups = list.map((one, index) => backup({ ...one, at: now.getTime() - one.at * 3_600_000 }, index));
      const decisions = decide(backups, retention, new Date(now.getTime() + skewDays * dayMs));
      const going = new Set(decisions.flatMap(({ remove }) => remove.map((one) => one.backup.id)));
      for (const database of ["shop", "other"]) {
        const proved = backups.filter(({ state, content }) => state === "PROVED" && content?.database === database);
        const newest = proved.toSorted((a, b) => ((a.content?.at ?? "") < (b.content?.at ?? "") ? 1 : -1))[0];
        const isTied = proved.filter(({ content }) => content?.at === newest?.content?.at).length > 1;
        if (newest && !isTied) expect(going.has(newest.id)).toBe(false);
        if (proved.length > 0) expect(proved.some(({ id }) => !going.has(id))).toBe(true);
      }
      const all = decisions.flatMap(({ keep, remove }) => [...keep, ...remove].map((one) => one.backup.id));
      expect(all.toSorted()).toEqual(
        backups
          .filter(({ state }) => state !== "BROKEN")
          .map(({ id }) => id)
          .toSorted(),
      );
    }),
    { numRuns: 1_000 },
  );
});
