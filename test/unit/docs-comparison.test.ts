// J16: docs/reference/backup-comparison.md has an answer for each engine in every row, and each answer names tests that are there and
// run on every engine.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(`${root}docs/reference/backup-comparison.md`, "utf8");

interface Row {
  readonly name: string;
  readonly answers: readonly string[];
}

function rowsOf(text: string): readonly Row[] {
  return text
    .split("\n")
    .filter((line) => /^\| [A-Z]/.test(line))
    .map((line) => {
      const [name = "", _own, ...answers] = line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim());
      return { name, answers };
    });
}

/** What is wrong with an answer. */
function faultsOf(answer: string): readonly string[] {
  const named = [...answer.matchAll(/`(test\/[\w./-]+\.test\.ts)` "([^"]+)"/g)].map(([, file = "", title = ""]) => ({ file, title }));
  if (named.length === 0) return [`names no test: ${answer}`];
  return named.flatMap(({ file, title }) => {
    if (!existsSync(root + file)) return [`there is no ${file}`];
    const source = readFileSync(root + file, "utf8");
    const tests = [...source.matchAll(/^\s*test\("(.+)", (?:async )?\(\) =>/gm)].map(([, found]) => found);
    if (!tests.includes(title)) return [`${file} has no test "${title}"`];
    return /describe\.each\((await engineVersions\(\)|engineNames)\)/.test(source) ? [] : [`${file} does not run on every engine`];
  });
}

describe("the comparison of backups", () => {
  test("has the six rows of the usual table, and more", () => {
    const names = rowsOf(page).map(({ name }) => name);
    const usual = ["Default output", "Compressed format", "Parallel dump", "Parallel restore", "Point-in-time recovery", "Dump while active"];
    expect(names.slice(0, 6)).toEqual(usual);
    expect(names.length).toBeGreaterThan(15);
  });

  test.each(rowsOf(page))("answers for both engines, with tests that are there: $name", ({ answers }) => {
    expect(answers).toHaveLength(2);
    expect(answers.flatMap(faultsOf)).toEqual([]);
  });

  test.each([
    ["names no test", "Yes"],
    ["there is no", '`test/engines/planted.test.ts` "is proved"'],
    ["has no test", '`test/engines/backup-everything.test.ts` "is planted"'],
    ["does not run on every engine", '`test/unit/operations/backup-copy.test.ts` "takes a later proof along"'],
  ])("is faulty when an answer %s", (said, answer) => {
    expect(faultsOf(answer)).toEqual([expect.stringContaining(said)]);
  });
});
