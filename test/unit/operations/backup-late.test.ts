// When a backup is late: by the time that a house wants, and by an age that somebody gives.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { list } from "../../../src/cli/backup/list.ts";
import { protectionLine } from "../../../src/cli/backup/protection.ts";
import { output } from "../../../src/cli/output.ts";
import { dayMs } from "../../../src/foundation/units.ts";
import { lateDatabases, lateSince } from "../../../src/operations/backup/late.ts";
import type { BackupContent, ListedBackup } from "../../../src/operations/backup/list.ts";
import { clockAt, keep, type MadeStore, makeStore, verdicts } from "../../support/backup/made-store.ts";
import { testContext } from "../../support/servers.ts";

const moment = (text: string) => new Date(`2026-11-${text}Z`);

describe("a house that wants a backup at 02:00", () => {
  test.each([
    ["none is proved", "25T10:00:00", undefined, "25T02:00:00"],
    ["today's is there", "25T10:00:00", "25T02:00:05", undefined],
    ["today's is being taken", "25T03:59:59", "24T02:00:05", undefined],
    ["today's is two hours late", "25T04:00:00", "24T02:00:05", "25T02:00:00"],
    ["yesterday's is missing before today's is due", "25T01:00:00", "23T02:00:05", "24T02:00:00"],
    ["the newest is in the future, which the list tells", "25T10:00:00", "29T02:00:05", undefined],
  ] as const)("when %s, at %s", (_what, now, provedAt, late) => {
    const found = lateSince({ now: moment(now), at: "02:00", provedAt: provedAt === undefined ? undefined : moment(provedAt) });
    expect(found).toEqual(late === undefined ? undefined : moment(late));
  });

  test("has it in red in status, with the moment since when", () => {
    const backup = { id: "x", directory: "/x", state: "PROVED", isStale: false, provedAt: "2026-11-24T02:00:05.000Z" } as const;
    const protection = { store: "/s", state: "PROVED", backup, isOnSameDisk: false, keyNotes: [] } as const;
    const now = moment("25T10:00:00").getTime();
    expect(protectionLine(protection, now)).toMatchObject({ cells: ["backup", "PROVED", "31 h ago", ""], colour: undefined, notes: [] });
    expect(protectionLine({ ...protection, lateSince: "2026-11-25T02:00:00.000Z" }, now)).toMatchObject({
      cells: ["backup", "PROVED", "31 h ago, late", ""],
      colour: "red",
      notes: [expect.stringContaining("due since 2026-11-25 02:00 UTC")],
    });
  });
});

describe("backup list --late", () => {
  let store: MadeStore;
  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store[Symbol.asyncDispose]());

  const listed = async (late: string | undefined, now = "2026-01-03T12:00:00.000Z") => {
    const lines: string[] = [];
    const out = { write: (text: string) => lines.push(text) };
    const exitCode = await list({
      context: { ...testContext, clock: clockAt(now) },
      output: output({ out, err: out, isPlain: true }, { isJson: false, typing: { program: "rowhouse", house: undefined } }),
      options: { store: store.directory, late },
      operands: [],
      directory: "/",
      signal: new AbortController().signal,
    });
    return [exitCode, lines.filter((line) => line.startsWith("LATE"))];
  };

  test("ends with 1 when the newest proved one is older, and names the database", async () => {
    await keep(clockAt("2026-01-02T00:10:00.000Z"), await store.add("20260102T000000Z-aaaa"), verdicts.sound);
    await store.add("20260103T000000Z-bbbb"); // newer, and not proved
    expect(await listed("36h")).toEqual([0, []]);
    expect(await listed("26h")).toEqual([1, ["LATE   the newest proved backup of shop of postgres-0123456789abcdef is 36 h old\n"]]);
    expect(await listed(undefined)).toEqual([0, []]);
  });

  test("ends with 1 when none is proved, or there is none", async () => {
    expect(await listed("26h")).toEqual([1, []]);
    await store.add("20260103T000000Z-bbbb");
    expect(await listed("26h")).toEqual([1, ["LATE   no backup of shop of postgres-0123456789abcdef is proved\n"]]);
  });
});

describe("a database", () => {
  const now = moment("25T12:00:00");
  const backup = (kind: string, at: string, more: Partial<BackupContent> = {}): ListedBackup => {
    const content = { kind, engine: "postgres", version: "15", database: "shop", host: "h", port: 1, at, tables: 1, rows: 1, bytes: 1, ...more };
    return { id: at, directory: `/store/postgres-1/${at}`, state: "PROVED", isStale: false, content };
  };
  const late = (...backups: readonly ListedBackup[]) => lateDatabases(backups, { now, afterMs: dayMs }).map(({ database }) => database);

  test("is not late when all databases of its server were backed up", () => {
    const all = backup("all", "2026-11-25T02:00:00Z", { database: "all databases", databases: ["shop", "other"] });
    const alone = backup("database", "2026-11-01T02:00:00Z");
    expect(late(all, alone)).toEqual([]);
    expect(late(alone)).toEqual(["shop of postgres-1"]);
  });

  test("is late although a part of it was backed up, and one of which there are only parts is not looked at", () => {
    const part = backup("tables", "2026-11-25T02:00:00Z");
    expect(late(part, backup("database", "2026-11-01T02:00:00Z"))).toEqual(["shop of postgres-1"]);
    expect(late(part)).toEqual([]);
  });
});
