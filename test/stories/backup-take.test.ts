// A database on a server that Rowhouse did not install, backed up by the command: good only when it was restored and compared,
// and refused by name where it cannot be.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import type { Manifest } from "../../src/operations/backup/manifest.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { machineWithKeys } from "../support/backup/keys.ts";
import { rowhouse } from "../support/houses.ts";
import { engineVersions } from "../support/servers.ts";

const program = fileURLToPath(new URL("../../bin/rowhouse", import.meta.url));

/** Rows of each table in the Chinook project's scripts, counted there. */
const rowsPerTable = [25, 59, 8, 275, 347, 412, 2_240, 5, 18, 8_715, 3_503].toSorted((a, b) => a - b);

describe.each(await engineVersions())("a backup of Chinook on $title", (version) => {
  let chinook: ChinookServer;
  beforeAll(async () => {
    chinook = await startChinook(version);
  });
  afterAll(() => chinook[Symbol.asyncDispose]());

  const store = () => join(chinook.directory, "store");
  const backups = async () => {
    const servers = await readdir(store()).catch(() => []);
    const names = await Promise.all(servers.map((server) => readdir(join(store(), server))));
    return names.flat().filter((name) => !name.startsWith("."));
  };

  test("with --dry-run is a plan; nothing is written", async () => {
    const planned = await chinook.take("--dry-run");
    expect(planned.exitCode).toBe(0);
    const steps = planned.json.plan?.steps.map(({ title }) => title) ?? [];
    expect(steps).toEqual(expect.arrayContaining([`dump ${chinook.database}`, "write the manifest", "prove it"]));
    expect(await backups()).toEqual([]);
  });

  test("is proved: restored, compared by content, written to", async () => {
    const taken = await chinook.take();
    expect([taken.exitCode, taken.stderr]).toEqual([0, ""]);
    const backup = taken.json.result as TakenBackup;
    expect(backup).toMatchObject({ state: "PROVED", tables: 11, rows: 15_607, verdict: { state: "sound" } });
    const manifest = JSON.parse(await readFile(join(backup.directory, "manifest.json"), "utf8")) as Manifest;
    expect(manifest.tables.map(({ rows }) => rows).toSorted((a, b) => a - b)).toEqual(rowsPerTable);
    expect(taken.json.evidence?.map(({ subject }) => subject)).toEqual(["dumped", "verified", "restored", "compared", "wrote"]);
    expect(JSON.stringify(taken.json) + JSON.stringify(manifest)).not.toContain("chief-pass");
  });

  test("is kept from other users", async () => {
    const backup = (await chinook.take("--no-prove")).json.result as TakenBackup;
    for (const entry of await readdir(backup.directory, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect([entry.name, (mode & 0o777).toString(8)]).toEqual([entry.name, entry.isDirectory() ? "700" : "600"]);
    }
  });

  test("that is to be encrypted and is killed leaves its dump in a directory of ours alone, which the next one removes", async () => {
    const machine = await machineWithKeys({ isSealed: true });
    const env = { ...process.env, ...chinook.env, ROWHOUSE_KEYS: machine.keys, ROWHOUSE_PREPARED: "1" };
    const args = [program, "backup", "take", "--target", chinook.target, "--store", store(), "--no-prove"];
    const before = await backups();
    const child = spawn(process.execPath, args, { env, stdio: "ignore" });
    const own = async () => (await readdir("/var/tmp")).filter((name) => name.startsWith(`rowhouse-proof-${child.pid}-`));
    await expect.poll(async () => (await own())[0] ?? "", { interval: 2, timeout: 20_000 }).not.toBe("");
    child.kill("SIGKILL");
    await once(child, "exit");
    const [left = ""] = await own();
    expect((await stat(join("/var/tmp", left))).mode & 0o777).toBe(0o700);
    expect(await backups()).toEqual(before);
    const next = await rowhouse(
      ["backup", "take", "--target", chinook.target, "--store", store(), "--no-prove", "--json"],
      env as Record<string, string>,
    );
    expect(next.exitCode).toBe(0);
    expect(await own()).toEqual([]);
    await rm(machine.keys, { recursive: true });
  });

  test("without a proof is said to be unproved", async () => {
    const taken = await chinook.take("--no-prove");
    expect([taken.exitCode, (taken.json.result as TakenBackup).state]).toEqual([0, "TAKEN"]);
  });

  test("with a wrong password is refused, exit 9, and nothing is left", async () => {
    const before = await backups();
    const wrong = join(chinook.directory, "wrong");
    await writeFile(wrong, "not-it\n", { mode: 0o600 });
    const refused = await rowhouse(["backup", "take", "--target", chinook.target, "--store", store(), "--json"], {
      ROWHOUSE_TARGET_PASSWORD_FILE: wrong,
    });
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([9, "RH-AUTH-001"]);
    expect(refused.stdout + refused.stderr).not.toContain("not-it");
    expect(await backups()).toEqual(before);
  });

  test("of a database that is not there is refused, exit 3; without a name, exit 2", async () => {
    const missing = await chinook.take("--database", "nowhere");
    expect([missing.exitCode, missing.json.problem?.message]).toEqual([3, expect.stringContaining("nowhere")]);
    const nameless = await rowhouse(
      ["backup", "take", "--target", chinook.target.replace(/\/[^/]*$/, ""), "--store", store(), "--json"],
      chinook.env,
    );
    expect([nameless.exitCode, nameless.json.problem?.code]).toEqual([2, "RH-USE-001"]);
  });

  test("of which one runs already is refused, exit 5; the one that runs is proved", async () => {
    const both = await Promise.all([chinook.take(), chinook.take()]);
    const codes = both.map(({ exitCode }) => exitCode).toSorted((a, b) => a - b);
    expect(codes).toEqual([0, 5]);
    expect(both.find(({ exitCode }) => exitCode === 5)?.json.problem).toMatchObject({
      code: "RH-LOCK-001",
      message: expect.stringMatching(/pid \d+/),
    });
  });

  test("by a login that may not see everything is refused, exit 9, before anything is written", async () => {
    const statements: Record<EngineName, readonly Sql[]> = {
      postgres: [sql`create role partly login password 'chief-pass'`],
      mariadb: [
        sql`create user partly@'127.0.0.1' identified by 'chief-pass'`,
        sql`grant select on ${sql.id("Chinook_AutoIncrement")}.${sql.id("Album")} to partly@'127.0.0.1'`,
      ],
    };
    await using session = await chinook.session();
    for (const statement of statements[version.name]) await session.run(statement);
    const before = await backups();
    const target = chinook.target.replace("chief@", "partly@");
    const refused = await rowhouse(["backup", "take", "--target", target, "--store", store(), "--json"], chinook.env);
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([9, "RH-AUTH-003"]);
    expect(await backups()).toEqual(before);
  });
});
