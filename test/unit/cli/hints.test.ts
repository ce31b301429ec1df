// Commands of ours in hints stand in backticks: only those are made ones to paste, and only those stay whole when lines are wrapped.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../src/", import.meta.url));

test("every hint has its commands in backticks", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const bare = files.flatMap((name) => bareCommands(readFileSync(root + name, "utf8")).map((line) => `${name}: ${line}`));
  expect(bare).toEqual([]);
});

test("one without is found", () => {
  expect(bareCommands('  hint: "Run rowhouse down again.",\n  mend: "Run `rowhouse up`."')).toHaveLength(1);
});

function bareCommands(text: string): readonly string[] {
  return text.split("\n").filter((line) => /\b(hint|mend): .*(?<!`)\browhouse (up|down|status|logs|trace|serve)\b/.test(line));
}
