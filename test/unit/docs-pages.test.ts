// The pages hang together: no link leads nowhere, the index lists every page, and each field of rowhouse.toml and each variable
// that steers the tool or the application has its row.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import { HouseSchema } from "../../src/operations/stack/house.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const isPage = (path: string) => path.endsWith(".md");
const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter(isPage);
const pages = [...docs.map((name) => `docs/${name}`), ...readdirSync(root).filter(isPage), "changes/README.md"];
const textOf = (path: string) => readFileSync(join(root, path), "utf8");

describe("links", () => {
  test.each(pages)("of %s lead somewhere", (path) => {
    expect(deadLinks(path, textOf(path))).toEqual([]);
  });

  test("that lead nowhere are found", () => {
    const text = "[a](docs/nothing.md) [b](README.md#no-such-part) [c](README.md#use-it) ![d](docs/images/board.png)";
    expect(deadLinks("README.md", text)).toEqual(["docs/nothing.md", "README.md#no-such-part"]);
  });
});

describe("paths of the source", () => {
  test.each(pages)("in %s are there", (path) => {
    expect(deadPaths(textOf(path))).toEqual([]);
  });

  test("that are not there are found", () => {
    expect(deadPaths("`src/cli/up.ts` `src/cli/planted.ts` `src/engines/*/engine.ts` `src/engines/*/planted.ts`")).toEqual([
      "src/cli/planted.ts",
      "src/engines/*/planted.ts",
    ]);
  });
});

describe("the index", () => {
  test.each(docs.filter((name) => name !== "README.md"))("lists %s", (name) => {
    expect(textOf("docs/README.md")).toContain(`(${name})`);
  });
});

describe("docs/reference/house.md", () => {
  test("has a row for each field of rowhouse.toml, and no other", () => {
    const rows = [...textOf("docs/reference/house.md").matchAll(/^\| `([a-z.-]+)` \|/gm)].map((match) => match[1]);
    expect(rows.sort()).toEqual([...fieldsOf(HouseSchema)].sort());
  });
});

describe("docs/reference/environment.md", () => {
  const page = textOf("docs/reference/environment.md");
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const names = sources.flatMap((name) => [
    ...textOf(`src/${name}`).matchAll(/nvironment\["([A-Z_]+)"\]|env\["([A-Z_]+)"\]|(?:text|has)\("([A-Z_]+)"/g),
  ]);

  test.each([...new Set(names.map((match) => match[1] ?? match[2] ?? match[3] ?? ""))])("has a row for %s", (name) => {
    expect(page).toContain(`\`${name}`);
  });
});

function deadLinks(path: string, text: string): readonly string[] {
  const links = [...text.replace(/```[\s\S]*?```/g, "").matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  return links.filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(path, link));
}

function leadsSomewhere(path: string, link: string): boolean {
  const [file = "", part] = link.split("#");
  const target = file === "" ? path : join(dirname(path), file);
  if (!existsSync(join(root, target))) return false;
  return part === undefined || partsOf(textOf(target)).includes(part);
}

/** Paths between backticks, as `src/cli/up.ts`; `*` stands for each engine. */
function deadPaths(text: string): readonly string[] {
  const paths = [...text.matchAll(/`((?:src|test|scripts|web|bench|docs|changes)\/[\w./*-]*)`/g)].map((match) => match[1] ?? "");
  const places = (path: string) => (path.includes("*") ? engineNames.map((name) => path.replace("*", name)) : [path]);
  return paths.filter((path) => !/^(test|bench)\/results/.test(path) && !places(path).every((place) => existsSync(join(root, place))));
}

/** Headings as their links name them, and explicit anchors. */
function partsOf(text: string): readonly string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replace(/\s/g, "-"),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1] ?? "")];
}

function fieldsOf(schema: unknown, prefix = ""): readonly string[] {
  const { properties } = schema as { readonly properties?: Readonly<Record<string, unknown>> };
  if (!properties) return [prefix];
  return Object.entries(properties).flatMap(([name, inner]) => fieldsOf(inner, prefix === "" ? name : `${prefix}.${name}`));
}
