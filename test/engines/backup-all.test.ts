// All databases of a server with its roles in one backup: proved as a whole, restored on an empty server, where the same logins work,
// what nobody may do is refused, and procedures and triggers run.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectionOptions } from "../../src/drivers/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { readManifest } from "../../src/operations/backup/manifest.ts";
import { proveBackup } from "../../src/operations/backup/prove.ts";
import { planTakeAll } from "../../src/operations/backup/take-all.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { databases, inside, insideEven, oddName, people } from "../support/backup/whole-server.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

const signal = new AbortController().signal;
const onProgress = () => undefined;

const broken: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`alter role robot createrole`, sql`alter role robot password 'another'`, sql`revoke readers from "a reader"`],
  mariadb: [
    sql`grant reload on *.* to robot@'%'`,
    sql`alter user robot@'%' identified by 'another'`,
    sql`revoke readers from \`a reader\`@'127.0.0.1'`,
  ],
};

describe.each(await engineVersions())("a backup of all databases on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let store: string;
  let backup: TakenBackup;

  const planned = (login: ConnectionOptions, isProved: boolean) =>
    planTakeAll(testContext, { source: { engine, login, store: join(store, "store") }, isProved, onProgress });
  const home = () => server.administrator(engine.backup.target.homeDatabase);

  beforeAll(async () => {
    server = await startServer(version);
    store = await mkdtemp("/tmp/rowhouse-test-");
    await using session = await engine.driver.connect(server.administrator());
    for (const database of databases) await session.run(sql`create database ${sql.id(database)}`);
    for (const statement of people[name]) await session.run(statement);
    for (const database of databases) {
      await using within = await engine.driver.connect(server.administrator(database));
      for (const statement of [...inside[name], ...(database === oddName ? [] : insideEven[name])]) await within.run(statement);
    }
    const { take } = await planned(home(), true);
    ({ backup } = await take(signal, () => undefined));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(store, { recursive: true, force: true });
  });

  const proved = (onRestored?: (login: ConnectionOptions) => Promise<void>) =>
    proveBackup(testContext, { engine, directory: backup.directory, signal, onProgress, ...(onRestored ? { onRestored } : {}) });

  test("is proved with all of them, and its manifest says what belongs together", async () => {
    expect(backup).toMatchObject({ state: "PROVED", kind: "all", tables: 6, rows: 6 });
    expect([...(backup.databases ?? [])].toSorted()).toEqual([...databases].toSorted());
    const { manifest } = await readManifest(backup.directory);
    expect(manifest.whole).toMatchObject({ hasPasswords: true });
    expect(manifest.whole?.databases.map(({ directory }) => directory)).toEqual(["databases/1", "databases/2", "databases/3"]);
    expect(manifest.whole?.leftOut.length).toBeGreaterThan(0);
    expect(await readdir(join(backup.directory, "server"))).toContain("roles.sql");
  });

  test("evidence turns faulty when a right, a password and a membership differ in the copy, each with its name", async () => {
    const proof = await proved(async (login) => {
      await using session = await engine.driver.connect(login);
      for (const statement of broken[name]) await session.run(statement);
    });
    if (proof.verdict.state !== "faulty") return expect(proof.verdict).toMatchObject({ state: "faulty" });
    const subjects = proof.verdict.findings.map(({ subject }) => subject).filter((subject) => !subject.startsWith("database "));
    expect(subjects).toHaveLength(3);
    for (const expected of [/^(right|role) .*robot/, /^password .*robot/, /^membership .*a reader.* in readers$/])
      expect(subjects).toContainEqual(expect.stringMatching(expected));
    expect(JSON.stringify(proof.verdict)).not.toMatch(/SCRAM|[0-9A-Fa-f]{32}/);
  });
});
