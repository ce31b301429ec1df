// A script as its statements: each as both engines read it, or refused where they would not read the same.
import { describe, expect, test } from "vitest";
import { splitStatements } from "../../src/formats/sql-script.ts";
import { isProblem } from "../../src/foundation/problem.ts";

const cases: readonly { readonly title: string; readonly script: string; readonly statements: readonly string[] }[] = [
  { title: "nothing", script: "", statements: [] },
  { title: "only comments and semicolons", script: "-- a;b\n;;/* c; */ ;\n", statements: [] },
  { title: "a last statement without a semicolon", script: "select 1;\nselect 2", statements: ["select 1", "select 2"] },
  { title: "a semicolon in a string", script: "select ';'; select 2", statements: ["select ';'", "select 2"] },
  { title: "a doubled quote", script: "select 'it''s; so'; select 2", statements: ["select 'it''s; so'", "select 2"] },
  { title: "a name in double quotes", script: 'select "a;""b"; select 2', statements: ['select "a;""b"', "select 2"] },
  { title: "a name in backticks", script: "select `a;``b`; select 2", statements: ["select `a;``b`", "select 2"] },
  { title: "dashes in a string", script: "select '-- no comment'; select 2", statements: ["select '-- no comment'", "select 2"] },
  { title: "a comment with a quote", script: "select 1 -- it's\n, 2; select 3", statements: ["select 1  \n, 2", "select 3"] },
  { title: "a comment at the end of the file", script: "select 1 --", statements: ["select 1"] },
  { title: "a block comment with a semicolon", script: "select /* a; ' */ 1; select 2", statements: ["select   1", "select 2"] },
  { title: "MariaDB's conditional code", script: "/*!50000 select 1 */; /*M! select 2 */", statements: ["/*!50000 select 1 */", "/*M! select 2 */"] },
  { title: "a dollar quote", script: "do $$ begin; end $$; select 2", statements: ["do $$ begin; end $$", "select 2"] },
  { title: "a named dollar quote", script: "select $a1$ $$;' $a1$; select 2", statements: ["select $a1$ $$;' $a1$", "select 2"] },
  { title: "a dollar in a name", script: "select a$b$ from c$b$; select 2", statements: ["select a$b$ from c$b$", "select 2"] },
  { title: "a division and a subtraction", script: "select 4 / 2 - 1; select 2", statements: ["select 4 / 2 - 1", "select 2"] },
  { title: "a backslash that ends no string", script: "select 'a\\b', 'c\\\\'; select 2", statements: ["select 'a\\b', 'c\\\\'", "select 2"] },
  { title: "letters beyond ASCII", script: "select 'é;🦄' as größe; select 2", statements: ["select 'é;🦄' as größe", "select 2"] },
];

const refused: readonly { readonly title: string; readonly script: string; readonly line: number }[] = [
  { title: "a backslash before the closing quote", script: "select 1;\nselect 'a\\'; select 2;", line: 2 },
  { title: "a quote escaped by a backslash", script: "select 'it\\'s';", line: 1 },
  { title: "the same in a string of the E form", script: "select E'it\\'s';", line: 1 },
  { title: "the same in double quotes", script: 'select "a\\"b";', line: 1 },
  { title: "dashes without a space", script: "select 5--3;", line: 1 },
  { title: "a banner of dashes and a title", script: "--title\nselect 1", line: 1 },
  { title: "a string that is not ended", script: "select 1;\n\nselect 'a; select 2;", line: 3 },
  { title: "a name that is not ended", script: "select `a; select 2;", line: 1 },
  { title: "a comment that is not ended", script: "select 1; /* a; select 2;", line: 1 },
  { title: "a dollar quote that is not ended", script: "do $a$ begin; end; $b$", line: 1 },
];

describe("the statements of a script", () => {
  test.each(cases)("$title", ({ script, statements }) => {
    expect(splitStatements(script)).toEqual(statements);
  });

  test.each(refused)("$title is refused, with its line", ({ script, line }) => {
    let thrown: unknown;
    try {
      splitStatements(script);
    } catch (reason) {
      thrown = reason;
    }
    expect(isProblem(thrown, "RH-SQL-001")).toBe(true);
    expect(String(thrown)).toContain(`line ${line} `);
  });
});
