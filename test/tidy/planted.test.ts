// Each rule sees what it forbids, and lets the permitted thing beside it pass.
import { describe, expect, test } from "vitest";
import { rules } from "./rules.ts";

interface Planted {
  readonly rule: keyof typeof rules;
  readonly path: string;
  readonly bad: readonly string[];
  readonly good: readonly string[];
}

const head = "// A file that was planted to see the rule at work.\n";
const lines = (count: number) => "a();\n".repeat(count);
const registry = ["regi", "stry."].join("");

const planted: readonly Planted[] = [
  {
    rule: "ambient",
    path: "src/operations/planted.ts",
    bad: ["process.env", 'process.env["A"]', "console.log(1)", "Date.now()", "new Date()", 'import { spawn } from "node:child_process"'],
    good: ["new Date(text)", "context.clock.now()", "/a/.exec(text)", "const console_ = 1"],
  },
  {
    rule: "ambient",
    path: "scripts/planted.js",
    bad: ['exec("ls")', 'import { execSync } from "node:child_process"', "spawn(a, b, { shell: true })", "spawn(a, b, { shell: isShell })"],
    good: ["spawn(a, b, { shell: false })", "console.log(process.env)", 'import { execFileSync } from "node:child_process"'],
  },
  {
    rule: "ambient",
    path: "src/platform/planted.ts",
    bad: ['import { spawn } from "child_process"'],
    good: ["process.env", "new Date()", "Date.now()"],
  },
  {
    rule: "engineWords",
    path: "src/operations/planted.ts",
    bad: ['if (engine === "postgres") a()', "const mariadbPort = 1", "say(`a MySQL server ${a}`)", "const isPostgres = true"],
    good: ["// MariaDB commits DDL implicitly.\na()", "if (engine.facts.transactionalDdl) a()"],
  },
  {
    rule: "engineWords",
    path: "web/board/planted.tsx",
    bad: ["const a = <b>PostgreSQL</b>", "const a = <Mariadb />"],
    good: ["const a = <b>{engine}</b>"],
  },
  { rule: "engineWords", path: "src/engines/planted.ts", bad: [], good: ['const engines = ["postgres", "mariadb"]'] },
  {
    rule: "imports",
    path: "src/operations/server/planted.ts",
    bad: [
      'import { a } from "../../cli/a.ts"',
      'import type { A } from "../../serve/a.ts"',
      'import { a } from "../../app/a.ts"',
      'import pg from "pg"',
    ],
    good: ['import { a } from "../../engines/engine.ts"', 'import { a } from "./a.ts"', 'import { a } from "node:path"'],
  },
  {
    rule: "imports",
    path: "src/operations/planted.ts",
    bad: ['export * from "./a.ts"', 'export { a } from "./a.ts"', 'const a = import("../cli/a.ts")', 'type A = import("../cli/a.ts").A'],
    good: ["export const a = 1"],
  },
  {
    rule: "imports",
    path: "src/app/planted.ts",
    bad: ['import { a } from "../engines/engine.ts"', 'import { a } from "../operations/a.ts"', 'import { a } from "../formats/a.ts"'],
    good: ['import { a } from "../drivers/driver.ts"', 'import { a } from "../platform/log.ts"'],
  },
  {
    rule: "imports",
    path: "src/engines/postgres/planted.ts",
    bad: ['import { a } from "../mariadb/a.ts"', 'import { a } from "../../drivers/mariadb/driver.ts"'],
    good: ['import { a } from "../../drivers/postgres/driver.ts"', 'import { a } from "../engine.ts"'],
  },
  {
    rule: "imports",
    path: "src/foundation/planted.ts",
    bad: ['import { a } from "node:fs"', 'import { a } from "../platform/a.ts"'],
    good: ['import { inspect } from "node:util"'],
  },
  { rule: "imports", path: "src/elsewhere/planted.ts", bad: ['import { a } from "../foundation/a.ts"'], good: ['import { a } from "./a.ts"'] },
  {
    rule: "imports",
    path: "web/board/planted.ts",
    bad: [
      'import { a } from "../../src/app/api/contract/tasks.ts"',
      'import type { A } from "../../src/foundation/a.ts"',
      'import { a } from "../console/a.ts"',
    ],
    good: ['import type { A } from "../../src/app/api/contract/tasks.ts"', 'import { a } from "../kit/a.ts"', 'import { a } from "react"'],
  },
  { rule: "imports", path: "src/index.ts", bad: [], good: ['export * from "./operations/a.ts"'] },
  { rule: "names", path: "src/operations/takeBackup.ts", bad: ["a()"], good: [] },
  { rule: "names", path: "src/Operations/take.ts", bad: ["a()"], good: [] },
  { rule: "names", path: "src/operations/take-backup.test.ts", bad: [], good: ["a()"] },
  {
    rule: "packages",
    path: "docs/planted.md",
    bad: [`${registry}example.org`, `https://${registry}example.org/left`, `https://www.${["npm", "js"].join("")}.com/package/a`],
    good: ["a registry of names", "https://www.postgresql.org/docs"],
  },
  {
    rule: "shortcuts",
    path: "src/operations/planted.ts",
    bad: [
      "const a: any = 1",
      "// @ts-ignore\na()",
      "// @ts-expect-error\na()",
      "/* eslint-disable */\na()",
      "export default 1",
      "enum A { B }",
      "// TODO later\na()",
    ],
    good: ["const any = 1", "// TODO(#12): later, see there\na()", "// biome-ignore lint/a/b: the driver hands it out like this\na()"],
  },
  { rule: "shortcuts", path: "web/kit/planted.ts", bad: ["// biome-ignore lint/a/b\na()", "// biome-ignore lint/a/b: <explanation>\na()"], good: [] },
  {
    rule: "shortcuts",
    path: "test/unit/planted.test.ts",
    bad: [
      "test.only(a, b)",
      "describe.skip(a, b)",
      "it.todo(a)",
      "test.skipIf(a)(b, c)",
      "test.runIf(a)(b, c)",
      "test.each.only([])",
      "expect(a).toMatchSnapshot()",
      'vi.mock("a")',
    ],
    good: ["test.each([])(a, b)", "test.runIf(isRoot)(a, b)", "array.skip(1)", "value.toString()", "expect(a).toEqual(b)"],
  },
  {
    rule: "sizes",
    path: "src/operations/planted.ts",
    bad: [
      lines(300),
      `function f() {\n${lines(49)}}`,
      `const f = () => {\n${lines(49)}}`,
      `const o = { f() {\n${lines(49)}} }`,
      `describe(a, f(() => {\n${lines(49)}}))`,
    ],
    good: [lines(299), `function f() {\n${lines(48)}}`, `describe(a, () => {\n${lines(60)}})`, `describe.each([])(a, () => {\n${lines(60)}})`],
  },
  {
    rule: "statements",
    path: "src/engines/planted.ts",
    bad: [
      "run(`select a from ${table}`)",
      "run(`\\n  insert into t values (${a})`)",
      'run("delete from " + table)',
      "run(`create role ${name}`)",
      "run(`drop table if exists ${name}`)",
      "run(`alter user ${name} identified by ${password}`)",
      "run(`grant select on ${table} to a`)",
      "run(`set session a = ${a}`)",
      "run(`truncate ${a}`)",
      "run(`select pg_cancel_backend(${pid})`)",
      "run(sql.script(text))",
      'run({ parts: [{ kind: "text", text: a }] })',
      "run(other`update t set a = ${a}`)",
    ],
    good: [
      "run(sql`select a from ${table}`)",
      "run(sql`drop table t`)",
      "say(`create the role ${name}`)",
      "say(`selected ${count} rows`)",
      "say(`updated ${name}`)",
      "run(`select 1`)",
    ],
  },
  {
    rule: "writes",
    path: "src/operations/planted.ts",
    bad: [
      'import { writeFile } from "node:fs/promises"',
      'import { rename as move } from "fs"',
      'import * as fs from "node:fs/promises"; fs.appendFile(a)',
      'import fs from "node:fs"; fs.promises.rm(a)',
      'import { promises } from "node:fs"; promises.unlink(a)',
      'import { openSync } from "node:fs"',
      'const fs = await import("node:fs")',
    ],
    good: ['import { readFile } from "node:fs/promises"', 'import * as fs from "node:fs/promises"; fs.readFile(a)', "files.rename(a)"],
  },
  { rule: "writes", path: "src/platform/links.ts", bad: ['import { unlink } from "node:fs"'], good: ['import { symlink } from "node:fs"'] },
  { rule: "writes", path: "src/platform/files.ts", bad: [], good: ['import { writeFile } from "node:fs/promises"'] },
];

