// The style as a failing test: each rule looks at the whole tree and must find nothing.
import { describe, expect, test } from "vitest";
import { rules } from "./rules.ts";
import { readable, readTree } from "./tree.ts";

const tree = readTree();

describe("the tree", () => {
  test("is there", () => {
    expect(tree.map(({ path }) => path)).toContain("src/foundation/problems.ts");
  });

  test.each(Object.entries(rules))("keeps the rule %s", (_name, rule) => {
    expect(readable(rule(tree))).toEqual([]);
  });
});
