// Dumps that other programs wrote, read to their end before any server is asked: what is cut, what unpacks to far too much, and what must
// not be run is refused with its line. The rest of SEC-12 needs a server: `npm run test:faults -- SEC-12`, and for whole round trips
// `npm run test:scene -- dumps-of-others`. TRAP-1, 3, 4, 7, 8, FAULT-11, SEC-11, SEC-12.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type EngineName, engineNames, engines } from "../../src/engines/engines.ts";
import { openForeign } from "../../src/operations/backup/foreign-file.ts";
import { goThrough, type Passed } from "../../src/operations/backup/foreign-script.ts";
import { proofsRoot } from "../../src/operations/backup/throwaway.ts";
import { goodScript, hostileScripts } from "../support/backup/hostile.ts";
import { testContext } from "../support/servers.ts";

const directory = mkdtempSync("/tmp/rowhouse-test-");
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const { signal } = new AbortController();

/** Refused by reading alone; the server refuses the others. */
const byReading: Record<EngineName, number> = { postgres: 35, mariadb: 41 };

describe.each(engineNames)("a dump of others of %s", (name) => {
  const engine = engines[name];

  async function read(content: string | Uint8Array): Promise<Passed> {
    const path = join(directory, "dump");
    writeFileSync(path, content);
    const file = await openForeign(testContext, { path, engine });
    return goThrough(testContext, { file, engine, tools: [], signal, onProgress: () => undefined });
  }

  test("is read in the same parts, in however small pieces it comes", async () => {
    const partsOf = async (text: string, pieceBytes: number) => {
      const parts: unknown[] = [];
      const pieces = (async function* () {
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
      })();
      for await (const { kind, text: own, line, rows } of engine.foreign.read(pieces)) {
        const sent: Uint8Array[] = [];
        if (rows) for await (const piece of rows) sent.push(piece);
        parts.push([kind, line, own.toString(), Buffer.concat(sent).toString()]);
      }
      return parts;
    };
    for (const { script, isRefused } of hostileScripts(name)) {
      if (isRefused) continue;
      const whole = await partsOf(script, script.length);
      for (const pieceBytes of [1, 2, 3, 7, 64]) expect(await partsOf(script, pieceBytes)).toEqual(whole);
    }
  });

  test("is read whole, packed or not", async () => {
    const good = goodScript(name);
    const { statements, told, bytes } = await read(good);
    expect({ statements, told: told.size, bytes }).toEqual({ statements: 3, told: 0, bytes: Buffer.byteLength(good) });
    expect(await read(gzipSync(good))).toEqual(await read(good));
  });

  test("is refused when it is cut, wherever that is", async () => {
    const good = Buffer.from(goodScript(name));
    const last = good.toString().trimEnd().length + 1; // what is behind its last line may be missing
    const kept: number[] = [];
    for (let size = 0; size < last - (name === "postgres" ? 3 : 0); size++) {
      const code = await read(good.subarray(0, size)).then(
        () => "read",
        (thrown: { readonly code?: string }) => thrown.code,
      );
      if (code !== "RH-BACKUP-003") kept.push(size);
    }
    expect(kept).toEqual([]);
    await expect(read(gzipSync(good).subarray(0, -9))).rejects.toMatchObject({ code: "RH-BACKUP-003" });
  });

  test("is refused when it unpacks to far more than a dump would", async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(goodScript(name)), Buffer.alloc(40_000_000, " ")]));
    await expect(read(bomb)).rejects.toMatchObject({ code: "RH-BACKUP-003", message: expect.stringContaining("unpacks to more than") });
  });

  test("is refused with its line when it holds what is not run", async () => {
    const refused: string[] = [];
    for (const { what, script, isRefused } of hostileScripts(name)) {
      const message = await read(script).then(
        () => "read",
        (thrown: Error & { readonly code?: string }) => `${thrown.code} ${thrown.message}`,
      );
      if (!isRefused) expect([what, message]).toEqual([what, "read"]);
      else if (message !== "read") refused.push(message);
    }
    expect(refused.filter((message) => !/^RH-BACKUP-0(20|03) line \d+: /.test(message))).toEqual([]);
    expect(refused.length).toBe(byReading[name]);
  });

  test("is let go when what stands early in it is refused: no program goes on unpacking it", async () => {
    const body = hostileScripts(name).find(({ isRefused }) => isRefused)?.script ?? "";
    const packed = zstdCompressed(`${body}${randomBytes(6_000_000).toString("hex")}`);
    await expect(read(packed)).rejects.toMatchObject({ code: "RH-BACKUP-020" });
    expect(programsOfOurs()).toEqual([]);
  });

  test("is no dump of another engine's, no text, no directory and no link out of one", async () => {
    for (const other of engineNames) if (other !== name) await expect(read(goodScript(other))).rejects.toMatchObject({ code: "RH-BACKUP-003" });
    await expect(read("select 1;\n")).rejects.toMatchObject({ code: "RH-BACKUP-003" });
    await expect(openForeign(testContext, { path: directory, engine })).rejects.toMatchObject({ code: "RH-BACKUP-003" });
    const archive = mkdtempSync(join(directory, "archive-"));
    writeFileSync(join(archive, "toc.dat"), "PGDMP");
    symlinkSync("/etc/passwd", join(archive, "3001.dat"));
    await expect(openForeign(testContext, { path: archive, engine })).rejects.toMatchObject({ code: "RH-BACKUP-003" });
  });
});

