// What a backup would not hold whole is refused by name before anything is written: objects that cannot be carried, and logins that
// see only a part.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret } from "../../src/foundation/secret.ts";
import { sql } from "../../src/foundation/sql.ts";
import { planTake } from "../../src/operations/backup/take.ts";
import { accepted, notCarried, partLogins, partPassword, partTables, partUser, refusals, refusedDatabase } from "../support/backup/not-carried.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

const onProgress = () => undefined;

describe.each(await engineVersions())("a backup that would not be whole on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let store: string;

  beforeAll(async () => {
    server = await startServer(version);
    store = await mkdtemp("/tmp/rowhouse-test-");
    await using session = await engine.driver.connect(server.administrator());
    for (const database of [refusedDatabase, "parts"]) await session.run(sql`create database ${sql.id(database)}`);
    await using refused = await engine.driver.connect(server.administrator(refusedDatabase));
    for (const statement of notCarried[name]) await refused.run(statement);
    await using parts = await engine.driver.connect(server.administrator("parts"));
    for (const statement of partTables[name]) await parts.run(statement);
    for (const { user, statements } of partLogins[name]) for (const statement of [partUser(name, user), ...statements]) await parts.run(statement);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(store, { recursive: true, force: true });
  });

  const planned = (login: Partial<ReturnType<TestServer["administrator"]>> & { readonly database: string }) => {
    const source = { engine, login: { ...server.administrator(), ...login }, store: join(store, "store") };
    return planTake(testContext, { source, isProved: false, onProgress });
  };

  test("names all that it cannot carry, with the reason, and nothing else", async () => {
    const refusal = await planned({ database: refusedDatabase }).catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code: "RH-BACKUP-001" });
    const named = String(refusal).split("cannot carry: ")[1]?.split("; ") ?? [];
    for (const expected of refusals[name]) expect(named).toContainEqual(expect.stringContaining(expected));
    for (const good of accepted[name]) expect(named.join("; ")).not.toContain(good);
    expect(await readdir(store)).toEqual([]);
  });

  test.each(partLogins[name])("as $user says what the login lacks: $lacks", async ({ user, lacks }) => {
    const login = { host: "127.0.0.1", port: server.place.port, user, password: new Secret(partPassword), database: "parts" };
    if (lacks === undefined) return expect(await planned(login)).toMatchObject({ plan: { title: expect.stringContaining("parts") } });
    await expect(planned(login)).rejects.toMatchObject({ code: "RH-AUTH-003", message: expect.stringContaining(lacks) });
    expect(await readdir(store)).toEqual([]);
  });
});
