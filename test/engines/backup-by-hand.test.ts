// A backup of the rows alone and one of some tables, put into a database by the commands of docs/how-to/restore-a-backup.md as a
// reader copies them, without Rowhouse: every row is there as it was, and nothing else.
import { mkdtemp, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EngineName } from "../../src/engines/engines.ts";
import { sql } from "../../src/foundation/sql.ts";
import { readManifest } from "../../src/operations/backup/manifest.ts";
import type { ScopeWish } from "../../src/operations/backup/scope.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { clientSettings } from "../support/backup/client.ts";
import { runPage } from "../support/backup/page.ts";
import { takeBackup } from "../support/backup/take.ts";
import { engineVersions } from "../support/servers.ts";

/** As the page's headings have it. */
const titles: Record<EngineName, string> = { postgres: "PostgreSQL", mariadb: "MariaDB" };
const names: Record<EngineName, readonly string[]> = { postgres: ["album", "artist"], mariadb: ["Album", "Artist"] };

describe.each(await engineVersions())("by hand, a backup on $title", (version) => {
  const { engine, name } = version;
  let chinook: ChinookServer;
  let home: string;
  beforeAll(async () => {
    chinook = await startChinook(version);
    home = await mkdtemp("/tmp/rowhouse-test-");
  });
  afterAll(async () => {
    await chinook[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  /** What the manifest says of the tables, and what a database holds that the page's commands filled. */
  const filled = async (database: string, heading: string, scope: ScopeWish) => {
    const { server, database: original, directory: store } = chinook;
    const { directory } = await takeBackup({ engine, login: server.administrator(), database: original, store, scope });
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, ...(await clientSettings(name, server.administrator(), home)) };
    const variables = { BACKUP: directory, DATABASE: database };
    await runPage("restore-a-backup.md", { headings: [`${heading}, ${titles[name]}`], variables, env, directory: home });
    await using session = await engine.driver.connect(server.administrator(database));
    const { tables } = await engine.backup.content(session, () => undefined);
    const { manifest } = await readManifest(directory);
    return { tables, wanted: manifest.tables.map(({ name: table, rows, hash }) => ({ name: table, rows, hash })) };
  };

  test("of the rows alone gives every row", async () => {
    const { tables, wanted } = await filled("rows_by_hand", "Rows alone", { tables: [], only: "data" });
    expect(tables).toHaveLength(11);
    expect(tables).toEqual(wanted);
  });

  test("of some tables gives these, beside what is there", async () => {
    {
      await using session = await engine.driver.connect(chinook.server.administrator());
      await session.run(sql`create database tables_by_hand`);
    }
    const { tables, wanted } = await filled("tables_by_hand", "Some tables", { tables: names[name], only: undefined });
    expect(wanted).toHaveLength(2);
    expect(tables).toEqual(wanted);
  });
});