/** Names of programs that this one started and that have not ended. */
function programsOfOurs(): readonly string[] {
  return readdirSync("/proc").flatMap((pid) => {
    const stat = /^\d+$/.test(pid) ? readIfThere(`/proc/${pid}/stat`) : "";
    const [, comm = "", state, parent] = /^\d+ \((.*)\) (\S) (\d+) /.exec(stat) ?? [];
    return Number(parent) === process.pid && state !== "Z" && ["zstd", "pg_restore"].includes(comm) ? [comm] : [];
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it ended
  }
}

function zstdCompressed(text: string): Buffer {
  return execFileSync("zstd", ["--quiet", "--stdout", "-1"], { input: text, maxBuffer: 100_000_000 });
}

describe("an archive", () => {
  const { foreign } = engines.postgres;

  test("in a directory is let go when what is printed early is refused: the printing program ends, and the copy is removed", async () => {
    const tools = mkdtempSync("/tmp/rowhouse-test-");
    const archive = mkdtempSync(join(directory, "refused-"));
    try {
      chmodSync(tools, 0o755);
      const refused = hostileScripts("postgres").find(({ isRefused }) => isRefused)?.script ?? "";
      writeFileSync(join(tools, "script"), refused);
      const path = join(tools, "pg_restore");
      writeFileSync(path, `#!/bin/bash\ncat ${tools}/script\nwhile :; do echo "-- it goes on"; done\n`, { mode: 0o755 });
      writeFileSync(join(archive, "toc.dat"), "PGDMP");
      const file = await openForeign(testContext, { path: archive, engine: engines.postgres });
      const before = readdirSync(proofsRoot);
      const reading = { file, engine: engines.postgres, tools: [{ name: "pg_restore", path, version: "" }], signal, onProgress: () => undefined };
      await expect(goThrough(testContext, reading)).rejects.toMatchObject({ code: "RH-BACKUP-020" });
      expect(programsOfOurs()).toEqual([]);
      expect(readdirSync(proofsRoot).filter((name) => name.startsWith(`rowhouse-proof-${process.pid}-`) && !before.includes(name))).toEqual([]);
    } finally {
      rmSync(tools, { recursive: true });
    }
  });

  async function* pieces(bytes: Buffer): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
  }

  test("in a tar is refused when it has no end, or holds anything but files of pg_dump's", async () => {
    const within = mkdtempSync(join(directory, "tar-"));
    writeFileSync(join(within, "toc.dat"), "PGDMP".padEnd(3_000, "x"));
    writeFileSync(join(within, "3001.dat"), "1\tone\n");
    symlinkSync("/etc/passwd", join(within, "3002.dat"));
    const tar = (...args: readonly string[]) => execFileSync("tar", ["-C", within, "--format=ustar", "-b1", "-c", ...args]);
    const good = tar("toc.dat", "3001.dat");
    expect(await foreign.faultOf(pieces(good))).toBeUndefined();
    for (let size = 512; size < good.length; size += 100)
      expect([size, await foreign.faultOf(pieces(good.subarray(0, size)))]).toEqual([size, expect.any(String)]);
    expect(await foreign.faultOf(pieces(tar("toc.dat", "3002.dat")))).toContain("3002.dat");
    expect(await foreign.faultOf(pieces(tar("--transform=s,3001,../3001,", "-P", "toc.dat", "3001.dat")))).toContain("../3001.dat");
    expect(await foreign.faultOf(pieces(Buffer.from("PGDMP, which is no tar".padEnd(2_000))))).toBeUndefined();
  });

  test("in a directory is refused when a file of it is empty, or when it names others outside", async () => {
    const within = mkdtempSync(join(directory, "directory-"));
    writeFileSync(join(within, "toc.dat"), "PGDMP");
    writeFileSync(join(within, "3001.dat.gz"), "");
    await expect(openForeign(testContext, { path: within, engine: engines.postgres })).rejects.toMatchObject({ code: "RH-BACKUP-003" });
    const named = (name: string) => Buffer.concat([Buffer.from("PGDMP\0"), Buffer.from([name.length, 0, 0, 0]), Buffer.from(name), Buffer.from([0])]);
    expect([named("3001.dat"), named("../../etc/passwd"), named("./../x")].map(foreign.leadsAway)).toEqual([false, true, true]);
  });
});
