// A backup of a part: the schema alone, the rows alone, some tables. Each is proved by restoring it, the proof says what it compared,
// and the copy holds exactly that part.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Content } from "../../src/engines/backup.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { readManifest } from "../../src/operations/backup/manifest.ts";
import { proveBackup } from "../../src/operations/backup/prove.ts";
import type { ScopeWish } from "../../src/operations/backup/scope.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { plannedTake, takeBackup } from "../support/backup/take.ts";
import { engineVersions, testContext } from "../support/servers.ts";

const signal = new AbortController().signal;
const onProgress = () => undefined;
const allRows = 15_607;

/** An album has a foreign key to its artist. */
const names: Record<EngineName, readonly [string, string]> = { postgres: ["album", "artist"], mariadb: ["Album", "Artist"] };

describe.each(await engineVersions())("a backup of a part on $title", (version) => {
  const { engine, name } = version;
  const [album, artist] = names[name];
  let chinook: ChinookServer;
  beforeAll(async () => {
    chinook = await startChinook(version);
  });
  afterAll(() => chinook[Symbol.asyncDispose]());

  const wish = (scope: ScopeWish) => {
    const { server, database, directory } = chinook;
    return { engine, login: server.administrator(), database, store: join(directory, "store"), scope };
  };

  /** What the proof says, and what its copy held. */
  const proved = async (scope: ScopeWish) => {
    const backup = await takeBackup(wish(scope));
    let copy: Content | undefined;
    const proof = await proveBackup(testContext, {
      engine,
      directory: backup.directory,
      signal,
      onProgress,
      onRestored: async (login) => {
        await using session = await engine.driver.connect(login);
        copy = await engine.backup.content(session, onProgress);
      },
    });
    const { verdict } = proof;
    const compared = verdict.state === "sound" ? verdict.evidence.find(({ subject }) => subject === "compared")?.seen : JSON.stringify(verdict);
    const rows = copy?.tables.reduce((sum, table) => sum + table.rows, 0);
    return { kind: backup.kind, compared, copy, rows, manifest: (await readManifest(backup.directory)).manifest };
  };

  test("without the rows has every definition and no row", async () => {
    const { kind, compared, copy, rows, manifest } = await proved({ tables: [], only: "schema" });
    expect([kind, rows, copy?.tables.length]).toEqual(["schema", 0, 11]);
    expect(compared).toMatch(/^11\/11 tables without their rows, .*constraints.*: equal$/);
    expect(copy?.objects.filter((one) => one.kind === "index")).toHaveLength(manifest.objects["index"] ?? 0);
  });

  test("of the rows alone has every row and says that definitions were not compared", async () => {
    const { kind, compared, rows, manifest } = await proved({ tables: [], only: "data" });
    expect([kind, rows, manifest.objects]).toEqual(["data", allRows, {}]);
    expect(compared).toMatch(/^11\/11 tables by content, their definitions not.*: equal$/);
  });

  test("of two tables has these with their rows and no other", async () => {
    const { kind, compared, copy, rows, manifest } = await proved({ tables: [album, artist, album], only: undefined });
    expect([kind, rows, copy?.tables.map((table) => table.name.at(-1))]).toEqual(["tables", 347 + 275, [album, artist]]);
    expect(compared).toMatch(/^2\/2 tables by content, nothing else, .*2 counters: equal$/);
    expect([manifest.objects["table"], manifest.objects["index"]]).toEqual([2, 3]);
  });

  test("of a table whose foreign key leads out of it is refused by name", async () => {
    await expect(plannedTake(wish({ tables: [album], only: undefined }))).rejects.toMatchObject({
      code: "RH-BACKUP-001",
      message: expect.stringMatching(new RegExp(`table .*${album} needs table ${artist}$`)),
    });
  });

  test("out of a whole one takes a table's columns and indexes for the table's", async () => {
    await using session = await chinook.session();
    const { tables, objects } = await engine.backup.content(session, onProgress);
    const table = tables.find((one) => one.name.at(-1) === album)?.name ?? [];
    const own = objects.filter((object) => engine.backup.target.belongsTo(object, table));
    expect(own.map(({ kind }) => kind).toSorted()).toEqual(["column", "column", "column", "index", "index", "table"]);
  });

  test("of a table that is not there is refused, and of two parts at once", async () => {
    await expect(plannedTake(wish({ tables: ["nowhere"], only: undefined }))).rejects.toMatchObject({ code: "RH-USE-001" });
    await expect(plannedTake(wish({ tables: [album], only: "schema" }))).rejects.toMatchObject({ code: "RH-USE-001" });
  });
});
