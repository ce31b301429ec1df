// The journal keeps what was recorded, whatever a crash did to the line before.
import { appendFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Clock, systemClock } from "../../../src/platform/clock.ts";
import { readJournal, record } from "../../../src/platform/journal.ts";
import { folder } from "./folder.ts";

const clock: Clock = { ...systemClock, now: () => new Date("2026-02-03T04:05:06.007Z") };

describe("the journal", () => {
  test("tells who did what, when and how it ended, in order", async () => {
    using home = folder();
    await record(home.path, clock, { what: "up", outcome: "began", plan: { title: "up", steps: [] } });
    await record(home.path, clock, { what: "up", outcome: "failed", problem: "RH-NET-001" });
    const entries = await readJournal(home.path);
    expect(entries.map(({ outcome }) => outcome)).toEqual(["began", "failed"]);
    expect(entries[0]).toMatchObject({ at: "2026-02-03T04:05:06.007Z", who: expect.stringMatching(/./), plan: { title: "up" } });
    expect(statSync(join(home.path, "journal.jsonl")).mode & 0o777).toBe(0o600);
  });

  test("keeps a value with a line break on its line", async () => {
    using home = folder();
    await record(home.path, clock, { what: 'a\n{"what":"forged"}\u2028', outcome: "done" });
    expect((await readJournal(home.path)).map(({ what }) => what)).toEqual(['a\n{"what":"forged"}\u2028']);
  });

  test("skips a torn line, and loses none that is recorded after it", async () => {
    using home = folder();
    await record(home.path, clock, { what: "one", outcome: "done" });
    appendFileSync(join(home.path, "journal.jsonl"), '{"at":"2026-02-03T04:0');
    expect((await readJournal(home.path)).map(({ what }) => what)).toEqual(["one"]);
    await record(home.path, clock, { what: "two", outcome: "done" });
    expect((await readJournal(home.path)).map(({ what }) => what)).toEqual(["one", "two"]);
  });

  test("that is not there is empty", async () => {
    using home = folder();
    expect(await readJournal(home.path)).toEqual([]);
  });
});
