// What a restore refuses before it asks any server, and the names that databases have on the way.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { restore } from "../../../src/cli/backup/restore.ts";
import { undo } from "../../../src/cli/backup/undo.ts";
import { output } from "../../../src/cli/output.ts";
import { parseCommand } from "../../../src/cli/parse.ts";
import { refuseMount } from "../../../src/operations/backup/restore-base.ts";
import { asideName, nameBefore, partName, refuseName } from "../../../src/operations/backup/restore-names.ts";
import { type MadeStore, makeStore } from "../../support/backup/made-store.ts";
import { testContext } from "../../support/servers.ts";

const silent = { write: () => true };
const id = "20260101T000000Z-aaaa";
let store: MadeStore;
beforeEach(async () => {
  store = await makeStore();
  await store.add(id);
});
afterEach(() => store[Symbol.asyncDispose]());

test("a server's files are put in the place of a directory, and of no mount", async () => {
  await expect(refuseMount("/proc")).rejects.toMatchObject({ code: "RH-USE-001", hint: expect.stringContaining("/proc/data") as string });
  for (const path of [store.directory, `${store.directory}/not/there`]) await expect(refuseMount(path)).resolves.toBeUndefined();
});

describe("a command line is refused", () => {
  const target = ["--target", "postgres://admin@127.0.0.1:1"];
  const refused: readonly (readonly [string, readonly string[], string])[] = [
    ["without a database", ["restore", "aaaa", ...target], "RH-USE-001"],
    ["with two", ["restore", "aaaa", "--into", "a", "--over", "b", ...target], "RH-USE-001"],
    ["without a backup", ["restore", "--into", "a", ...target], "RH-USE-001"],
    ["with a backup that is not there", ["restore", "bbbb", "--into", "a", ...target], "RH-BACKUP-010"],
    ["with a path for a backup", ["restore", "../aaaa", "--into", "a", ...target], "RH-BACKUP-010"],
    ["with a database in the URL", ["restore", "aaaa", "--into", "a", "--target", "postgres://admin@127.0.0.1/shop"], "RH-USE-001"],
    ["with a server far away", ["restore", "aaaa", "--into", "a", "--target", "postgres://admin@db1.example.com"], "RH-USE-001"],
    ["with a table that the backup has not", ["restore", "aaaa", "--into", "a", "--table", "nothing", ...target], "RH-USE-001"],
    ["where nothing listens", ["restore", "aaaa", "--into", "a", ...target], "RH-CONN-001"],
    ["to take back what was not put aside", ["undo", "shop", ...target], "RH-USE-001"],
    ["to take back nothing", ["undo", ...target], "RH-USE-001"],
  ];

  test.each(refused)("%s", async (_what, [verb = "", ...args], code) => {
    const parsed = parseCommand(["backup", verb, ...args, ...(verb === "restore" ? ["--store", store.directory] : [])]);
    if (!parsed) throw new Error("not a command");
    const printer = output({ out: silent, err: silent, isPlain: true }, { isJson: false, typing: { program: "rowhouse" } });
    const invocation = { context: testContext, output: printer, ...parsed, directory: "/", signal: new AbortController().signal };
    await expect((verb === "undo" ? undo : restore)(invocation)).rejects.toMatchObject({ code });
  });

  test("but not for naming several tables", () => {
    expect(parseCommand(["backup", "restore", id, "--into", "a", "--table", "b", "--table", "c"])?.options["table"]).toEqual(["b", "c"]);
  });
});

describe("a name", () => {
  test.each(["shop", "Sh op", "ä", "shop;drop", "--file=/tmp/x", "$(touch c)", "dbname=x host=y", "x".repeat(48)])("is taken: %s", (name) => {
    expect(() => refuseName(name, "into", 63)).not.toThrow();
    expect(nameBefore(asideName(name, "7f3a"))).toBe(name);
    expect(Buffer.byteLength(partName(name))).toBeLessThanOrEqual(63);
  });

  test.each(["", " shop", "shop ", "a\0b", "x".repeat(49), "ä".repeat(25), partName("shop")])("is refused: %j", (name) => {
    expect(() => refuseName(name, "into", 63)).toThrow(expect.objectContaining({ code: "RH-USE-001" }));
  });
});
