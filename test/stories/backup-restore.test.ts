// Backups proved again, restored beside what serves, over it, and taken back; and everything that must be refused before a server is
// touched. INV-4, INV-6, FAULT-21, T5, T18, J4, J16.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import type { Content } from "../../src/engines/backup.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import type { ListedBackup } from "../../src/operations/backup/list.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { ownDump } from "../support/backup/client.ts";
import { differences } from "../support/backup/differences.ts";
import { addExtras } from "../support/backup/extras.ts";
import { dumpTo, packed } from "../support/backup/foreign.ts";
import { type Ran, rowhouse } from "../support/houses.ts";
import { engineVersions } from "../support/servers.ts";

const names: Record<EngineName, { readonly albums: string; readonly genres: string; readonly genre: string; readonly own: string }> = {
  postgres: { albums: "album", genres: "genre", genre: "name", own: "postgres" },
  mariadb: { albums: "Album", genres: "Genre", genre: "Name", own: "mysql" },
};

describe.each(await engineVersions())("a backup of a shop on $title", (version) => {
  const { backup: floor } = version.engine;
  const name = names[version.name];
  let chinook: ChinookServer;
  let backup: TakenBackup;

  beforeAll(async () => {
    chinook = await startChinook(version);
    await addExtras(chinook, version.name);
    await run(undefined, ...(version.name === "mariadb" ? [sql`set global local_infile = on`] : [])); // as Debian's server has it
    backup = (await chinook.take("--no-prove")).json.result as TakenBackup;
  });
  afterAll(() => chinook[Symbol.asyncDispose]());

  const store = () => join(chinook.directory, "store");
  const server = () => chinook.target.replace(/\/[^/]*$/, "");
  const command = (...args: readonly string[]) => rowhouse(["backup", ...args, "--json"], chinook.env);
  const restore = (...args: readonly string[]) => command("restore", backup.id.slice(-4), "--target", server(), "--store", store(), ...args);
  const undo = (...args: readonly string[]) => command("undo", ...args, "--target", server());
  const sessionIn = (database: string | undefined) => version.engine.driver.connect(chinook.server.administrator(database));

  async function run(database: string | undefined, ...statements: readonly Sql[]): Promise<void> {
    await using session = await sessionIn(database);
    for (const statement of statements) await session.run(statement);
  }

  async function databases(): Promise<readonly string[]> {
    await using session = await sessionIn(undefined);
    const found: Record<EngineName, Sql> = {
      postgres: sql`select datname::text as name from pg_database order by 1`,
      mariadb: sql`select schema_name as name from information_schema.schemata order by 1`,
    };
    return (await session.all<{ name: string }>(found[version.name])).map((row) => row.name);
  }

  async function contentOf(database: string): Promise<Content> {
    await using session = await sessionIn(database);
    const survey = { ...(await floor.survey(session)), database: chinook.database };
    const found = await floor.target.content(session, { database, survey, onProgress: () => undefined });
    const objects = found.objects.filter(({ kind }) => !floor.target.serverKinds.includes(kind));
    return { ...found, objects, tables: found.tables.toSorted((a, b) => (a.name.join() < b.name.join() ? -1 : 1)) };
  }

  /** The engine's own; only the lines that name the database may differ, and they by that name alone. */
  async function dumpOf(database: string): Promise<readonly string[]> {
    const lines = await ownDump(version.name, chinook.server.administrator(database));
    return lines.map((line) => line.replaceAll(database, "DATABASE"));
  }

  test("is proved again, and listed with the age of its proof", async () => {
    const proved = await command("prove", "--store", store());
    expect([proved.exitCode, proved.json.result]).toEqual([0, [expect.objectContaining({ id: backup.id, state: "PROVED" })]]);
    const { backups } = (await command("list", "--store", store())).json.result as { readonly backups: readonly ListedBackup[] };
    expect(backups).toMatchObject([
      {
        id: backup.id,
        state: "PROVED",
        isStale: false,
        restoreMs: expect.any(Number),
        content: { database: chinook.database, engine: version.name },
      },
    ]);
  });

  test("is restored into a new database that is equal and goes on counting", async () => {
    const planned = await restore("--into", "copy", "--dry-run");
    expect(planned.json.plan?.steps.map(({ title }) => title)).toEqual([
      "verify the files",
      "restore into copy__rowhouse_part",
      "compare it",
      "give it the name copy",
    ]);
    expect(await databases()).not.toContain("copy");
    const restored = await restore("--into", "copy");
    expect([restored.exitCode, restored.stderr]).toEqual([0, ""]);
    expect(restored.json.result).toMatchObject({ backup: backup.id, database: "copy", tables: backup.tables, rows: backup.rows });
    expect(await contentOf("copy")).toEqual(await contentOf(chinook.database));
    expect(differences(await dumpOf(chinook.database), await dumpOf("copy"))).toEqual([]);
    await run("copy", sql`insert into ${sql.id(name.genres)} (${sql.id(name.genre)}) values ('new')`); // a number that is taken would be refused
    expect(await databases()).not.toContain("copy__rowhouse_part");
  });

  test("is refused where something is in the way, and nothing is changed", async () => {
    const before = [await databases(), await contentOf("copy")];
    const refusals: readonly (readonly [readonly string[], number, string])[] = [
      [["--into", "copy"], 4, "RH-BACKUP-013"],
      [["--into", name.own], 4, "RH-BACKUP-013"],
      [["--over", "copy"], 4, "RH-USE-003"],
      [["--over", "copy", "--confirm", "cop"], 4, "RH-USE-003"],
      [["--over", "nowhere", "--confirm", "nowhere"], 3, "RH-CONN-005"],
    ];
    const refused: Ran[] = [];
    for (const [args] of refusals) refused.push(await restore(...args)); // at once, one would be told of the other's session
    expect(refused.map(({ exitCode, json }, index) => [refusals[index]?.[0], exitCode, json.problem?.code])).toEqual(refusals);
    expect([await databases(), await contentOf("copy")]).toEqual(before);
  });

  test("is refused while others are in the database, who are named, and by a login that is no administrator", async () => {
    await using _app = await version.engine.driver.connect({ ...chinook.server.administrator("copy"), applicationName: "the till" });
    const used = await restore("--over", "copy", "--confirm", "copy");
    expect([used.exitCode, used.json.problem?.message]).toEqual([4, expect.stringMatching(/^copy is in use by .+ from/)]);
    const accounts: Record<EngineName, Sql> = {
      postgres: sql`create role clerk login password 'chief-pass'`,
      mariadb: sql`create user clerk@'127.0.0.1' identified by 'chief-pass'`,
    };
    await run(undefined, accounts[version.name]);
    const clerk = await command("restore", backup.id, "--into", "mine", "--target", server().replace("chief@", "clerk@"), "--store", store());
    expect([clerk.exitCode, clerk.json.problem?.code]).toEqual([4, "RH-BACKUP-012"]);
    expect(await databases()).not.toContain("mine");
  });

  test("is put over a database on confirmation; the old one is kept, and one command brings it back equal", async () => {
    await run(undefined, ...(version.name === "mariadb" ? [sql`set global local_infile = off`] : [])); // rows come as statements then
    const old = await contentOf("copy");
    const put = await restore("--over", "copy", "--confirm", "copy");
    expect([put.exitCode, put.stderr]).toEqual([0, ""]);
    const { keptAs, undo: back } = put.json.result as { readonly keptAs: string; readonly undo: string };
    expect(keptAs).toBe(`copy_before_${backup.id.slice(-4)}`);
    expect(back).toContain(`rowhouse backup undo ${keptAs} --confirm copy`);
    expect((await contentOf("copy")).tables).not.toEqual(old.tables); // the genre that was added is gone
    expect((await undo(keptAs)).json.problem?.code).toBe("RH-USE-003");
    expect((await restore("--over", "copy", "--confirm", "copy")).json.problem?.code).toBe("RH-BACKUP-013"); // kept already
    const undone = await undo(keptAs, "--confirm", "copy");
    expect([undone.exitCode, undone.stderr]).toEqual([0, ""]);
    expect(await contentOf("copy")).toEqual(old);
    const { keptAs: put2 } = undone.json.result as { readonly keptAs: string };
    expect(await databases()).toEqual(expect.arrayContaining([put2, "copy"]));
    expect((await undo(keptAs)).json.problem?.code).toBe("RH-BACKUP-010");
  });

  test("is put over one that others use when they may be ended", async () => {
    const app = await version.engine.driver.connect({ ...chinook.server.administrator("copy"), applicationName: "the till" });
    const put = await restore("--over", "copy", "--confirm", "copy", "--end-sessions");
    expect([put.exitCode, put.stderr]).toEqual([0, ""]);
    await expect(app.all(sql`select 1 as one`)).rejects.toMatchObject({ code: "RH-CONN-003" });
  });

  test("gives single tables, with their rows, keys and indexes and nothing else", async () => {
    const odd = `p'art=1 host=x $(touch c);"\`;--file=/x`;
    const restored = await restore("--into", odd, "--table", name.albums, "--table", name.genres);
    expect([restored.exitCode, restored.stderr]).toEqual([0, ""]);
    expect(restored.json.result).toMatchObject({ tables: 2, rows: 347 + 25 });
    const part = await contentOf(odd);
    expect(part.tables.map((table) => [table.name.at(-1), table.rows])).toEqual([
      [name.albums, 347],
      [name.genres, 25],
    ]);
    expect(part.objects.filter(({ kind }) => ["view", "trigger", "event"].includes(kind))).toEqual([]);
    expect(part.objects.filter(({ kind }) => kind === "index").length).toBeGreaterThanOrEqual(2);
    await run(odd, sql`insert into ${sql.id(name.genres)} (${sql.id(name.genre)}) values ('new')`);
  });

  test("comes from a dump of another program as well, into a new database that a new account owns", async () => {
    const login = { ...chinook.server.administrator(chinook.database), database: chinook.database };
    const plain = await dumpTo(join(chinook.directory, "shop.sql"), version.name, { login, options: [] });
    const file = (path: string, ...args: readonly string[]) => command("restore", "--file", path, "--target", server(), ...args);
    const path = packed(plain, "gzip");
    expect((await file(path, "--over", "copy")).json.problem?.code).toBe("RH-USE-001");
    expect((await file(path, "--into", chinook.database)).json.problem?.code).toBe("RH-BACKUP-013");
    const planned = await file(path, "--into", "foreign", "--dry-run");
    expect(planned.json.plan?.steps.map(({ title }) => title)).toEqual([
      `read ${path}`,
      "run it in a throw-away server, and back up what stands there",
      "restore that backup as foreign",
    ]);
    expect(await databases()).not.toContain("foreign");
    const restored = await file(path, "--into", "foreign");
    expect([restored.exitCode, restored.stderr]).toEqual([0, ""]);
    expect(restored.json.result).toMatchObject({ file: path, database: "foreign", owner: "foreign_owner", rows: backup.rows });
    expect((await contentOf("foreign")).tables).toEqual((await contentOf(chinook.database)).tables);
    const places: Record<EngineName, Sql> = {
      postgres: sql`select datconnlimit::text as places from pg_database where datname = 'foreign'`,
      mariadb: sql`select '-1' as places from dual`, // no database has a limit of its own
    };
    await using session = await sessionIn(undefined);
    expect(await session.all(places[version.name])).toEqual([{ places: "-1" }]);
    expect(restored.json.evidence?.map(({ subject }) => subject)).toEqual(expect.arrayContaining(["read", "tried", "compared", "in place"]));
    const script = await readFile(plain);
    await writeFile(plain, script.subarray(0, script.length - 200));
    expect((await file(plain, "--into", "cut")).exitCode).toBe(6);
    await writeFile(plain, script.toString("latin1").replace("\n\n", "\n\n\\! touch /tmp/rowhouse-canary\n\n"), "latin1");
    const hostile = await file(plain, "--into", "cut");
    expect([hostile.exitCode, hostile.json.problem?.code]).toEqual([4, "RH-BACKUP-020"]);
    expect(await databases()).not.toContain("cut");
  });

  test("with a changed byte, a missing file or an extra one is refused before the server is touched, exit 6", async () => {
    const before = await databases();
    const files = (await readdir(join(backup.directory, "dump"), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const file = files.map((entry) => join(entry.parentPath, entry.name))[1] ?? "";
    const bytes = await readFile(file);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 4;
    await writeFile(file, flipped);
    const refused = await restore("--into", "bad");
    await writeFile(file, bytes);
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([6, "RH-BACKUP-011"]);
    expect(refused.json.problem?.message).toMatch(/file dump\/\S+ has the SHA-256/);
    await writeFile(join(backup.directory, "dump/more"), "");
    expect((await restore("--into", "bad")).json.problem?.message).toMatch(/file dump\/more is not of this backup/);
    expect(await databases()).toEqual(before);
  });
});
