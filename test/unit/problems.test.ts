// The table of problems and its page say the same, both ways, and exit codes are those that INV-21 promises.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ProblemKind, problems } from "../../src/foundation/problems.ts";

const page = readFileSync(new URL("../../docs/reference/problems.md", import.meta.url), "utf8");
const promisedExitCodes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130];

describe("the table of problems and docs/reference/problems.md", () => {
  test("say the same", () => {
    expect(differences(problems, page)).toEqual([]);
  });

  test("differ when a code is added to the table only", () => {
    const more = { ...problems, "RH-NEW-001": { title: "something new", exitCode: 1, status: 500 } };
    expect(differences(more, page)).toEqual(["RH-NEW-001 is missing on the page"]);
  });

  test("differ when a code is added to the page only", () => {
    const more = `${page}| RH-NEW-001 | something new | 1 | 500 | Do something. |\n`;
    expect(differences(problems, more)).toEqual(["RH-NEW-001 is missing in the table"]);
  });

  test.each([
    ["title", "the port is taken", "the port is free"],
    ["exit code", "the port is taken | 4 |", "the port is taken | 5 |"],
    ["status", "| 4 | 409 | Stop", "| 4 | 500 | Stop"],
  ])("differ when the page has another %s", (_what, is, was) => {
    expect(page).toContain(is);
    expect(differences(problems, page.replace(is, was))).toHaveLength(1);
  });

  test("the page says for each code what to do, in a sentence of its own", () => {
    const advice = rowsOf(page).map((row) => row.advice);
    for (const sentence of advice) expect(sentence).toMatch(/^[A-Z].{20,}\.$/);
    expect(new Set(advice).size).toBe(advice.length);
  });
});

describe("INV-21: exit codes", () => {
  test.each(Object.entries(problems))("%s ends with a promised exit code, never with 0", (_code, kind) => {
    expect(promisedExitCodes).toContain(kind.exitCode);
  });

  test("the page explains every promised exit code", () => {
    for (const exitCode of [0, ...promisedExitCodes]) expect(page).toMatch(new RegExp(`^\\| ${exitCode} \\| \\S`, "m"));
  });

  test.each([
    ["RH-LOCK-", 5],
    ["RH-AUTH-", 9],
  ])("%s* ends with %i", (prefix, exitCode) => {
    for (const [code, kind] of Object.entries(problems)) if (code.startsWith(prefix)) expect(kind.exitCode).toBe(exitCode);
  });

  test.each(["RH-FILE-002", "RH-SRV-002"] as const)("%s, no space, ends with 7", (code) => {
    expect(problems[code].exitCode).toBe(7);
  });
});

interface Row extends ProblemKind {
  readonly code: string;
  readonly advice: string;
}

function differences(table: Readonly<Record<string, ProblemKind>>, text: string): readonly string[] {
  const rows = rowsOf(text);
  const unlisted = Object.keys(table).filter((code) => !rows.some((row) => row.code === code));
  return [...unlisted.map((code) => `${code} is missing on the page`), ...rows.flatMap((row) => differencesOf(row, table[row.code]))];
}

function differencesOf(row: Row, kind: ProblemKind | undefined): readonly string[] {
  if (!kind) return [`${row.code} is missing in the table`];
  const isEqual = kind.title === row.title && kind.exitCode === row.exitCode && kind.status === row.status;
  return isEqual ? [] : [`${row.code} is ${JSON.stringify(kind)} in the table and ${JSON.stringify(row)} on the page`];
}

function rowsOf(text: string): readonly Row[] {
  const line = /^\| (?:<a id="[^"]*"><\/a>)?(RH-[A-Z]+-\d{3}) \| (.+?) \| (\d+) \| (\d+) \| (.+) \|$/gm;
  return [...text.matchAll(line)].map(([, code = "", title = "", exitCode, status, advice = ""]) => ({
    code,
    title,
    exitCode: Number(exitCode),
    status: Number(status),
    advice,
  }));
}
