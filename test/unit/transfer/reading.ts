// A file as a reader is given it: in pieces that end anywhere.
import fc from "fast-check";
import type { Fault, FileRecord, Reader } from "../../../src/app/transfer/records.ts";

/** Where to cut, as shares of the file's length. */
export const cuts = fc.array(fc.nat({ max: 1_000 }), { maxLength: 12 });

export function pieces(file: string | Buffer, places: readonly number[]): readonly Buffer[] {
  const bytes = Buffer.from(file as string);
  const ends = [...places.map((place) => Math.floor((place * bytes.length) / 1_000)), bytes.length].sort((one, other) => one - other);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** What the reader makes of the file, up to the first thing behind which nothing can be read. */
export function read(reader: Reader, file: string | Buffer, places: readonly number[] = []): readonly (FileRecord | Fault)[] {
  const found: (FileRecord | Fault)[] = [];
  const parts = [...pieces(file, places).map((piece) => () => reader.push(piece)), () => reader.end()];
  for (const part of parts) {
    for (const one of part()) {
      found.push(one);
      if ("isLast" in one) return found;
    }
  }
  return found;
}

/** Text as people and attackers write it: any code point, with more of those that files are made of. */
export const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", "\n", '"', ",", "\\", "{", "}", "[", "]", ":", " ", "x", "字", "😀", "\ufeff"),
  }),
);
