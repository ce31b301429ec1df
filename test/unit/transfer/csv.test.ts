// CSV: what is written is read again, cell by cell, whatever stands in it and wherever a piece ends; nothing in a file is run by a
// spreadsheet; what is not CSV is told with its line.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvLine, disarm, rearm } from "../../../src/app/transfer/csv.ts";
import { type CsvLine, CsvLines } from "../../../src/app/transfer/csv-lines.ts";
import { cellsOf, csvReader } from "../../../src/app/transfer/csv-reader.ts";
import { anyText, cuts, pieces, read } from "./reading.ts";

const runs = { numRuns: 2_000 };

function linesOf(file: string, places: readonly number[]): readonly (readonly (string | null)[])[] {
  const lines = new CsvLines();
  const found = [...pieces(file, places).flatMap((piece) => [...lines.push(piece)]), ...lines.end()];
  return found.map((one) => cellsOf((one as CsvLine).text));
}

describe("a CSV file", () => {
  test("is read as it was written: every cell of every line, null and empty apart", () => {
    // A line of one null cell is an empty line, which is none; a mark at the very start is dropped.
    const cells = fc.array(fc.oneof(fc.constant(null), anyText), { minLength: 2, maxLength: 5 }).filter(([first]) => !first?.startsWith("\ufeff"));
    const all = fc.property(fc.array(cells, { maxLength: 5 }), cuts, (rows, places) => {
      expect(linesOf(rows.map(csvLine).join(""), places)).toStrictEqual(rows);
    });
    fc.assert(all, runs);
  });

  test("is read with every line break that is in use, with and without one at its end, and with a byte order mark", () => {
    for (const [file, rows] of [
      [
        "a,b\nc,d\n",
        [
          ["a", "b"],
          ["c", "d"],
        ],
      ],
      [
        "a,b\r\nc,d",
        [
          ["a", "b"],
          ["c", "d"],
        ],
      ],
      [
        "\ufeffa,b\n\n\r\nc,\r",
        [
          ["a", "b"],
          ["c", null],
        ],
      ],
      ['"\ufeff",""\n', [["\ufeff", ""]]],
      ['"a\nb",",""\r\n"\n', [["a\nb", ',"\r\n']]],
    ] as const)
      expect(linesOf(file, [100, 300, 500, 700, 900])).toStrictEqual(rows);
  });

  test("holds no text that a spreadsheet would run, and gives every text back", () => {
    const all = fc.property(anyText, (text) => {
      expect(disarm(text)).not.toMatch(/^[=+\-@\t\r\n]/);
      expect(rearm(disarm(text))).toBe(text);
    });
    fc.assert(all, runs);
  });

  test("changes no more of a text than it has to", () => {
    const written = { "=1+1": "'=1+1", "-": "'-", "'=x": "''=x", "''@x": "'''@x", "'tis": "'tis", "''": "''", "1-1": "1-1", " =x": " =x" };
    for (const [text, cell] of Object.entries(written)) expect(disarm(text)).toBe(cell);
  });
});

describe("the reader of CSV", () => {
  const found = (file: string | Buffer) =>
    read(csvReader(), file).map((one) => ("reason" in one ? `${one.line}: ${one.reason}` : { [one.kind]: one.value }));

  test("takes columns in any order, leaves out what is empty, and knows a project by its name alone", () => {
    expect(found('project,title,priority,is_active,description,status\nHome,Dust,-3,false,,\nGarden,,,,,\n,Mow,,,"",active\n')).toStrictEqual([
      { task: { project: "Home", title: "Dust", priority: -3, is_active: false, description: null } },
      { project: { name: "Garden" } },
      { task: { project: null, title: "Mow", description: "", status: "active" } },
    ]);
    expect(found("project\n'=Home\n")).toStrictEqual([{ project: { name: "=Home" } }]);
  });

  test("leaves what is no number and no boolean to the schema", () => {
    expect(found("title,priority,is_active,id\nx,1.5,TRUE,0x10\ny,1e3,0, 7\n")).toStrictEqual([
      { task: { title: "x", priority: "1.5", is_active: "TRUE", id: "0x10" } },
      { task: { title: "y", priority: "1e3", is_active: "0", id: " 7" } },
    ]);
  });

  test("names the line of whatever is wrong, and reads on behind it", () => {
    const file = ["title,priority", "good,1", '5" disk,2', '"a" b,3', "x\ry,4", "one", "a,b,c", '"two\nlines",5', "nul\0,6", '"bad" ,"\n'].join("\n");
    expect(found(Buffer.concat([Buffer.from(`${file}last,7\n`), Buffer.from([0xff, 0x2c, 0x38, 0x0a])]))).toStrictEqual([
      { task: { title: "good", priority: 1 } },
      "3: has a quote in a cell that does not begin with one",
      "4: has text behind a closing quote",
      "5: has a carriage return outside quotes",
      "6: has 1 cell, not 2",
      "7: has 3 cells, not 2",
      { task: { title: "two\nlines", priority: 5 } },
      "10: title holds the character U+0000",
      "11: has text behind a closing quote",
      { task: { title: "last", priority: 7 } },
      "13: is not valid UTF-8",
    ]);
  });

  test.each([
    ["an empty file", "", "1: there is no line with the names of the columns"],
    ["a mark alone", "\ufeff", "1: there is no line with the names of the columns"],
    ["an unknown column", "title,colour\nx,red\n", '1: "colour" is not the name of a column'],
    ["a column with a space", "title, status\nx,active\n", '1: " status" is not the name of a column'],
    ["a column of a prototype", "title,constructor\nx,y\n", '1: "constructor" is not the name of a column'],
    ["a column twice", "title,title\nx,y\n", "1: the column title is there twice"],
    ["no titles", "status,project\nactive,x\n", "1: the column title is missing"],
    ["a header with wrong quotes", 'title,"status"x\ny,z\n', "1: has text behind a closing quote"],
    ["a quote that is never closed", 'title\ngood\n"never\nclosed\n', "3: has a quote that is not closed"],
    ["a line of more than 1 MB", `title\n"${"x".repeat(1_100_000)}`, /^2: is longer than 1048576 bytes/],
  ])("ends at %s", (_what, file, last) => {
    const reasons = found(file).filter((one) => typeof one === "string");
    expect(reasons).toHaveLength(1);
    if (typeof last === "string") expect(reasons[0]).toBe(last);
    else expect(reasons[0]).toMatch(last);
  });
});
