// Packed files are read and written in pieces, and a failure reaches whoever reads, however late that begins.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packed, unpacked } from "../../../src/platform/gzip.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "rowhouse-gzip-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const text = Buffer.from("a line of a table\n".repeat(20_000));

/** Read only after whatever could fail has had its time. */
async function late(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  await sleep(50);
  const found: Uint8Array[] = [];
  for await (const piece of pieces) found.push(piece);
  return Buffer.concat(found);
}

function fileOf(bytes: Uint8Array): string {
  const path = join(directory, "file.gz");
  writeFileSync(path, bytes);
  return path;
}

describe("what is packed", () => {
  test("comes out as it went in", async () => {
    async function* pieces() {
      for (let at = 0; at < text.length; at += 70_000) yield text.subarray(at, at + 70_000);
    }
    const bytes = await late(packed(pieces()));
    expect(gunzipSync(bytes).equals(text)).toBe(true);
    expect((await late(unpacked(fileOf(bytes)))).equals(text)).toBe(true);
  });

  test.each([
    ["empty", Buffer.alloc(0), "unexpected end of file"],
    ["cut", gzipSync(text).subarray(0, 300), "unexpected end of file"],
    ["something else", text, "incorrect header check"],
  ])("fails where it is read when the file is %s", async (_what, bytes, says) => {
    await expect(late(unpacked(fileOf(bytes)))).rejects.toThrow(says);
  });

  test("fails where it is read when there is no file", async () => {
    await expect(late(unpacked(join(directory, "none")))).rejects.toThrow("ENOENT");
  });

  test("ends its source when somebody reads no further", async () => {
    let isEnded = false;
    async function* endless() {
      try {
        for (;;) yield randomBytes(400_000);
      } finally {
        await sleep(20);
        isEnded = true;
      }
    }
    const pieces = packed(endless())[Symbol.asyncIterator]();
    await pieces.next();
    await pieces.return?.();
    expect(isEnded).toBe(true);
  });

  test("hands on what its source fails with", async () => {
    const failing = (async function* () {
      yield text;
      throw new Error("the table is gone");
    })();
    await expect(late(packed(failing))).rejects.toThrow("the table is gone");
  });
});
