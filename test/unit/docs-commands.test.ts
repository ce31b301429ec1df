// docs/reference/commands.md and the command table say the same, both ways, and the command lines that the pages print are
// ones that the table knows. When a section is missing or differs, the message is the section as it has to be.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Command } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { optionsOf, parseCommand } from "../../src/cli/parse.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(`${root}docs/reference/commands.md`, "utf8");
const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`)];

describe("the command table and docs/reference/commands.md", () => {
  test("say the same", () => {
    expect(differences(commands, page)).toEqual([]);
  });

  test("differ when a command is in the table only", () => {
    const more = [...commands, { ...(commands[0] as Command), name: "planted" }];
    expect(differences(more, page)).toHaveLength(1);
  });

  test("differ when a command is on the page only", () => {
    expect(differences(commands, `${page}\n## \`rowhouse planted\`\n`)).toEqual(["planted is on the page and not in the table"]);
  });

  test.each(["--detach", "from every tier", "Example: `rowhouse down`"])("differ when the page lacks %j", (text) => {
    expect(page).toContain(text);
    expect(differences(commands, page.replace(text, "planted"))).toHaveLength(1);
  });
});

describe("a command line on a page", () => {
  const lines = pages
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) => commandLines(readFileSync(root + path, "utf8")).map((line) => [path, line]));

  test("there are some to look at", () => {
    expect(lines.length).toBeGreaterThan(20);
  });

  test.each(lines)("%s: %s", (_path, line) => {
    expect(() => parseCommand(wordsOf(line ?? ""))).not.toThrow();
  });

  test.each(["rowhouse backup forget", "rowhouse status --lag", "rowhouse down now"])("that the table does not know is found: %s", (line) => {
    const [found] = commandLines(`\`\`\`\n$ ${line}   # says why\n\`\`\`\n`);
    expect(() => parseCommand(wordsOf(found ?? ""))).toThrow();
  });
});

/** The section of a command as the page has to have it. */
function sectionOf(command: Command): string {
  const rows = optionsOf(command).map(({ name, value, about }) => `| \`--${name}${value ? ` ${value}` : ""}\` | ${about} |`);
  return [
    `## \`rowhouse ${[command.name, ...command.operands].join(" ")}\``,
    "",
    `${command.about.charAt(0).toUpperCase()}${command.about.slice(1)}.`,
    "",
    "| option | meaning |",
    "|---|---|",
    ...rows,
    "",
    `Example: \`${command.example}\``,
    "",
  ].join("\n");
}

function differences(table: readonly Command[], text: string): readonly string[] {
  const missing = table.map(sectionOf).filter((section) => !text.includes(section));
  const named = [...text.matchAll(/^## `rowhouse ([a-z ]+?)(?: \[[^`]*)?`$/gm)].map((match) => match[1] ?? "");
  const unknown = named.filter((name) => !table.some((command) => command.name === name));
  return [...missing.map((section) => `the page lacks\n${section}`), ...unknown.map((name) => `${name} is on the page and not in the table`)];
}

/** Lines of code blocks that call rowhouse, and such calls between backticks; those with a placeholder are left out. */
function commandLines(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap((match) => (match[1] ?? "").split("\n"));
  const inline = [...text.replace(/^```\w*\n[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  return [...blocks, ...inline]
    .map((line) => /^(?:\$ |# )?(?:[A-Z_]+=\S+ )*(?:\.\/bin\/)?(rowhouse [a-z-][^#|>]*)/.exec(line)?.[1]?.trim() ?? "")
    .filter((line) => line !== "" && !/[<…{]|rowhouse \w+:/.test(line) && !/^rowhouse (?:proof|migrate|cancel)$/.test(line));
}

function wordsOf(line: string): readonly string[] {
  return line.split(/\s+/).slice(1);
}
