// JSON and JSON lines: every record is found in any formatting and wherever a piece ends; what is wrong is told with its line.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonReader } from "../../../src/app/transfer/json-reader.ts";
import { ndjsonReader } from "../../../src/app/transfer/ndjson-reader.ts";
import type { Reader } from "../../../src/app/transfer/records.ts";
import { anyText, cuts, read } from "./reading.ts";

const good = anyText.filter((text) => !text.includes("\0"));
const leaf = fc.oneof(good, fc.integer(), fc.boolean(), fc.constant(null));
const name = good.filter((text) => !["__proto__", "constructor"].includes(text));
const element = fc
  .dictionary(name, fc.oneof(leaf, fc.array(leaf), fc.dictionary(name, leaf)), { maxKeys: 5 })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const runs = { numRuns: 1_000 };

const shown = (reader: Reader, file: string | Buffer, places: readonly number[] = []) =>
  read(reader, file, places).map((one) => ("reason" in one ? `${one.line}: ${one.reason}` : { [one.kind]: one.value }));

describe("the reader of JSON", () => {
  test("finds every element in any formatting", () => {
    const formats = fc.constantFrom<(value: unknown) => string>(
      (value) => JSON.stringify(value),
      (value) => JSON.stringify(value, null, 2),
      (value) => JSON.stringify(value, null, "\t\r\n "),
    );
    const all = fc.property(fc.array(element), fc.array(element), fc.boolean(), formats, cuts, (projects, tasks, isTasksFirst, format, places) => {
      const file = format(isTasksFirst ? { tasks, projects } : { projects, tasks });
      const [found, named] = [tasks.map((task) => ({ task })), projects.map((project) => ({ project }))];
      expect(shown(jsonReader(), file, places)).toStrictEqual(isTasksFirst ? [...found, ...named] : [...named, ...found]);
    });
    fc.assert(all, runs);
  });

  test("takes a document with one list, and with none", () => {
    expect(shown(jsonReader(), ' {"tasks" : [ {"title":"x"} ] } \n')).toStrictEqual([{ task: { title: "x" } }]);
    expect(shown(jsonReader(), "{}")).toStrictEqual([]);
  });

  test("names the line of an element that is wrong, and reads on behind it", () => {
    const file = `{"tasks": [
      {"title": "a"}, {"title": 'b'},
      {"title": "c",},
      {"title": "\\ud800"}, {"title": "nul\\u0000"},
      {"priority": 1e400, "title": "d"},
      {"__proto__": {"title": "e"}},
      {"title": "f", "deep": ${"[".repeat(70)}${"]".repeat(70)}},
      {"title": "}]\\"{["}
    ]}`;
    expect(shown(jsonReader(), file)).toStrictEqual([
      { task: { title: "a" } },
      "2: it is not valid JSON",
      "3: it is not valid JSON",
      "4: title holds half of a surrogate pair",
      "4: title holds the character U+0000",
      "5: priority is a number too large to hold",
      "6: __proto__ is not a name to use",
      expect.stringMatching(/^7: deep.* is nested deeper than 64 levels$/),
      { task: { title: '}]"{[' } },
    ]);
    const broken = Buffer.concat([Buffer.from('{"tasks":[{"title":"'), Buffer.from([0xc3]), Buffer.from('"},\n{"title":"x"}]}')]);
    expect(shown(jsonReader(), broken)).toStrictEqual(["1: is not valid UTF-8", { task: { title: "x" } }]);
  });

  test.each([
    ["an empty file", "", "1: the document ends too early"],
    ["a list", "[]", "1: the document has to begin with {"],
    ["a byte order mark", "\ufeff{}", "1: the document has to begin with {"],
    ["an unknown name", '{"tasks": [],\n"colour": 1}', '2: the document has to have "projects" and "tasks"'],
    ["a name twice", '{"tasks": [], "tasks": []}', "1: tasks is there twice"],
    ["no colon", '{"tasks" []}', "1: there has to be a : behind the name"],
    ["no list", '{"tasks": {}}', "1: there has to be a list"],
    ["a number in a list", '{"tasks": [\n\n7]}', "3: the list has to hold objects"],
    ["a list in a list", '{"tasks": [[]]}', "1: the list has to hold objects"],
    ["a comma too many", '{"tasks": [{"title":"x"},]}', "1: the list has to hold objects"],
    ["a comma too few", '{"tasks": [{"title":"x"}\n{"title":"y"}]}', "2: there has to be a , or ] behind an object of the list"],
    ["two documents", "{}\n{}", "2: there is something behind the document"],
    ["half a document", '{"tasks": [{"title":"x"}', "1: the document ends too early"],
    ["half an element", '{"tasks": [{"title":"x', "1: the document ends too early"],
    ["an element of more than 1 MB", `{"tasks": [\n{"title":"${"x".repeat(1_100_000)}"}]}`, "2: is longer"],
  ])("ends at %s", (_what, file, last) => {
    const reasons = shown(jsonReader(), file, [1, 500, 999]).filter((one) => typeof one === "string");
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(last);
  });
});

describe("the reader of JSON lines", () => {
  test("finds every record", () => {
    const records = fc.array(fc.oneof(fc.record({ task: element }), fc.record({ project: element })));
    const all = fc.property(records, fc.constantFrom("\n", "\r\n", "\n\n \n"), cuts, (found, lineBreak, places) => {
      expect(shown(ndjsonReader(), found.map((one) => JSON.stringify(one)).join(lineBreak), places)).toStrictEqual(JSON.parse(JSON.stringify(found)));
    });
    fc.assert(all, runs);
  });

  test("names the line of whatever is wrong, and reads on behind it", () => {
    const lines = [
      '{"task":{"title":"a"}}',
      "{",
      "[]",
      '{"task":{},"project":{}}',
      '{"tasks":[]}',
      "null",
      '{"task":{"title":"\\ud800"}}',
      "",
      '{"project":{"name":"b"}}',
    ];
    expect(shown(ndjsonReader(), lines.join("\n"))).toStrictEqual([
      { task: { title: "a" } },
      "2: it is not valid JSON",
      ...[3, 4, 5, 6].map((line) => `${line}: has to be {"task": …} or {"project": …}`),
      "7: title holds half of a surrogate pair",
      { project: { name: "b" } },
    ]);
    expect(shown(ndjsonReader(), Buffer.from([0xff, 0x0a]))).toStrictEqual(["1: is not valid UTF-8"]);
    expect(shown(ndjsonReader(), `\n${"x".repeat(1_100_000)}`)).toStrictEqual([expect.stringMatching(/^2: is longer/)]);
  });
});
