// Writes are whole, with their final mode from the first moment, whatever the umask; leftovers of the dead go, of the living stay.
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import {
  appendLine,
  directoryBeside,
  ensureDirectory,
  moveIntoPlace,
  namesIn,
  openLog,
  publish,
  readIfThere,
  readTail,
  remove,
  statIfThere,
  writeFileAtomic,
  writeFileOnce,
} from "../../../src/platform/files.ts";
import { identify } from "../../../src/platform/identity.ts";
import { folder } from "./folder.ts";

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);
const umask = process.umask();

afterEach(() => {
  process.umask(umask);
});

describe.each([0o000, 0o022, 0o077])("with umask %o", (mask) => {
  test("a file is 0600 unless asked otherwise", async () => {
    using home = folder();
    process.umask(mask);
    await writeFileAtomic(join(home.path, "a"), "text");
    await writeFileAtomic(join(home.path, "b"), "text", { mode: 0o644 });
    await appendLine(join(home.path, "c"), "line");
    expect(["a", "b", "c"].map((name) => modeOf(join(home.path, name)))).toEqual(["600", "644", "600"]);
  });

  test("a directory is 0700 unless asked otherwise, also when it was wider", async () => {
    using home = folder();
    process.umask(mask);
    mkdirSync(join(home.path, "wide"), { mode: 0o777 });
    await ensureDirectory(join(home.path, "wide"));
    await ensureDirectory(join(home.path, "x/y/new"));
    await ensureDirectory(join(home.path, "open"), { mode: 0o711 });
    expect(["wide", "x/y/new", "open"].map((name) => modeOf(join(home.path, name)))).toEqual(["700", "700", "711"]);
  });
});

describe("writeFileAtomic", () => {
  test("replaces what was there and leaves nothing beside it", async () => {
    using home = folder();
    await writeFileAtomic(join(home.path, "a"), "old");
    await writeFileAtomic(join(home.path, "a"), new Uint8Array([110, 101, 119]));
    expect([readFileSync(join(home.path, "a"), "utf8"), readdirSync(home.path)]).toEqual(["new", ["a"]]);
  });

  test("replaces a link and does not write through it", async () => {
    using home = folder();
    writeFileSync(join(home.path, "victim"), "untouched");
    symlinkSync(join(home.path, "victim"), join(home.path, "a"));
    await writeFileAtomic(join(home.path, "a"), "new");
    expect(readFileSync(join(home.path, "victim"), "utf8")).toBe("untouched");
    expect(lstatSync(join(home.path, "a")).isFile()).toBe(true);
  });

  test("gives the file to its owner", async () => {
    using home = folder();
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgroups?.()[0] ?? 0 };
    await writeFileAtomic(join(home.path, "a"), "text", { owner });
    expect(statSync(join(home.path, "a"))).toMatchObject(owner);
  });

  test("is RH-FILE-001 where there is no directory, and where a directory stands", async () => {
    using home = folder();
    mkdirSync(join(home.path, "a"));
    await expect(writeFileAtomic(join(home.path, "none/a"), "")).rejects.toMatchObject({ code: "RH-FILE-001" });
    await expect(writeFileAtomic(join(home.path, "a"), "")).rejects.toMatchObject({ code: "RH-FILE-001" });
    expect(readdirSync(home.path)).toEqual(["a"]);
  });

  test("removes what a dead process left, and nothing of a living one or of another machine", async () => {
    using home = folder();
    const self = await identify(process.pid);
    const here = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
    const name = (pid: number, startTicks: number | undefined, host: string) => `.${pid}-${startTicks}-${host}-0123456789ab.tmp`;
    const dead = [name(4_194_304, 1, here), name(process.pid, 1, here)];
    const kept = [name(process.pid, self?.startTicks, here), name(4_194_304, 1, "00000000"), "notes.tmp", ".1-1-a.tmp"];
    for (const leftover of [...dead, ...kept]) writeFileSync(join(home.path, leftover), "");
    await writeFileAtomic(join(home.path, "a"), "text");
    expect(readdirSync(home.path).sort()).toEqual([...kept, "a"].sort());
  });
});

describe("writeFileOnce", () => {
  test("keeps what is there", async () => {
    using home = folder();
    await writeFileOnce(join(home.path, "a"), "first");
    await writeFileOnce(join(home.path, "a"), "second");
    expect([readFileSync(join(home.path, "a"), "utf8"), readdirSync(home.path), modeOf(join(home.path, "a"))]).toEqual(["first", ["a"], "600"]);
  });
});

