// J16: what a store holds, as it is: a proof with its age, and what is no backup as that, never as a good one and never left out.
import { mkdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { list } from "../../../src/cli/backup/list.ts";
import { output } from "../../../src/cli/output.ts";
import { findBackup, shortNames } from "../../../src/operations/backup/find.ts";
import { listBackups } from "../../../src/operations/backup/list.ts";
import { testContext } from "../../support/servers.ts";
import { machineWithKeys } from "../../support/backup/keys.ts";
import { clockAt, keep, type MadeStore, makeStore, verdicts } from "../../support/backup/made-store.ts";

const [first, second, third] = ["20260101T000000Z-aaaa", "20260102T000000Z-bbbb", "20260103T000000Z-caaa"] as const;
const noon = "2026-01-04T12:00:00.000Z";
let store: MadeStore;
beforeEach(async () => {
  store = await makeStore();
});
afterEach(() => store[Symbol.asyncDispose]());

const listed = (at = noon) => listBackups({ ...testContext, clock: clockAt(at) }, store.directory);
const only = async (at?: string) => (await listed(at))[0];

describe("a backup in the list", () => {
  test("has its database, size, rows and state; the newest comes first", async () => {
    await keep(clockAt("2026-01-04T06:00:00.000Z"), await store.add(first), verdicts.sound);
    await store.add(second);
    expect(await listed()).toMatchObject([
      { id: second, state: "TAKEN", because: "it was never proved" },
      {
        id: first,
        state: "PROVED",
        isStale: false,
        provedAt: "2026-01-04T06:00:00.000Z",
        restoreMs: 41_000,
        content: { database: "shop", rows: 2, tables: 1, bytes: 15, at: "2026-01-01T00:00:00.000Z" },
      },
    ]);
  });

  test.each([
    ["2026-01-08T00:00:00.000Z", false],
    ["2026-01-08T00:00:00.001Z", true],
    ["2025-12-31T00:00:00.000Z", true],
  ])("is stale seven days after its proof, or when that is in the future: %s %s", async (at, isStale) => {
    await keep(clockAt("2026-01-01T00:00:00.000Z"), await store.add(first), verdicts.sound);
    expect(await only(at)).toMatchObject({ state: "PROVED", isStale });
  });

  test("that failed tells what was wrong first", async () => {
    await keep(clockAt(noon), await store.add(first), verdicts.faulty);
    expect(await only()).toMatchObject({ state: "FAILED", because: "table words has 1 rows in the copy, and had 2" });
  });
});

describe("what is no backup is told as that", () => {
  const broken: readonly (readonly [string, (directory: string) => Promise<unknown>, RegExp])[] = [
    ["no manifest", (directory) => rm(join(directory, "manifest.json")), /there is no .*manifest\.json/],
    ["a torn manifest", (directory) => truncate(join(directory, "manifest.json"), 40), /is not JSON/],
    ["a manifest of another format", (directory) => edit(directory, "manifest.json", '"format":1', '"format":2'), /format/],
    ["an edited manifest", (directory) => edit(directory, "manifest.json", '"rows":2', '"rows":3'), /its signature: it does not fit/],
    ["a manifest without its signature", (directory) => rm(join(directory, "manifest.json.minisig")), /its signature: it is missing/],
    ["the manifest of another", (directory) => edit(directory, "manifest.json", first, second), /manifest is that of/],
    ["a missing file", (directory) => rm(join(directory, "dump/words")), /file dump\/words is missing/],
    ["a truncated file", (directory) => truncate(join(directory, "dump/words"), 3), /has 3 bytes, and had 12/],
    ["a torn certificate", (directory) => truncate(join(directory, "certificate.json"), 40), /is no certificate/],
    ["the certificate of another", (directory) => edit(directory, "certificate.json", first, second), /certificate\.json: its signature/],
    ["a certificate that was improved", (directory) => edit(directory, "certificate.json", "41000.4", "1"), /certificate\.json: its signature/],
    ["the directory of another server", (directory) => moveAway(directory), /lies in postgres-other/],
  ];

  test.each(broken)("%s", async (_what, breakIt, because) => {
    const directory = await store.add(first);
    await keep(clockAt(noon), directory, verdicts.sound);
    await breakIt(directory);
    expect(await listed()).toMatchObject([{ id: first, state: "BROKEN", because: expect.stringMatching(because) }]);
  });

  test("and one that another machine signed as nothing that counts here", async () => {
    await keep(clockAt(noon), await store.add(first), verdicts.sound);
    const other = await machineWithKeys({ isSealed: false });
    const found = await listBackups({ ...other, clock: clockAt(noon) }, store.directory);
    expect(found).toMatchObject([
      { id: first, state: "TAKEN", because: expect.stringMatching(/signed by key [0-9A-F]{16}, which is not known here/) },
    ]);
    await rm(other.keys, { recursive: true });
  });

  test("a directory without a server, a foreign name, and what a killed run left", async () => {
    const directory = await store.add(first);
    await rename(directory, join(store.directory, second));
    await mkdir(join(dirname(directory), "copy-of-old"));
    await mkdir(join(dirname(directory), `${third}.partial`));
    expect((await listed()).map(({ id, state }) => [id, state]).toSorted()).toEqual([
      [second, "BROKEN"],
      [`${third}.partial`, "UNFINISHED"],
      ["copy-of-old", "BROKEN"],
    ]);
  });
});

describe("a certificate", () => {
  test("is not overwritten by an attempt that could not find out", async () => {
    const directory = await store.add(first);
    await keep(clockAt("2026-01-02T00:00:00.000Z"), directory, verdicts.sound);
    await keep(clockAt("2026-01-03T00:00:00.000Z"), directory, verdicts.unknown);
    expect(await only()).toMatchObject({
      state: "PROVED",
      provedAt: "2026-01-02T00:00:00.000Z",
      newerAttempt: { at: "2026-01-03T00:00:00.000Z", because: verdicts.unknown.because },
    });
  });

  test("keeps what came before it: proved, unknown, failed", async () => {
    const directory = await store.add(first);
    for (const [day, verdict] of [verdicts.sound, verdicts.unknown, verdicts.faulty].entries())
      await keep(clockAt(`2026-01-0${day + 1}T00:00:00.000Z`), directory, verdict);
    const found = JSON.parse(await readFile(join(directory, "certificate.json"), "utf8"));
    expect([found.state, found.attempts.map(({ state }: { readonly state: string }) => state)]).toEqual(["FAILED", ["TAKEN", "PROVED"]]);
    expect(await only()).not.toHaveProperty("newerAttempt");
  });

  test("is confirmed or refuted by a sample, which by itself proves nothing", async () => {
    const sample = { sample: { percent: 20, seed: "1", first: 0, count: 1, of: 5 }, tables: [["public", "words"]] };
    const backup = await store.add(first);
    const provedAt = async (moment: string, verdict: Parameters<typeof keep>[2], chosen?: Parameters<typeof keep>[3]) => {
      await keep(clockAt(moment), backup, verdict, chosen);
      return only();
    };
    const [one, two, three, four, five] = ["01", "02", "03", "04", "05"].map((hour) => `2026-01-04T${hour}:00:00.000Z`) as [
      string,
      string,
      string,
      string,
      string,
    ];
    expect(await provedAt(one, verdicts.sound, sample)).toMatchObject({
      state: "TAKEN",
      because: expect.stringContaining("1 of 5 tables are equal, a sample"),
    });
    expect(await provedAt(two, verdicts.sound)).toMatchObject({ state: "PROVED", provedAt: two });
    expect(await provedAt(three, verdicts.sound, sample)).toMatchObject({
      state: "PROVED",
      provedAt: three,
      sample: { count: 1, of: 5, wholeAt: two },
    });
    expect(await provedAt(four, verdicts.faulty, sample)).toMatchObject({ state: "FAILED", provedAt: four });
    expect(await provedAt(five, verdicts.sound, sample)).toMatchObject({ state: "FAILED", provedAt: four });
  });

  test("does not move to a manifest that was edited meanwhile", async () => {
    const directory = await store.add(first);
    await keep(clockAt(noon), directory, verdicts.sound);
    await edit(directory, "manifest.json", '"by":"root@here"', '"by":"root@there"');
    await keep(clockAt(noon), directory, verdicts.sound);
    expect(await only()).toMatchObject({ state: "BROKEN" });
  });

  test("is a page too, without scripts, with what was said as text", async () => {
    const directory = await store.add(first);
    await keep(clockAt(noon), directory, verdicts.unknown);
    const page = await readFile(join(directory, "certificate.html"), "utf8");
    expect(page).toContain("there is no server program &lt;here&gt;");
    expect(page).toContain("Nobody knows yet whether this backup can be restored.");
    expect(page).not.toMatch(/<script|src=|href=|<here>/);
  });
});

describe("a backup is meant", () => {
  const found = async (name: string | undefined) => findBackup({ name, backups: await listed(), store: store.directory }).id;

  test("by its id or an end that is no other's; `latest` is the newest that is proved", async () => {
    await keep(clockAt(noon), await store.add(first), verdicts.sound);
    await store.add(second);
    await store.add(third);
    expect([await found(first), await found("bbbb"), await found("latest"), await found(undefined)]).toEqual([first, second, first, third]);
    await expect(found("aaa")).rejects.toMatchObject({ code: "RH-USE-001" });
    for (const nobody of ["dddd", "../aaaa", "/", ""]) await expect(found(nobody)).rejects.toMatchObject({ code: /RH-(BACKUP-010|USE-001)/ });
    expect([...shortNames([first, third, second]).values()]).toEqual(["aaaa", "caaa", "bbbb"]);
  });

  test("never by `latest` where the store is of several databases", async () => {
    await store.add(first);
    await store.add(second, { database: { name: "other", settings: {}, roles: [], extensions: [], tableBytes: 0, bytes: 0 } });
    await expect(found("latest")).rejects.toMatchObject({ code: "RH-USE-001" });
    await expect(found(undefined)).rejects.toMatchObject({ code: "RH-USE-001" });
  });
});

describe("on a terminal of 80 columns", () => {
  const shown = async (isTTY: boolean) => {
    const lines: string[] = [];
    const stream = { write: (text: string) => lines.push(text.trimEnd()), columns: 80, isTTY };
    const printer = output({ out: stream, err: stream, isPlain: false }, { isJson: false, typing: { program: "rowhouse" } });
    const context = { ...testContext, clock: clockAt(noon) };
    const options = { store: store.directory };
    expect(await list({ context, output: printer, options, operands: [], directory: "/", signal: new AbortController().signal })).toBe(0);
    const marks = { "\r\u001b[K": "", "\u001b[31m": "<red>", "\u001b[33m": "<yellow>", "\u001b[0m": "<plain>" };
    const readable = lines.map((line) => Object.entries(marks).reduce((text, [code, mark]) => text.replaceAll(code, mark), line));
    return readable.filter((line) => line !== "");
  };

  test("stale is yellow, unproved and failed are red, and each says so in words", async () => {
    await keep(clockAt("2026-01-01T00:00:00.000Z"), await store.add("20251201T000000Z-aaaa"), verdicts.sound);
    await keep(clockAt("2025-12-02T00:00:00.000Z"), await store.add("20251202T000000Z-bbbb"), verdicts.sound);
    await keep(clockAt(noon), await store.add("20251203T000000Z-cccc"), verdicts.faulty);
    await store.add("20251204T000000Z-dddd");
    const lines = await shown(true);
    expect(lines.filter((line) => /(aaaa|bbbb|cccc|dddd) {3}/.test(line)).map((line) => line.replaceAll(/ {2,}/g, " "))).toEqual([
      expect.stringMatching(/^<red>dddd TAKEN/),
      expect.stringMatching(/^<red>cccc FAILED 0 s ago/),
      expect.stringMatching(/^<yellow>bbbb PROVED 33 d ago, stale/),
      expect.stringMatching(/^aaaa PROVED 3 d ago/),
    ]);
    expect(lines.filter((line) => line.replaceAll(/<\w+>/g, "").length > 80 && !line.includes("`"))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("! "))).toHaveLength(3);
    expect((await shown(false)).join("\n")).not.toMatch(/<(red|yellow)>/);
  });

  test("an empty store says what to do", async () => {
    expect(await shown(false)).toEqual([expect.stringMatching(/^There is no backup in .*: `rowhouse backup take`$/)]);
  });
});

async function edit(directory: string, name: string, from: string, to: string): Promise<void> {
  const text = (await readFile(join(directory, name), "utf8")).replaceAll(/": /g, '":');
  expect(text).toContain(from);
  await writeFile(join(directory, name), text.replace(from, to));
}

async function moveAway(directory: string): Promise<void> {
  const other = join(dirname(directory), "../postgres-other");
  await mkdir(other);
  await rename(directory, join(other, basename(directory)));
}
