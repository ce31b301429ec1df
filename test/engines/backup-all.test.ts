// All databases of a server with its roles in one backup: proved as a whole, restored on an empty server, where the same logins work,
// what nobody may do is refused, and procedures and triggers run.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectionOptions } from "../../src/drivers/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { type ListedBackup, listBackups } from "../../src/operations/backup/list.ts";
import { readManifest } from "../../src/operations/backup/manifest.ts";
import { proveBackup } from "../../src/operations/backup/prove.ts";
import { planRestore } from "../../src/operations/backup/restore.ts";
import { planRestoreAll, type RestoredAll } from "../../src/operations/backup/restore-all.ts";
import { planTakeAll } from "../../src/operations/backup/take-all.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { databases, oddName, partLogins, password, startPeopled } from "../support/backup/whole-server.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

const signal = new AbortController().signal;
const onProgress = () => undefined;

/** Of a server that was just made. */
const ownRole: Record<EngineName, readonly string[]> = { postgres: ["postgres"], mariadb: ["'root'@'localhost'"] };

interface Broken {
  readonly statements: readonly Sql[];
  /** What each is called. */
  readonly names: readonly RegExp[];
}

const broken: Record<EngineName, Broken> = {
  postgres: {
    statements: [sql`alter role robot createrole`, sql`alter role robot password 'another'`, sql`revoke readers from "a reader"`],
    names: [/^role .*robot/, /^password .*robot/, /^membership .*a reader.* in readers$/],
  },
  mariadb: {
    statements: [
      sql`grant reload on *.* to robot@'%'`,
      sql`alter user robot@'%' identified by 'another'`,
      sql`revoke readers from \`a reader\`@'127.0.0.1'`,
      sql`revoke binlog monitor on *.* from public`,
    ],
    names: [/^right .*robot/, /^password .*robot/, /^membership .*a reader.* in readers$/, /^right .*PUBLIC/],
  },
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
    server = await startPeopled(version);
    store = await mkdtemp("/tmp/rowhouse-test-");
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

  describe("restored on an empty server", () => {
    let other: TestServer;
    let restored: RestoredAll;
    const target = (at: TestServer) => ({ engine, login: at.administrator(), where: "the test", files: undefined, house: undefined, ownUsers: [] });
    const planned = async (at: TestServer, keepsRoles = false) => {
      const [listed] = await listBackups(testContext, join(store, "store"));
      if (!listed) throw new Error("the backup is not listed");
      return planRestoreAll(testContext, { backup: listed, target: target(at), keepsRoles, onProgress });
    };
    beforeAll(async () => {
      other = await startServer(version);
      const { restore } = await planned(other);
      ({ restored } = await restore({ signal, onStep: () => undefined }));
    });
    afterAll(() => other[Symbol.asyncDispose]());

    const as = (user: string, database: string, word = password) =>
      engine.driver.connect({ host: "127.0.0.1", port: other.place.port, user, password: word, database, applicationName: "a test" });

    test("has every database and says so", () => {
      expect(restored).toMatchObject({ tables: 6, rows: 6, keptRoles: ownRole[name], notes: [] });
      expect([...restored.databases].toSorted()).toEqual([...databases].toSorted());
    });

    test.each(databases)("lets the clerk into %s as before, where the procedure and the trigger run", async (database) => {
      await using clerk = await as("o'd clerk", database);
      await clerk.run(sql`call ergänze(10, 'a lamp')`);
      expect(await clerk.all(sql`select item from orders where id = 10`)).toEqual([{ item: "a lamp" }]);
      await expect(clerk.run(sql`delete from orders`)).rejects.toMatchObject({ code: "RH-AUTH-003" });
      await using session = await engine.driver.connect(other.administrator(database));
      expect(await session.all(sql`select id from seen`)).toEqual([{ id: 10 }]);
    });

    test("refuses the reader what it never might, and everybody with another password", async () => {
      await using reader = await as("a reader", "sales");
      expect(await reader.all(sql`select item from orders where id = 1`)).toEqual([{ item: "a chair" }]);
      await expect(reader.run(sql`insert into orders values (77, 'no', 1)`)).rejects.toMatchObject({ code: "RH-AUTH-003" });
      if (name === "postgres") await expect(as("a reader", "stock")).rejects.toMatchObject({ code: "RH-AUTH-003" });
      await expect(as("a reader", "sales", new Secret("not it"))).rejects.toMatchObject({ code: "RH-AUTH-001" });
    });

    test("is refused a second time, and on the server that it came from: databases and roles are in the way", async () => {
      for (const at of [other, server])
        await expect(planned(at)).rejects.toMatchObject({ code: "RH-BACKUP-013", message: expect.stringContaining("is there already") });
      await using session = await engine.driver.connect(other.administrator(engine.backup.target.homeDatabase));
      for (const database of databases) await session.run(sql`drop database ${sql.id(database)}`);
      await expect(planned(other)).rejects.toMatchObject({ code: "RH-BACKUP-013", message: expect.stringMatching(/^roles .*reader/) });
    });

    test("gives one of its databases out by itself, under another name", async () => {
      const [listed] = await listBackups(testContext, join(store, "store"));
      const wish = { name: "alone", isOver: false, endsSessions: false };
      const options = { backup: listed as ListedBackup, target: target(other), wish, tables: [], onProgress };
      await expect(planRestore(testContext, options)).rejects.toMatchObject({ code: "RH-BACKUP-011" });
      const { restore } = await planRestore(testContext, { ...options, database: oddName });
      expect((await restore({ signal, onStep: () => undefined, confirm: undefined })).restored).toMatchObject({
        database: "alone",
        tables: 2,
        rows: 2,
      });
    });
  });

  test("evidence turns faulty when a right, a password and a membership differ in the copy, each with its name", async () => {
    const proof = await proved(async (login) => {
      await using session = await engine.driver.connect(login);
      for (const statement of broken[name].statements) await session.run(statement);
    });
    if (proof.verdict.state !== "faulty") return expect(proof.verdict).toMatchObject({ state: "faulty" });
    const subjects = proof.verdict.findings.map(({ subject }) => subject).filter((subject) => !subject.startsWith("database "));
    expect(subjects).toHaveLength(broken[name].names.length);
    for (const expected of broken[name].names) expect(subjects).toContainEqual(expect.stringMatching(expected));
    expect(JSON.stringify(proof.verdict)).not.toMatch(/SCRAM|[0-9A-Fa-f]{32}/);
  });

  test.each(partLogins[name])(
    "by $user, who may not see all of it, is refused or says what it has not",
    async ({ user, statements, lacks, seesPasswords }) => {
      await using session = await engine.driver.connect(server.administrator());
      for (const statement of statements) await session.run(statement);
      const { homeDatabase } = engine.backup.target;
      const at = { host: "127.0.0.1", port: server.place.port, user, password, applicationName: "a test" };
      const plan = () => planned(homeDatabase === undefined ? at : { ...at, database: homeDatabase }, false);
      if (lacks !== undefined) return expect(plan()).rejects.toMatchObject({ code: "RH-AUTH-003", message: expect.stringContaining(lacks) });
      const { directory, notes } = (await (await plan()).take(signal, () => undefined)).backup;
      const { manifest } = await readManifest(directory);
      const hasThem = /SCRAM-SHA|'\*[0-9A-F]{40}'/.test(await readFile(join(directory, "server/roles.sql"), "utf8"));
      const isSaid = notes.some((note) => note.includes("without their passwords"));
      expect([manifest.whole?.hasPasswords, hasThem, isSaid]).toEqual([seesPasswords, seesPasswords, !seesPasswords]);
    },
  );
});