describe("appendLine", () => {
  test("loses no line of writers that append together", async () => {
    using home = folder();
    const lines = Array.from({ length: 100 }, (_none, index) => `line ${index}`);
    await Promise.all(lines.map((line) => appendLine(join(home.path, "log"), line)));
    expect(readFileSync(join(home.path, "log"), "utf8").trim().split("\n").sort()).toEqual(lines.sort());
  });

  test("ends a torn line before it writes its own", async () => {
    using home = folder();
    writeFileSync(join(home.path, "log"), "whole\ntor");
    await appendLine(join(home.path, "log"), "next");
    expect(readFileSync(join(home.path, "log"), "utf8")).toBe("whole\ntor\nnext\n");
  });

  test("does not write through a link", async () => {
    using home = folder();
    writeFileSync(join(home.path, "victim"), "untouched");
    symlinkSync(join(home.path, "victim"), join(home.path, "log"));
    await expect(appendLine(join(home.path, "log"), "line")).rejects.toMatchObject({ code: "RH-FILE-001" });
    await expect(openLog(join(home.path, "log"))).rejects.toThrow("ELOOP");
    expect(readFileSync(join(home.path, "victim"), "utf8")).toBe("untouched");
  });
});

test("a directory is written beside its place: what a dead writer left there goes, what others have there stays", async () => {
  using home = folder();
  const place = join(home.path, "pg");
  const mine = await directoryBeside(place);
  const dead = mine.replace(/\.\d+-\d+-/, ".4194304-1-");
  for (const path of [mine, dead, `${place}.partial`]) mkdirSync(join(path, "below"), { recursive: true });
  expect(await directoryBeside(place)).not.toBe(mine);
  expect([mine, dead, `${place}.partial`].map((path) => existsSync(path))).toEqual([true, false, true]);
});

describe("publish", () => {
  test("makes a copy that others can read and run, of a source that they cannot", async () => {
    using home = folder();
    mkdirSync(join(home.path, "from/inner"), { recursive: true, mode: 0o700 });
    writeFileSync(join(home.path, "from/inner/program"), "run", { mode: 0o700 });
    writeFileSync(join(home.path, "from/text"), "read", { mode: 0o600 });
    process.umask(0o077);
    await publish({ from: join(home.path, "from"), to: join(home.path, "to") });
    expect(["to", "to/inner", "to/inner/program", "to/text"].map((name) => modeOf(join(home.path, name)))).toEqual(["755", "755", "755", "644"]);
    expect(readdirSync(home.path).sort()).toEqual(["from", "to"]);
  });

  test("leaves what somebody else published first", async () => {
    using home = folder();
    mkdirSync(join(home.path, "from"));
    writeFileSync(join(home.path, "from/a"), "late");
    mkdirSync(join(home.path, "to"));
    writeFileSync(join(home.path, "to/a"), "first");
    await publish({ from: join(home.path, "from"), to: join(home.path, "to") });
    expect([readFileSync(join(home.path, "to/a"), "utf8"), readdirSync(home.path).sort()]).toEqual(["first", ["from", "to"]]);
  });
});

describe("reading", () => {
  test("what is not there is undefined or empty, not a failure", async () => {
    using home = folder();
    const none = join(home.path, "none");
    expect([await readIfThere(none), await statIfThere(none), await namesIn(none), await readTail(none, 10)]).toEqual([undefined, undefined, [], ""]);
    expect(await readIfThere(join(home.path, "none/below"))).toBeUndefined();
  });

  test("the tail is the last bytes, or all of a shorter file", async () => {
    using home = folder();
    writeFileSync(join(home.path, "a"), "0123456789");
    expect([await readTail(join(home.path, "a"), 4), await readTail(join(home.path, "a"), 40)]).toEqual(["6789", "0123456789"]);
  });

  test("a directory is RH-FILE-001", async () => {
    using home = folder();
    await expect(readIfThere(home.path)).rejects.toMatchObject({ code: "RH-FILE-001" });
  });
});

describe("moving and removing", () => {
  test("a directory moves whole, and not over one that holds something", async () => {
    using home = folder();
    for (const name of ["a", "b"]) {
      mkdirSync(join(home.path, name));
      writeFileSync(join(home.path, name, "file"), name);
    }
    await moveIntoPlace({ from: join(home.path, "a"), to: join(home.path, "c") });
    expect(readdirSync(home.path).sort()).toEqual(["b", "c"]);
    await expect(moveIntoPlace({ from: join(home.path, "b"), to: join(home.path, "c") })).rejects.toMatchObject({ code: "RH-FILE-001" });
    expect(readFileSync(join(home.path, "c/file"), "utf8")).toBe("a");
  });

  test("removing takes the link, not what it points to, and nothing is no failure", async () => {
    using home = folder();
    mkdirSync(join(home.path, "kept"));
    symlinkSync(join(home.path, "kept"), join(home.path, "link"));
    await remove(join(home.path, "link"));
    await remove(join(home.path, "none"));
    expect([existsSync(join(home.path, "kept")), readdirSync(home.path)]).toEqual([true, ["kept"]]);
  });
});
