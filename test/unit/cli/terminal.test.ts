// What a person sees in a terminal: words stay whole at 80 and 60 columns, and commands in hints can be pasted.
import { describe, expect, test } from "vitest";
import { commands } from "../../../src/cli/commands.ts";
import { helpOf, overview } from "../../../src/cli/help.ts";
import { pasteable } from "../../../src/cli/hints.ts";
import { columns, output } from "../../../src/cli/output.ts";
import { integerOption, parseCommand } from "../../../src/cli/parse.ts";
import { Problem } from "../../../src/foundation/problem.ts";

const words = (lines: readonly string[]) =>
  lines
    .join(" ")
    .split(/\s+/)
    .filter((word) => word !== "");

describe.each([80, 60])("at %i columns", (width) => {
  test.each(commands)("the help of $name keeps to the width and breaks no word", (command) => {
    const lines = helpOf(command, width);
    const example = lines.at(-1) ?? ""; // is pasted, so it stays one line
    expect(lines.filter((line) => line.length > width && line !== example)).toEqual([]);
    expect(words(lines).toSorted()).toEqual(words(helpOf(command, Number.POSITIVE_INFINITY)).toSorted());
  });

  test("the list of commands keeps to the width and breaks no word", () => {
    expect(overview(width).filter((line) => line.length > width)).toEqual([]);
    expect(words(overview(width)).toSorted()).toEqual(words(overview(Number.POSITIVE_INFINITY)).toSorted());
  });

  test("a problem and its hint are wrapped at words, and a command in it stays whole", () => {
    const shown: string[] = [];
    const stream = { write: (text: string) => shown.push(text), columns: width };
    const printer = output({ out: stream, err: stream, isPlain: true }, { isJson: false, typing: { program: "./bin/rowhouse", house: "/srv/one" } });
    const message = "one two three ".repeat(20).trim();
    printer.problem(new Problem("RH-USE-001", message, { hint: `${message}: \`rowhouse up --port 8081\`` }));
    const lines = shown.join("").split("\n");
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(words(lines)).toEqual(words([`RH-USE-001 ${message} ${message}: \`./bin/rowhouse up --house /srv/one --port 8081\``]));
    expect(lines.filter((line) => line.includes("`./bin/rowhouse up --house /srv/one --port 8081`"))).toHaveLength(1);
  });
});

test("the last column is wrapped in its place, or on lines of its own where there is no room", () => {
  const rows = [
    ["app", "up", "one two three four five six seven eight nine ten"],
    ["database", "down", ""],
  ];
  expect(columns(rows, 50)).toEqual(["app        up     one two three four five six", "                  seven eight nine ten", "database   down"]);
  expect(columns(rows, 30)).toEqual(["app        up", "  one two three four five six", "  seven eight nine ten", "database   down"]);
});

describe("a command in a hint", () => {
  test.each([
    ["`rowhouse status` tells", { program: "rowhouse" }, "`rowhouse status` tells"],
    ["`rowhouse status` tells", { program: "./bin/rowhouse" }, "`./bin/rowhouse status` tells"],
    ["`rowhouse logs app`", { program: "rowhouse", house: "/tmp/a" }, "`rowhouse logs --house /tmp/a app`"],
    ["`rowhouse backup take`", { program: "rowhouse", house: "/tmp/a" }, "`rowhouse backup take --house /tmp/a`"],
    ["`rowhouse up`", { program: "rowhouse", house: "it's here" }, "`rowhouse up --house 'it'\\''s here'`"],
    ["`rowhouse up --house /b`", { program: "rowhouse", house: "/tmp/a" }, "`rowhouse up --house /b`"],
    ["`rowhouse up --help`, `rowhouse --help`", { program: "rowhouse", house: "/tmp/a" }, "`rowhouse up --help`, `rowhouse --help`"],
    ["rowhouse up: a task's title", { program: "rowhouse", house: "/tmp/a" }, "rowhouse up: a task's title"],
  ])("%s", (hint, typing, pasted) => {
    expect(pasteable(hint, typing)).toBe(pasted);
  });
});

describe("a command line that is not understood", () => {
  const refused = (...args: readonly string[]) => {
    try {
      const parsed = parseCommand(args);
      return integerOption(parsed?.options ?? {}, "lines", { from: 1, to: 9 });
    } catch (thrown) {
      return (thrown as Problem).message;
    }
  };
  test.each([
    [["logs", "--lines", "-1"], '--lines wants a whole number from 1 to 9, not "-1"'],
    [["logs", "--lines=-1"], '--lines wants a whole number from 1 to 9, not "-1"'],
    [["logs", "--lines"], "--lines wants a value"],
    [["logs", "--lines", "--json"], "--lines wants a value"],
    [["up", "--detach=yes"], "--detach takes no value"],
    [["up", "--prot", "1"], "unknown option '--prot'"],
    [["--house", "/x", "status"], '"--house" stands where the command has to be'],
    [["help", "planted"], 'there is no command "planted"'],
  ])("%j", (args, message) => {
    expect(refused(...args)).toBe(message);
  });
});

test.each([
  ["status", "--help"],
  ["status", "-h"],
  ["help", "status"],
])("%s %s is the help of status", (...args) => {
  expect(parseCommand(args)).toMatchObject({ command: { name: "status" }, options: { help: true } });
});

test("hints name the house when the command is about another one than it would be without", () => {
  const shown: string[] = [];
  const stream = { write: (text: string) => shown.push(text) };
  const printer = output({ out: stream, err: stream, isPlain: true }, { isJson: false, typing: { program: "rowhouse" } });
  printer.about("/var/lib/rowhouse/mariadb");
  printer.advice("`rowhouse down` stops it");
  expect(shown.join("")).toBe("`rowhouse down --house /var/lib/rowhouse/mariadb` stops it\n");
});
