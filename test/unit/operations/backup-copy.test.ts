// J15: a second place. A copy is one when every byte was read back there; one that was cut is none, and goes on.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { perform } from "../../../src/foundation/plan.ts";
import { type CopiedBackup, planCopy } from "../../../src/operations/backup/copy.ts";
import { listBackups } from "../../../src/operations/backup/list.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { filesIn, machineWithKeys } from "../../support/backup/keys.ts";
import { keep, type MadeStore, makeStore, verdicts } from "../../support/backup/made-store.ts";
import { testContext } from "../../support/servers.ts";

const [first, second] = ["20260101T000000Z-aaaa", "20260102T000000Z-bbbb"] as const;
let store: MadeStore;
let root: string;
beforeEach(async () => {
  store = await makeStore();
  root = await mkdtemp("/tmp/rowhouse-test-");
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const to = () => join(root, "second");
const placeOf = (directory: string) => join(to(), basename(dirname(directory)), basename(directory));
const partialOf = (directory: string) => `${placeOf(directory)}.partial`;

async function copy(context = testContext, where = to()): Promise<readonly CopiedBackup[]> {
  const copied: CopiedBackup[] = [];
  const backups = (await listBackups(context, store.directory)).filter(({ state }) => state !== "BROKEN");
  const options = { backups, store: store.directory, to: where, onProgress: () => undefined, onCopied: (one: CopiedBackup) => copied.push(one) };
  await perform(await planCopy(context, options), { signal: new AbortController().signal });
  return copied;
}

describe("a copy of backups", () => {
  test("is the same in every byte, for its owner alone, with what was proved; a second time it is read again", async () => {
    const directory = await store.add(first);
    await keep(systemClock, directory, verdicts.sound);
    await store.add(second);
    expect((await copy()).map(({ id, state }) => [id, state])).toEqual([
      [second, "COPIED"],
      [first, "COPIED"],
    ]);
    expect(filesIn(placeOf(directory))).toEqual(filesIn(directory));
    for (const name of filesIn(directory)) {
      expect((await readFile(join(placeOf(directory), name))).equals(await readFile(join(directory, name)))).toBe(true);
      expect((await stat(join(placeOf(directory), name))).mode & 0o777).toBe(0o600);
    }
    expect((await listBackups(testContext, to())).map(({ id, state }) => [id, state])).toEqual([
      [second, "TAKEN"],
      [first, "PROVED"],
    ]);
    expect((await copy()).map(({ state }) => state)).toEqual(["THERE", "THERE"]);
  });

  test("takes a later proof along", async () => {
    const directory = await store.add(first);
    await copy();
    await keep(systemClock, directory, verdicts.sound);
    await copy();
    expect(await listBackups(testContext, to())).toMatchObject([{ state: "PROVED" }]);
  });

  test("that was cut half-way is none, and goes on where it stopped", async () => {
    const directory = await store.add(first);
    await mkdir(partialOf(directory), { recursive: true });
    await cp(join(directory, "dump"), join(partialOf(directory), "dump"), { recursive: true });
    await truncate(join(partialOf(directory), "dump/words"), 6);
    await cp(join(directory, "catalogue.json"), join(partialOf(directory), "catalogue.json"), { preserveTimestamps: true });
    await writeFile(join(partialOf(directory), "dump/other"), "not of this backup");
    const before = await stat(join(partialOf(directory), "catalogue.json"));
    expect(await listBackups(testContext, to())).toMatchObject([{ state: "UNFINISHED" }]);
    expect(await copy()).toMatchObject([{ state: "COPIED" }]);
    expect((await stat(join(placeOf(directory), "catalogue.json"))).ino).toBe(before.ino);
    expect(filesIn(placeOf(directory))).toEqual(filesIn(directory));
    expect(await readdir(dirname(placeOf(directory)))).not.toContain(`${first}.partial`);
  });

  test.each([
    ["is cut there", (there: string) => truncate(join(there, "dump/words"), 6), "file dump/words has 6 bytes, and had 12"],
    ["has another byte there", (there: string) => writeFile(join(there, "dump/words"), "1\tOne\n2\ttwo\n"), "file dump/words has the SHA-256"],
    ["has a file too many", (there: string) => writeFile(join(there, "dump/more"), "?"), "file dump/more is not of this backup"],
    ["has another manifest there", (there: string) => writeFile(join(there, "manifest.json"), "{}"), "has another manifest.json"],
  ])("that %s is said, and the others are copied", async (_what, damage, because) => {
    const directory = await store.add(first);
    await copy();
    await damage(placeOf(directory));
    await store.add(second);
    expect(await copy()).toMatchObject([
      { id: second, state: "COPIED" },
      { id: first, state: "FAILED", because: expect.stringContaining(because) },
    ]);
  });

  test("of a backup that changed at home is refused; nothing of it gets a name there", async () => {
    const directory = await store.add(first);
    await writeFile(join(directory, "dump/words"), "1\tOne\n2\ttwo\n");
    expect(await copy()).toMatchObject([{ state: "FAILED", because: expect.stringContaining("dump/words has the SHA-256") }]);
    expect((await listBackups(testContext, to())).filter(({ state }) => state !== "UNFINISHED")).toEqual([]);
  });

  test("of another machine's backup is refused", async () => {
    await store.add(first);
    const other = await machineWithKeys({ isSealed: false });
    expect(await copy(other)).toMatchObject([{ state: "FAILED", because: expect.stringMatching(/signed by key [0-9A-F]{16}/) }]);
    await rm(other.keys, { recursive: true });
  });

  test("into the store itself, below or above it, is refused", async () => {
    await store.add(first);
    for (const where of [store.directory, join(store.directory, "below"), dirname(store.directory)])
      await expect(copy(testContext, where)).rejects.toMatchObject({ code: "RH-USE-001" });
  });
});
