// A drill with a database of another server: back from kit and store alone, equal, by the clock; and what is not equal, not ours, or
// not to be opened is said. Houses are drilled in test/stories/recover.test.ts.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { perform } from "../../src/foundation/plan.ts";
import { sql } from "../../src/foundation/sql.ts";
import { type DrillOptions, type DrillReport, planDrill } from "../../src/operations/backup/drill.ts";
import { planKit, readKit } from "../../src/operations/backup/kit.ts";
import type { Kit } from "../../src/operations/backup/kit-text.ts";
import { listBackups } from "../../src/operations/backup/list.ts";
import { planTakeAll } from "../../src/operations/backup/take-all.ts";
import { planTakeBase } from "../../src/operations/backup/take-base.ts";
import { planTake, type TakenBackup } from "../../src/operations/backup/take.ts";
import { houseText } from "../../src/operations/stack/house.ts";
import type { Context } from "../../src/platform/context.ts";
import { filesIn, machineWithKeys, rewriteManifest } from "../support/backup/keys.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";

const signal = new AbortController().signal;
const onProgress = () => undefined;
type Machine = Context & { readonly keys: string };

describe.each(await engineVersions())("a drill on $title", (version) => {
  const { engine } = version;
  let server: TestServer;
  let root: string;
  let machine: Machine;
  let stranger: Machine;
  let kit: Kit;
  let backup: TakenBackup;

  const store = () => join(root, "store");
  const kitOf = async (context: Context, name: string) => {
    const subject = { house: undefined, engines: [engine.name], stores: [store()], data: undefined };
    await perform(await planKit(context, { to: join(root, name), subject }), { signal });
    return readKit(join(root, name));
  };
  /** On a machine that has no keys at all. */
  const empty = () => ({ ...machine, environment: { ...process.env, ROWHOUSE_KEYS: join(root, "none") } });
  const drill = async (options: Partial<DrillOptions> = {}): Promise<DrillReport> => {
    const all = { kit, store: store(), name: undefined, into: undefined, mayInstall: false, onProgress, ...options };
    return (await planDrill(empty(), all)).drill(signal, () => undefined);
  };
  const recorded = () => JSON.parse(readFileSync(join(backup.directory, "drill.json"), "utf8"));

  beforeAll(async () => {
    server = await startServer(version);
    root = mkdtempSync("/tmp/rowhouse-test-");
    [machine, stranger] = [await machineWithKeys({ isSealed: false }), await machineWithKeys({ isSealed: false })];
    {
      await using session = await engine.driver.connect(server.administrator());
      await session.run(sql`create database drills`);
    }
    await using session = await engine.driver.connect(server.administrator("drills"));
    await session.run(sql`create table t (id int primary key, note varchar(100) not null)`);
    await session.run(sql`insert into t values (1, 'one'), (2, 'two')`);
    kit = await kitOf(machine, "kit.txt");
    const source = { engine, login: { ...server.administrator("drills"), database: "drills" }, store: store() };
    backup = (await (await planTake(machine, { source, isProved: false, onProgress })).take(signal, () => undefined)).backup;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    for (const path of [root, machine.keys, stranger.keys]) rmSync(path, { recursive: true, force: true });
  });

  test("as a plan touches nothing", async () => {
    const before = filesIn(backup.directory);
    const { plan } = await planDrill(empty(), { kit, store: store(), name: undefined, into: undefined, mayInstall: false, onProgress });
    expect(plan.steps.map(({ title }) => title)).toEqual(["open the backup", "restore drills", "compare", "remove it again", "record the time"]);
    expect(filesIn(backup.directory)).toEqual(before);
  });

  test("brings the database back, says that nobody had proved the backup, and keeps its time for the list", async () => {
    const report = await drill();
    expect(report).toMatchObject({ state: "RECOVERED", what: "database", verdict: { state: "sound" } });
    expect(report.recoveryMs).toBeGreaterThanOrEqual(report.restoreMs);
    expect(report.notes).toEqual([expect.stringContaining("was TAKEN, not PROVED")]);
    const [listed] = await listBackups(machine, store());
    expect(listed).toMatchObject({ id: backup.id, recovery: { what: "database", recoveryMs: report.recoveryMs } });
    expect(readdirSync("/var/tmp").filter((name) => name.startsWith(`rowhouse-proof-${process.pid}-`))).toEqual([]);
  });

  test("whose record was edited counts for nothing", async () => {
    const path = join(backup.directory, "drill.json");
    const written = readFileSync(path);
    writeFileSync(path, JSON.stringify({ ...recorded(), recoveryMs: 1 }));
    expect((await listBackups(machine, store()))[0]).not.toHaveProperty("recovery");
    writeFileSync(path, written);
  });

  test("that is not equal FAILS, names what differs, and is kept with the earlier one", async () => {
    const manifest = readFileSync(join(backup.directory, "manifest.json"));
    const signature = readFileSync(join(backup.directory, "manifest.json.minisig"));
    await rewriteManifest(backup.directory, (one) => ({ ...one, tables: one.tables.map((table) => ({ ...table, hash: "0" })) }), machine);
    const report = await drill();
    writeFileSync(join(backup.directory, "manifest.json"), manifest);
    writeFileSync(join(backup.directory, "manifest.json.minisig"), signature);
    expect(report).toMatchObject({ state: "FAILED", because: expect.stringMatching(/^table .*t has 2 rows as it had, with other content/) });
    expect(recorded()).toMatchObject({ state: "FAILED", earlier: [{ state: "RECOVERED" }] });
    expect((await listBackups(machine, store()))[0]).not.toHaveProperty("recovery");
  });

  test("with another machine's kit, or one that opens nothing, is refused by name and leaves no record", async () => {
    const before = readFileSync(join(backup.directory, "drill.json"));
    const other = await kitOf(stranger, "stranger.txt");
    await expect(drill({ kit: other })).rejects.toMatchObject({ code: "RH-BACKUP-005" });
    await expect(drill({ kit: { ...kit, identity: other.identity } })).rejects.toMatchObject({ code: "RH-BACKUP-004" });
    expect(readFileSync(join(backup.directory, "drill.json")).equals(before)).toBe(true);
  });

  test.each([
    { kind: "all", planned: planTakeAll, refused: { code: "RH-BACKUP-011", hint: expect.stringContaining("--all") } },
    { kind: "base", planned: planTakeBase, refused: { code: "RH-BACKUP-041", hint: expect.stringContaining("--directory DIR") } },
  ])("with a backup of a whole server ($kind) is refused by name, with the way out", async ({ planned, refused }) => {
    const own = join(root, refused.code);
    const source = { engine, login: server.administrator(engine.backup.target.homeDatabase), store: own };
    const { id } = (await (await planned(machine, { source, isProved: false, onProgress })).take(signal, () => undefined)).backup;
    await expect(drill({ store: own, name: id })).rejects.toMatchObject(refused);
    await expect(drill({ store: own })).rejects.toMatchObject({ code: "RH-BACKUP-010" });
  });

  test("of a store without a backup, or into a place that is taken, is refused", async () => {
    await expect(drill({ store: join(root, "nothing") })).rejects.toMatchObject({ code: "RH-BACKUP-010" });
    await expect(drill({ name: "ffff" })).rejects.toMatchObject({ code: "RH-BACKUP-010" });
    await expect(drill({ into: join(root, "into") })).rejects.toMatchObject({ code: "RH-USE-001" });
    mkdirSync(join(root, "taken/data"), { recursive: true });
    const app = { instances: 2, database: "drills", role: "taskapp" };
    const text = houseText({ engine: version.name, major: version.installation.major, locale: "C.UTF-8", ports: { proxy: 8080, database: 9 }, app });
    await expect(drill({ kit: { ...kit, houseText: text }, into: join(root, "taken") })).rejects.toMatchObject({ code: "RH-HOUSE-004" });
  });
});