describe.each(planted)("$rule in $path", ({ rule, path, bad, good }) => {
  const look = (text: string) => rules[rule]?.([{ path, text: head + text }]) ?? [];

  test.each(bad)("sees %j", (text) => {
    expect(look(text)).not.toEqual([]);
  });

  test.each(good)("lets %j pass", (text) => {
    expect(look(text)).toEqual([]);
  });
});

describe("rules over several files", () => {
  test("twins sees a file that only one engine has", () => {
    const both = ["postgres", "mariadb"].map((engine) => ({ path: `src/engines/${engine}/a.ts`, text: head }));
    expect(rules["twins"]?.(both)).toEqual([]);
    const more = { path: "src/engines/postgres/server/b.ts", text: head };
    expect(rules["twins"]?.([...both, more])).toEqual([{ path: "src/engines/mariadb/server/b.ts", line: 1, seen: "is missing beside its twin" }]);
  });

  test("packages sees an entry without integrity, and one that is bound to an address", () => {
    const lock = (entry: object) => [{ path: "package-lock.json", text: JSON.stringify({ packages: { "": {}, "node_modules/a": entry } }) }];
    expect(rules["packages"]?.(lock({ integrity: "sha512-a" }))).toEqual([]);
    expect(rules["packages"]?.(lock({}))).toHaveLength(1);
    expect(rules["packages"]?.(lock({ integrity: "sha512-a", resolved: "https://example.org/a.tgz" }))).toHaveLength(1);
  });

  test("names sees a source file that does not open with a comment", () => {
    expect(rules["names"]?.([{ path: "src/a.ts", text: "export const a = 1;\n" }])).toHaveLength(1);
    expect(rules["names"]?.([{ path: "src/a.ts", text: `#!/usr/bin/env node\n${head}export const a = 1;\n` }])).toEqual([]);
  });

  test("every rule is seen red here", () => {
    const seen = new Set([...planted.filter(({ bad }) => bad.length > 0).map(({ rule }) => rule), "twins"]);
    expect(Object.keys(rules).filter((name) => !seen.has(name))).toEqual([]);
  });
});
