// Words for a shell: what `sh` makes of them is what went in.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "../../../src/foundation/shell.ts";

test.each(["/srv/pg", "--port=5433", "-p 5433 -k /tmp", "/srv/Anna's $(id)", "a;b&c", "", "line\nbreak", "é"])(
  "a shell reads %j as one word",
  (word) => {
    expect(execFileSync("/bin/sh", ["-c", `printf %s, ${shellWord(word)}`]).toString()).toBe(`${word},`);
  },
);

test("a plain word stays as it is", () => {
  expect(shellWord("--defaults-file=/srv/a-b/c.cnf")).toBe("--defaults-file=/srv/a-b/c.cnf");
});
