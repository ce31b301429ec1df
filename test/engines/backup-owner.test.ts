// A database of which nobody vouches for the content, restored to an owner that is made for it: when that fails, or is killed, no account
// is left that could get in. SEC-12, INV-12.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../src/engines/engine.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { Problem } from "../../src/foundation/problem.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { readManifest, surveyOf } from "../../src/operations/backup/manifest.ts";
import { partName } from "../../src/operations/backup/restore-names.ts";
import { planRestore } from "../../src/operations/backup/restore.ts";
import { planTake, type TakenBackup } from "../../src/operations/backup/take.ts";
import { proofsRoot } from "../../src/operations/backup/throwaway.ts";
import { engineVersions, startServer, testContext, type TestServer } from "../support/servers.ts";

const making: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`create role shop_owner`, sql`create database shop owner shop_owner`],
  mariadb: [sql`create user shop_owner@localhost account lock`, sql`create database shop`, sql`grant all on shop.* to shop_owner@localhost`],
};
const dropping: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`drop database shop`, sql`drop role shop_owner`],
  mariadb: [sql`drop database shop`, sql`drop user shop_owner@localhost`],
};
const accounts: Record<EngineName, Sql> = {
  postgres: sql`select rolname::text as name from pg_roles where rolname like 'shop%'`,
  mariadb: sql`select user as name from mysql.user where user like 'shop%'`,
};
const databases: Record<EngineName, Sql> = {
  postgres: sql`select datname::text as name from pg_database where datname like 'copy%'`,
  mariadb: sql`select schema_name as name from information_schema.schemata where schema_name like 'copy%'`,
};
/** Where a kill leaves an account that nobody can use. */
const afterKill: Record<EngineName, readonly string[]> = { postgres: [], mariadb: ["shop_owner"] };

describe.each(await engineVersions())("the owner of what is restored on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let root: string;
  let backup: TakenBackup;

  const asked = async (statement: Sql) => {
    await using session = await engine.driver.connect(server.administrator());
    return (await session.all<{ name: string }>(statement)).map((row) => row.name);
  };
  const left = async () => ({ accounts: await asked(accounts[name]), databases: await asked(databases[name]) });
  /** Aborted as that step begins. */
  const restore = async (abortedAt: RegExp, by: Engine = engine) => {
    const { directory } = backup;
    const target = { engine: by, login: server.administrator(), where: "here", files: undefined, house: undefined, ownUsers: [] };
    const options = { backup: { id: basename(directory), directory, state: "TAKEN" as const, isStale: false }, target, tables: [] };
    const wish = { name: "copy", isOver: false, endsSessions: false };
    const planned = await planRestore(testContext, { ...options, wish, owner: "shop_owner", onProgress: () => undefined });
    const ending = new AbortController();
    const onStep = ({ title }: { readonly title: string }) => {
      if (abortedAt.test(title)) ending.abort(new Problem("RH-SQL-001", "the first error"));
    };
    return planned.restore({ signal: ending.signal, onStep, confirm: undefined });
  };

  beforeAll(async () => {
    server = await startServer(version);
    root = mkdtempSync("/tmp/rowhouse-test-");
    await using session = await engine.driver.connect(server.administrator());
    for (const statement of making[name]) await session.run(statement);
    {
      await using inside = await engine.driver.connect(server.administrator("shop"));
      await inside.run(sql`create table t (id int primary key)`);
      await inside.run(sql`insert into t values (1), (2)`);
      if (name === "postgres") await inside.run(sql`alter table t owner to shop_owner`);
    }
    const source = { engine, login: { ...server.administrator("shop"), database: "shop" }, store: root };
    const planned = await planTake(testContext, { source, isProved: false, onProgress: () => undefined });
    backup = (await planned.take(new AbortController().signal, () => undefined)).backup;
    for (const statement of dropping[name]) await session.run(statement);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  });

  test.each([/^restore into/, /^compare/, /^give it the name/])("is gone when the restore fails at %s", async (step) => {
    await expect(restore(step)).rejects.toMatchObject({ message: "the first error" });
    expect(await left()).toEqual({ accounts: [], databases: [] });
  });

  test("and when it cannot be kept out, that is told beside the first error, and everything else is cleaned up all the same", async () => {
    const before = readdirSync(proofsRoot);
    const keepOwnerOut = () => Promise.reject(new Error("the server went away"));
    const broken = { ...engine, backup: { ...engine.backup, target: { ...engine.backup.target, keepOwnerOut } } };
    const message = expect.stringMatching(/^the first error; \S*shop_owner.* may be left there: the server went away$/);
    await expect(restore(/^compare/, broken)).rejects.toMatchObject({ code: "RH-SQL-001", message });
    expect(readdirSync(proofsRoot).filter((one) => one.startsWith(`rowhouse-proof-${process.pid}-`) && !before.includes(one))).toEqual([]);
    await using session = await engine.driver.connect(server.administrator());
    const { roles } = surveyOf((await readManifest(backup.directory)).manifest);
    await engine.backup.target.dropRoles(session, roles);
  });

  test("is cleared by the next restore when a kill left it let in", async () => {
    const { target } = engine.backup;
    {
      await using session = await engine.driver.connect(server.administrator());
      await target.make(session, partName("copy"), surveyOf((await readManifest(backup.directory)).manifest));
      await target.letOwnerIn(session, { database: partName("copy"), owner: "shop_owner", login: server.administrator() });
    }
    expect((await left()).accounts).toEqual(["shop_owner"]);
    await expect(restore(/^compare/)).rejects.toMatchObject({ message: "the first error" });
    expect(await left()).toEqual({ accounts: afterKill[name], databases: [] });
  });
});
