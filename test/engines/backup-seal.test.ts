// Backups that are signed and encrypted: what was changed, swapped or made by somebody else never counts as good, and without the key
// there is nothing to read. Tried with age and minisign themselves, too.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import type { Context } from "../../src/platform/context.ts";
import { ownKeyring } from "../../src/operations/backup/keys.ts";
import { proveBackup } from "../../src/operations/backup/prove.ts";
import { planRestore } from "../../src/operations/backup/restore.ts";
import { planTake, type TakenBackup } from "../../src/operations/backup/take.ts";
import { filesIn, machineWithKeys, readManifestOf, rewriteManifest } from "../support/backup/keys.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";

const canary = "the-canary-of-this-test-0417";
const signal = new AbortController().signal;
const onProgress = () => undefined;

const databaseNames: Record<EngineName, Sql> = {
  postgres: sql`select datname::text as name from pg_database`,
  mariadb: sql`select schema_name as name from information_schema.schemata`,
};

/** Whether a text can be read in a file as it is, or as gzip packed it. */
function shows(path: string, text: string): boolean {
  const bytes = readFileSync(path);
  if (bytes.includes(text)) return true;
  try {
    return gunzipSync(bytes).includes(text);
  } catch {
    return false; // not packed
  }
}

describe.each(await engineVersions())("sealed backups on $title", (version) => {
  const { engine } = version;
  let server: TestServer;
  let root: string;
  let open: Context & { readonly keys: string };
  let sealed: Context & { readonly keys: string };
  let plainBackup: TakenBackup;
  let sealedBackup: TakenBackup;

  const take = async (context: Context, isProved: boolean): Promise<TakenBackup> => {
    const source = { engine, login: { ...server.administrator("seal"), database: "seal" }, store: join(root, "store") };
    const planned = await planTake(context, { source, isProved, onProgress });
    return (await planned.take(signal, () => undefined)).backup;
  };
  /** A copy of a stored backup to change, in a directory of the same name. */
  const copyOf = ({ directory, id }: TakenBackup) => {
    const copy = join(mkdtempSync(join(root, "copy-")), id);
    cpSync(directory, copy, { recursive: true });
    return copy;
  };
  const proofOf = (context: Context, directory: string) => proveBackup(context, { engine, directory, signal, onProgress });
  const restore = async (context: Context, directory: string) => {
    const backup = { id: basename(directory), directory, state: "TAKEN" as const, isStale: false };
    const target = { engine, login: server.administrator(), where: "here", files: undefined, house: undefined, ownUsers: [] };
    const wish = { name: "restored", isOver: false, endsSessions: false };
    const planned = await planRestore(context, { backup, target, wish, tables: [], onProgress });
    await planned.restore({ signal, onStep: () => undefined, confirm: undefined });
  };
  const databases = async () => {
    await using session = await engine.driver.connect(server.administrator());
    return (await session.all<{ name: string }>(databaseNames[version.name])).map(({ name }) => name);
  };
  const largest = (directory: string) => {
    const files = filesIn(join(directory, "dump")).map((name) => join(directory, "dump", name));
    return files.toSorted((a, b) => statSync(b).size - statSync(a).size)[0] ?? "";
  };

  beforeAll(async () => {
    server = await startServer(version);
    root = mkdtempSync("/tmp/rowhouse-test-");
    [open, sealed] = [await machineWithKeys({ isSealed: false }), await machineWithKeys({ isSealed: true })];
    {
      await using session = await engine.driver.connect(server.administrator());
      await session.run(sql`create database seal`);
    }
    await using session = await engine.driver.connect(server.administrator("seal"));
    await session.run(sql`create table t (id int primary key, note varchar(100) not null)`);
    await session.run(sql`insert into t values (1, ${canary}), (2, 'other')`);
    await session.run(sql`create view v_0417 as select id from t`);
    plainBackup = await take(open, false);
    sealedBackup = await take(sealed, true);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    for (const path of [root, open.keys, sealed.keys]) rmSync(path, { recursive: true, force: true });
  });

  test("are proved like any other", () => {
    expect(sealedBackup).toMatchObject({ state: "PROVED", verdict: { state: "sound" } });
  });

  test("show no row and no definition; one that is not encrypted shows both", () => {
    const showing = (backup: TakenBackup, text: string) => filesIn(backup.directory).filter((name) => shows(join(backup.directory, name), text));
    expect(showing(plainBackup, canary)).not.toEqual([]);
    expect(showing(plainBackup, "v_0417")).not.toEqual([]);
    expect([showing(sealedBackup, canary), showing(sealedBackup, "v_0417")]).toEqual([[], []]);
    const named = ["certificate.json", "manifest.json", "manifest.json.minisig"];
    expect(filesIn(sealedBackup.directory).filter((name) => !name.endsWith(".age"))).toEqual(expect.arrayContaining(named));
    for (const name of filesIn(sealedBackup.directory).filter((one) => one.endsWith(".age")))
      expect(readFileSync(join(sealedBackup.directory, name)).subarray(0, 21).toString()).toBe("age-encryption.org/v1");
  });

  test("restore on a server, opened by the same keys; one that was changed, or that no key opens, leaves the server as it was", async () => {
    const changed = copyOf(sealedBackup);
    const bytes = readFileSync(largest(changed));
    writeFileSync(largest(changed), Buffer.concat([bytes, Buffer.from("x")]));
    await expect(restore(sealed, changed)).rejects.toMatchObject({ code: "RH-BACKUP-011" });
    const other = await machineWithKeys({ isSealed: true });
    await rewriteManifest(changed, (manifest) => manifest, other);
    await expect(restore(other, changed)).rejects.toMatchObject({ code: "RH-BACKUP-004" });
    expect(await databases()).not.toContain("restored");
    await restore(sealed, sealedBackup.directory);
    await using session = await engine.driver.connect(server.administrator("restored"));
    expect(await session.all(sql`select note from t where id = 1`)).toEqual([{ note: canary }]);
    rmSync(other.keys, { recursive: true });
  });

  test("leave no plain file behind on this machine", () => {
    const dumps = readdirSync("/var/tmp").map((name) => join("/var/tmp", name, "dump"));
    const left = dumps.filter((dump) => existsSync(dump) && filesIn(dump).some((name) => shows(join(dump, name), canary)));
    expect(left).toEqual([]);
  });

  test("hold no secret in what is not encrypted", () => {
    const identity = readFileSync(join(sealed.keys, "identity.txt"), "utf8").split("\n")[1] ?? "";
    expect(identity).toMatch(/^AGE-SECRET-KEY-1/);
    for (const name of filesIn(sealedBackup.directory)) expect(shows(join(sealedBackup.directory, name), identity)).toBe(false);
  });

  test("open with age, and their manifest is vouched for by minisign", async () => {
    const [signer] = (await ownKeyring(sealed)).signers;
    execFileSync("minisign", ["-Vq", "-m", join(sealedBackup.directory, "manifest.json"), "-P", signer?.text ?? ""]);
    const opened = filesIn(sealedBackup.directory)
      .filter((name) => name.endsWith(".age"))
      .map((name) => {
        const out = join(root, "opened");
        execFileSync("age", ["-d", "-i", join(sealed.keys, "identity.txt"), "-o", out, join(sealedBackup.directory, name)]);
        return shows(out, canary);
      });
    expect(opened).toContain(true);
  });

  test("with a manifest that was edited, hashes recomputed, FAIL", async () => {
    for (const backup of [plainBackup, sealedBackup]) {
      const directory = copyOf(backup);
      await rewriteManifest(directory, (manifest) => ({ ...manifest, tables: manifest.tables.map((table) => ({ ...table, rows: 1 })) }));
      const { state, verdict } = await proofOf(backup === plainBackup ? open : sealed, directory);
      expect([state, verdict]).toMatchObject([
        "FAILED",
        { findings: [{ subject: "file manifest.json.minisig", seen: expect.stringContaining("does not fit") }] },
      ]);
    }
  });

  test("with the manifest and files of another one, or without a signature, FAIL", async () => {
    const other = await take(open, false);
    const swapped = copyOf(plainBackup);
    for (const name of filesIn(other.directory)) copyFileSync(join(other.directory, name), join(swapped, name));
    expect(await proofOf(open, swapped)).toMatchObject({
      state: "FAILED",
      verdict: { findings: [{ seen: expect.stringContaining(`manifest ${other.id}`) }] },
    });
    const unsigned = copyOf(plainBackup);
    rmSync(join(unsigned, "manifest.json.minisig"));
    expect(await proofOf(open, unsigned)).toMatchObject({
      state: "FAILED",
      verdict: { findings: [{ seen: expect.stringContaining("it is missing") }] },
    });
  });

  test("of another machine are said to be that, and nothing is written", async () => {
    const directory = copyOf(plainBackup);
    await expect(proofOf(sealed, directory)).rejects.toMatchObject({ code: "RH-BACKUP-005", message: expect.stringMatching(/key [0-9A-F]{16}/) });
    expect(filesIn(directory)).not.toContain("certificate.json");
  });

  test("do not open with another key, by name", async () => {
    const { signers } = await ownKeyring(sealed);
    const { identities } = await ownKeyring(await machineWithKeys({ isSealed: true }));
    const proving = proveBackup(sealed, { engine, directory: copyOf(sealedBackup), signal, onProgress, keyring: { signers, identities } });
    await expect(proving).rejects.toMatchObject({ code: "RH-BACKUP-004", message: expect.stringContaining("none of the keys here opens") });
  });

  test.each(["in the middle", "at the end", "cut"])(
    "that do not authenticate (%s) FAIL naming the file, even when they are signed",
    async (where) => {
      const directory = copyOf(sealedBackup);
      const path = largest(directory);
      const bytes = readFileSync(path);
      const at = where === "in the middle" ? bytes.length >> 1 : bytes.length - 1;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(path, where === "cut" ? bytes.subarray(0, -40) : bytes);
      await rewriteManifest(directory, (manifest) => manifest, sealed);
      const { state, verdict } = await proofOf(sealed, directory);
      expect([state, verdict]).toMatchObject(["FAILED", { findings: [{ subject: "encryption", seen: expect.stringContaining(path) }] }]);
    },
  );

  test("are not taken with a key that others can read", async () => {
    const loose = await machineWithKeys({ isSealed: true });
    for (const name of ["signing.pem", "identity.txt"]) {
      chmodSync(join(loose.keys, name), 0o640);
      await expect(take(loose, false)).rejects.toMatchObject({ code: "RH-FILE-003", message: expect.stringContaining(name) });
      chmodSync(join(loose.keys, name), 0o600);
    }
    expect((await take(loose, false)).state).toBe("TAKEN");
    for (const name of readdirSync(loose.keys)) expect([name, statSync(join(loose.keys, name)).mode & 0o077]).toEqual([name, 0]);
  });

  test("say whom they are encrypted to", () => {
    expect(readManifestOf(plainBackup.directory).encryption).toBeUndefined();
    expect(readManifestOf(sealedBackup.directory).encryption).toEqual({ format: "age", recipient: expect.stringMatching(/^age1/) });
  });
});
