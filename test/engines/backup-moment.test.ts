// The moment that a backup shows: what it holds and what its manifest says of it are of that one, whatever others do meanwhile, and
// nobody else waits for it longer than it takes.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EngineName } from "../../src/engines/engines.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { readManifest } from "../../src/operations/backup/manifest.ts";
import { planTake } from "../../src/operations/backup/take.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";
import { relayTo } from "../support/wire.ts";

const signal = new AbortController().signal;

const login: Record<EngineName, readonly Sql[]> = {
  postgres: [sql`create role reader superuser login password 'reader-pass'`],
  mariadb: [sql`create user reader@'127.0.0.1' identified by 'reader-pass'`, sql`grant all privileges on *.* to reader@'127.0.0.1'`],
};

/** What a session says on the wire once others' commits are held, or once its moment is fixed. */
const moment: Record<EngineName, string> = { postgres: "pg_export_snapshot", mariadb: "consistent snapshot" };

describe.each(await engineVersions())("the moment of a backup on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let store: string;

  beforeAll(async () => {
    server = await startServer(version);
    store = await mkdtemp("/tmp/rowhouse-test-");
    await using session = await engine.driver.connect(server.administrator());
    await session.run(sql`create database moments`);
    for (const statement of login[name]) await session.run(statement);
    await using inside = await engine.driver.connect(server.administrator("moments"));
    for (const table of ["aaa", "zzz"]) await inside.run(sql`create table ${sql.id(table)} (id int primary key, note varchar(100))`);
    await inside.run(sql`insert into zzz values (1, 'one'), (2, 'two')`);
    if (name === "mariadb") await inside.run(sql`set session max_recursive_iterations = 300000`);
    await inside.run(sql`
      insert into aaa with recursive counted (i) as (select 1 union all select i + 1 from counted where i < 200000) select i, 'of many' from counted`);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(store, { recursive: true, force: true });
  });

  const take = async (onProgress: (text: string) => void, port = server.place.port) => {
    const reader = { host: "127.0.0.1", port, user: "reader", password: new Secret("reader-pass"), database: "moments", applicationName: "a test" };
    const planned = await planTake(testContext, { source: { engine, login: reader, store: join(store, "store") }, isProved: false, onProgress });
    const { backup } = await planned.take(signal, () => undefined);
    return (await readManifest(backup.directory)).manifest;
  };

  test("holds against somebody who empties a table while it is read: all rows, or no backup", async () => {
    await using other = await engine.driver.connect({ ...server.administrator("moments"), lockTimeoutMs: 1_000 });
    let emptied: Promise<unknown> | undefined;
    const outcome = await take((text) => {
      if (text.includes("aaa")) emptied ??= other.run(sql`truncate table zzz`).catch((thrown: unknown) => thrown);
    }).catch((thrown: unknown) => thrown);
    await emptied;
    expect(emptied).toBeDefined();
    const { tables, code } = outcome as { tables?: { name: string[]; rows: number }[]; code?: string };
    if (code !== undefined) expect(code).toBe("RH-BACKUP-002");
    else expect(tables?.find((table) => table.name.at(-1) === "zzz")?.rows).toBe(2);
  });

  test("holds up nobody's commits when the run freezes in it, and then is no backup", async () => {
    await using relay = await relayTo(server.place.port);
    const frozen = relay.freezeAt(moment[name]);
    const taken = take(() => undefined, relay.port).catch((thrown: unknown) => thrown);
    await frozen;
    await using other = await engine.driver.connect(server.administrator("moments"));
    const began = Date.now();
    await other.run(sql`insert into zzz values (3, 'while it is frozen')`);
    expect(Date.now() - began).toBeLessThan(5_000);
    relay.thaw();
    const outcome = await taken;
    if (name === "mariadb") expect(outcome).toMatchObject({ code: expect.stringMatching(/^RH-CONN-/) });
  });
});
