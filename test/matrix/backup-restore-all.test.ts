// A restore of all databases that fails, and one where roles are there already: what nobody asked to be changed is as it was.
import { mkdtemp, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listBackups } from "../../src/operations/backup/list.ts";
import { planRestoreAll } from "../../src/operations/backup/restore-all.ts";
import { planTakeAll } from "../../src/operations/backup/take-all.ts";
import { databases, hasParameterRights, others, password, startPeopled } from "../support/backup/whole-server.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

const signal = new AbortController().signal;
const onProgress = () => undefined;

describe.each(await engineVersions())("a restore of all databases on $title", (version) => {
  const { engine, name } = version;
  let other: TestServer;
  let store: string;

  beforeAll(async () => {
    store = await mkdtemp("/tmp/rowhouse-test-");
    await using server = await startPeopled(version);
    const login = server.administrator(engine.backup.target.homeDatabase);
    const { take } = await planTakeAll(testContext, { source: { engine, login, store }, isProved: false, onProgress });
    await take(signal, () => undefined);
    other = await startServer(version);
  });
  afterAll(async () => {
    await other[Symbol.asyncDispose]();
    await rm(store, { recursive: true, force: true });
  });

  const planned = async (keepsRoles: boolean) => {
    const [backup] = await listBackups(testContext, store);
    if (!backup) throw new Error("the backup is not listed");
    const target = { engine, login: other.administrator(), where: "the test", files: undefined, house: undefined, ownUsers: [] };
    return planRestoreAll(testContext, { backup, target, keepsRoles, onProgress });
  };

  test.each(["compare stock", "give it the name"])("that fails at %s leaves neither a database nor a role", async (at) => {
    await using session = await engine.driver.connect(other.administrator(engine.backup.target.homeDatabase));
    const before = await engine.backup.wholeServer.roles(session);
    const stopped = new AbortController();
    const { restore } = await planned(false);
    const onStep = ({ title }: { readonly title: string }) => {
      if (title.startsWith(at)) stopped.abort(new Error("stopped"));
    };
    await expect(restore({ signal: stopped.signal, onStep })).rejects.toThrow();
    expect(await engine.backup.wholeServer.roles(session)).toEqual(before);
    for (const database of databases) {
      const part = await engine.backup.target.look(session, `${database}__rowhouse_part`, other.administrator());
      expect([part, await engine.backup.target.look(session, database, other.administrator())]).toEqual([undefined, undefined]);
    }
  });

  test("where roles are kept changes none of them", async () => {
    await using session = await engine.driver.connect(other.administrator(engine.backup.target.homeDatabase));
    const own = (await engine.backup.wholeServer.ownRoles(session)).filter((role) => role.toLowerCase() !== "public");
    for (const statement of others[name]) await session.run(statement);
    const before = await engine.backup.wholeServer.objects(session);
    const there = await engine.backup.wholeServer.roles(session);
    const { restore } = await planned(true);
    const { restored: again } = await restore({ signal, onStep: () => undefined });
    expect(again.keptRoles).toContain(name === "postgres" ? "a reader" : "'a reader'@'127.0.0.1'");
    const old = { host: "127.0.0.1", port: other.place.port, user: "a reader", password, database: "sales", applicationName: "a test" };
    await expect(engine.driver.connect(old)).rejects.toMatchObject({ code: "RH-AUTH-001" });
    const after = await engine.backup.wholeServer.objects(session);
    const ofKept = (objects: typeof after) => objects.filter(({ role }) => there.includes(role) && !own.includes(role));
    expect(ofKept(before).map(({ kind }) => kind)).toContain("role");
    expect(ofKept(after)).toEqual(ofKept(before));
    const rights = after.filter(({ kind }) => kind === "parameter right").map((right) => right.name);
    expect(rights.filter((right) => right.startsWith("readers:"))).toHaveLength(hasParameterRights(version) ? 2 : 0);
  });
});
