// TRAP-19, INV-7: each writer of the platform is killed at every system call it makes; old or new, whole, never in between,
// and the next run needs no help. A plain run tries every third kill point, ROWHOUSE_FAULTS=full all of them.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badWriters, cases } from "../support/crash/cases.ts";
import { compilePlatform } from "../support/crash/compiled.ts";
import { type CrashReport, killAtEverySyscall } from "../support/crash/harness.ts";
import { listedWriters, writersOf } from "../support/crash/writers.ts";
import { readTree } from "../tidy/tree.ts";

const every = process.env["ROWHOUSE_FAULTS"] === "full" ? 1 : 3;
const seed = Number(process.env["ROWHOUSE_SEED"] ?? 0);
const results = new URL("../results/", import.meta.url);
const reports: CrashReport[] = [];
let modules: string;

beforeAll(() => {
  modules = compilePlatform();
});

afterAll(() => {
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  const N = reports.reduce((sum, { tried }) => sum + tried, 0);
  writeFileSync(
    new URL("TRAP-19.json", results),
    `${JSON.stringify({ seed, every, N, found: reports.flatMap(({ found }) => found), reports }, null, 2)}\n`,
  );
});

describe("a writer killed at every system call", () => {
  test.each(Object.values(cases))("leaves old or new, whole: $title", async (what) => {
    const report = await killAtEverySyscall(what, { modules, every, offset: seed });
    reports.push(report);
    expect(report.found).toEqual([]);
    expect(report.tried).toBeGreaterThan(report.unharmed);
  });
});

describe("the harness", () => {
  test.each(badWriters)("finds $title", async (what) => {
    const report = await killAtEverySyscall(what, { modules, every: 1, offset: 0 });
    expect(report.found.join("\n")).toMatch(what.says);
  });
});

describe("the list of writers", () => {
  test("names every function of the platform that writes, and no other", () => {
    expect(Object.keys(listedWriters).sort()).toEqual([...writersOf(readTree())].sort());
  });

  test("gives each a case that is there", () => {
    expect(Object.values(listedWriters).filter((name) => !(name in cases))).toEqual([]);
  });

  test("misses a writer that is added", () => {
    const text = 'import { writeFileAtomic } from "./files.ts";\nexport async function addNote(path: string) { await writeFileAtomic(path, "a"); }\n';
    expect(writersOf([...readTree(), { path: "src/platform/notes.ts", text }])).toContain("notes.addNote");
  });
});
