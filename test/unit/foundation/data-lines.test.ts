// Lines of data files, read back as LOAD DATA reads them, however they come in pieces.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blocksIn, fieldsOf, linesIn, marksIn } from "../../../src/formats/data-lines.ts";

const text = (value: string) => Buffer.from(value, "latin1");
const read = (line: string) => fieldsOf(text(line)).map((value) => (value === null ? null : Buffer.from(value).toString("latin1")));

describe("a line", () => {
  test.each([
    ["", [""]],
    ["a\tb", ["a", "b"]],
    ["\t", ["", ""]],
    ["\\N\t\\\\N\t\\NN\tN", [null, "\\N", "NN", "N"]],
    ["a\\tb\\nc\\\\d\\0e\\Zf\\rg\\bh", ["a\tb\nc\\d\0e\u001af\rg\bh"]],
    ["\\'\\q\\\t", ["'q\\", ""]],
  ])("%j", (line, values) => {
    expect(read(line)).toEqual(values);
  });

  test("gives back any bytes that were written with backslashes", () => {
    const escaped: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\0": "\\0" };
    const written = (bytes: Uint8Array) => text([...Buffer.from(bytes).toString("latin1")].map((one) => escaped[one] ?? one).join(""));
    fc.assert(
      fc.property(fc.array(fc.option(fc.uint8Array(), { nil: null }), { minLength: 1 }), (values) => {
        const line = Buffer.concat(values.flatMap((value, index) => [text(index === 0 ? "" : "\t"), value === null ? text("\\N") : written(value)]));
        expect(fieldsOf(line).map((value) => value && [...value])).toEqual(values.map((value) => value && [...value]));
      }),
    );
  });
});

describe("lines", () => {
  const all = async (pieces: readonly string[]) => {
    const found: string[] = [];
    const stream = async function* () {
      for (const piece of pieces) yield text(piece);
    };
    for await (const lines of linesIn(stream())) found.push(...lines.map((line) => Buffer.from(line).toString("latin1")));
    return found;
  };

  test.each([[["a\nb", "c\n\n", "\nd\n"]], [["a\nbc\n", "\n\nd\n"]], [["a", "\n", "bc", "\n\n\nd", "\n"]]])(
    "are whole, however they come: %j",
    async (pieces) => {
      expect(await all(pieces)).toEqual(["a", "bc", "", "", "d"]);
    },
  );

  test("that end in the middle are no lines", async () => {
    await expect(all(["a\nb"])).rejects.toThrow(/has no end/);
  });

  test.each([1, 4, 5, 100])("come in blocks of whole lines, at most %i bytes each but for a longer one", async (bytes) => {
    const pieces = async function* () {
      for (const piece of ["a\nbc", "d\nefghijk", "l", "mn\n", "\n", "o\n"]) yield text(piece);
    };
    const blocks: string[] = [];
    for await (const block of blocksIn(pieces(), bytes)) blocks.push(Buffer.from(block).toString("latin1"));
    expect(blocks.join("")).toBe("a\nbcd\nefghijklmn\n\no\n");
    expect(blocks.filter((block) => !block.endsWith("\n"))).toEqual([]);
    expect(blocks.length > 1).toBe(bytes < 100);
    expect(blocks.filter((block) => block.length > Math.max(bytes, 22))).toEqual([]);
  });
});

describe("marks", () => {
  test("are counted among any bytes, wherever these begin in memory", () => {
    const bytes = fc.array(fc.oneof(fc.constantFrom(0x00, 0x09, 0x0a, 0x0b, 0x5b, 0x5c, 0x5d, 0x80, 0x8a, 0xdc, 0xff), fc.nat(255)), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(bytes, fc.nat(3), (values, offset) => {
        const all = Buffer.from([...Array<number>(offset).fill(0x0a), ...values, 0x09]);
        const count = (byte: number) => values.filter((one) => one === byte).length;
        const marks = { tabs: count(0x09), lines: count(0x0a), backslashes: count(0x5c), zeros: count(0) };
        expect(marksIn(all.subarray(offset, -1))).toEqual(marks);
      }),
      { numRuns: 1_000 },
    );
  });
});
