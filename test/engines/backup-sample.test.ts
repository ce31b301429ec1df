// Old backups proved again, whole or by sample: what a sample did not look at it does not vouch for, what it found wrong counts, and
// one after the other samples look at every table.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectionOptions } from "../../src/drivers/driver.ts";
import type { TableName } from "../../src/engines/backup.ts";
import { lastSample, readCertificate } from "../../src/operations/backup/certificate.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { dayMs } from "../../src/foundation/units.ts";
import { ownKeyring } from "../../src/operations/backup/keys.ts";
import { listBackups } from "../../src/operations/backup/list.ts";
import { readManifest } from "../../src/operations/backup/manifest.ts";
import { proveBackup } from "../../src/operations/backup/prove.ts";
import { nextSample } from "../../src/operations/backup/sample.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import type { House } from "../../src/operations/stack/house.ts";
import type { Context } from "../../src/platform/context.ts";
import { keepBackedUp } from "../../src/serve/backups.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { takeBackup } from "../support/backup/take.ts";
import { rowhouse } from "../support/houses.ts";
import { eventually } from "../support/tasks.ts";
import { engineVersions, testContext } from "../support/servers.ts";

/** So that any table can lose a row. */
const withoutChecks: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`set session_replication_role = replica`],
  mariadb: [sql`set foreign_key_checks = 0`],
};
/** Tables that no other one needs: without a row of theirs every write does as before. */
const ends: Record<EngineName, readonly string[]> = { postgres: ["invoice_line", "playlist_track"], mariadb: ["InvoiceLine", "PlaylistTrack"] };
const oneRowLess: Record<EngineName, (table: Sql) => Sql> = {
  postgres: (table) => sql`delete from ${table} where ctid = (select min(ctid) from ${table})`,
  mariadb: (table) => sql`delete from ${table} limit 1`,
};
const signal = new AbortController().signal;
const onProgress = () => undefined;

describe.each(await engineVersions())("proofs by sample on $title", (version) => {
  const { engine } = version;
  let chinook: ChinookServer;
  let store: string;
  let old: TakenBackup;
  beforeAll(async () => {
    chinook = await startChinook(version);
    store = join(chinook.directory, "store");
    const context: Context = { ...testContext, clock: { ...testContext.clock, now: () => new Date(Date.now() - 10 * dayMs) } };
    old = await takeBackup({ engine, login: chinook.server.administrator(), database: chinook.database, store, isProved: true, context });
  });
  afterAll(() => chinook[Symbol.asyncDispose]());

  const listed = async ({ id }: TakenBackup) => (await listBackups(testContext, store)).find((one) => one.id === id);
  const certificateOf = async ({ directory }: TakenBackup) => readCertificate(directory, (await ownKeyring(testContext)).signers);
  /** Which tables the next sample of so many of a hundred takes, and which it leaves. */
  const nextOf = async (backup: TakenBackup, percent: number) => {
    const { manifest } = await readManifest(backup.directory);
    const certificate = await certificateOf(backup);
    const names = manifest.tables.map(({ name }): TableName => name);
    const taken = nextSample(names, percent, certificate && lastSample(certificate))?.tables ?? [];
    return { taken, left: names.filter((name) => !taken.includes(name)) };
  };
  const proveBroken = (backup: TakenBackup, table: TableName, samplePercent: number) => {
    const onRestored = async (login: ConnectionOptions) => {
      await using session = await engine.driver.connect(login);
      for (const statement of withoutChecks[version.name]) await session.run(statement);
      await session.run(oneRowLess[version.name](sql.id(...table)));
    };
    return proveBackup(testContext, { engine, directory: backup.directory, signal, onProgress, samplePercent, onRestored });
  };

  test("by serve once a proof is older than prove-every, with those tables in the certificate", async () => {
    expect(await listed(old)).toMatchObject({ state: "PROVED", isStale: true });
    const wanted = { store, "prove-every": "7d", "prove-sample": 30 };
    const house = {
      directory: chinook.directory,
      config: { engine: version.name, app: { database: chinook.database }, backup: wanted },
    } as unknown as House;
    const ending = new AbortController();
    const keeping = keepBackedUp(testContext, house, ending.signal);
    const wholeAt = (await listed(old))?.provedAt;
    await eventually(async () => expect(await listed(old)).toMatchObject({ state: "PROVED", isStale: false, sample: { count: 4, of: 11, wholeAt } }));
    ending.abort();
    await keeping;
    const certificate = await certificateOf(old);
    const aSample = "4/11 tables by content, a sample: the rows of the others were not looked at";
    expect(certificate?.sampled).toHaveLength(4);
    expect(certificate?.verdict).toMatchObject({
      evidence: expect.arrayContaining([expect.objectContaining({ subject: "compared", seen: expect.stringContaining(aSample) })]),
    });
  });

  test("vouch for nothing that they did not look at, and fail over what they did", async () => {
    const { left, taken } = await nextOf(old, 5);
    const missed = await proveBroken(old, left.find((table) => ends[version.name].includes(table.at(-1) ?? "")) ?? [], 5);
    expect(missed).toMatchObject({ state: "PROVED", sample: { count: 1, of: 11 } });
    expect((await certificateOf(old))?.sampled).toEqual(taken.map((name) => name.join(".")));
    const next = await nextOf(old, 5);
    expect(next.taken).not.toEqual(taken);
    const [seen = []] = next.taken;
    const found = await proveBroken(old, seen, 5);
    expect(found).toMatchObject({ state: "FAILED", because: expect.stringContaining(`table ${seen.join(".")} has `) });
    expect(await listed(old)).toMatchObject({ state: "FAILED" });
  });

  test("are no first proof: what was never compared whole stays TAKEN, exit 10, and is proved whole when it is due", async () => {
    const fresh = await takeBackup({ engine, login: chinook.server.administrator(), database: chinook.database, store });
    const sampled = await rowhouse(["backup", "prove", fresh.id, "--sample", "20%", "--store", store, "--json"]);
    expect([sampled.exitCode, sampled.json.result]).toMatchObject([
      10,
      [{ state: "TAKEN", sample: { count: 3 }, because: expect.stringContaining("3 of 11") }],
    ]);
    expect(await listed(fresh)).toMatchObject({ state: "TAKEN" });
    const due = await rowhouse(["backup", "prove", "--due", "--sample", "20", "--store", store, "--json"]);
    expect([due.exitCode, due.json.result]).toMatchObject([0, [{ id: fresh.id, state: "PROVED" }]]);
    expect(await listed(fresh)).not.toHaveProperty("sample");
    const again = await rowhouse(["backup", "prove", "--due", "--store", store]);
    expect([again.exitCode, again.stdout]).toEqual([0, "No proof is due.\n"]);
  });
});
