// A tar archive as GNU tar writes it, read in pieces of any size: the same names and bytes come out, and what is cut or damaged is said.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tarEntries } from "../../../src/formats/tar.ts";

const files = { empty: "", short: "a", "below/block": "b".repeat(512), "below/long": "c".repeat(70_001) };

async function all<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const piece of pieces) found.push(piece);
  return found;
}

describe("a tar archive", () => {
  let root: string;
  let archive: Buffer;

  beforeAll(() => {
    root = mkdtempSync("/tmp/rowhouse-test-");
    mkdirSync(join(root, "below"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    archive = execFileSync("tar", ["--format=ustar", "-cf", "-", "-C", root, "empty", "short", "below"]);
  });

  afterAll(() => rmSync(root, { recursive: true }));

  async function* pieces(bytes: Buffer, size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  test.each([1, 511, 512, 10_000, 1_000_000])("comes out as it went in, in pieces of %d bytes", async (size) => {
    const found: Record<string, string> = {};
    const directories: string[] = [];
    for await (const { name, kind, content } of tarEntries(pieces(archive, size))) {
      if (kind === "directory") directories.push(name);
      else found[name] = Buffer.concat(await all(content)).toString();
    }
    expect(found).toEqual(files);
    expect(directories).toEqual(["below"]);
  });

  test("is read on where a file was left unread", async () => {
    const names: string[] = [];
    for await (const { name } of tarEntries(pieces(archive, 4_000))) names.push(name);
    expect(names.toSorted()).toEqual(["below", ...Object.keys(files)].toSorted());
  });

  test("is ended when it is left, whatever made its reader leave", async () => {
    let isEnded = false;
    async function* endless() {
      try {
        yield* pieces(archive, 4_096);
      } finally {
        isEnded = true;
      }
    }
    const fail = async () => {
      for await (const { kind } of tarEntries(endless())) if (kind === "file") throw new Error("no space left");
    };
    await expect(fail()).rejects.toThrow("no space left");
    expect(isEnded).toBe(true);
  });

  test("that is cut within a file is refused", async () => {
    const cut = tarEntries(pieces(archive.subarray(0, 60_000), 4_096));
    await expect(all(cut)).rejects.toMatchObject({ code: "RH-CONN-003" });
  });

  test("with a changed byte in a header is refused", async () => {
    const changed = Buffer.from(archive);
    changed[0] = 0x78;
    await expect(all(tarEntries(pieces(changed, 4_096)))).rejects.toMatchObject({ code: "RH-CONN-003" });
  });
});
