// J15 on a real sshd: backups copied to another machine, read back, and proved and restored straight from there. What is cut is made
// whole or told, another machine and another key are refused, and nothing there ever looks like a backup that is not whole.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../src/foundation/sql.ts";
import { perform } from "../../src/foundation/plan.ts";
import { type CopiedBackup, planCopy } from "../../src/operations/backup/copy.ts";
import { planRemoteCopy } from "../../src/operations/backup/copy-remote.ts";
import { listBackups } from "../../src/operations/backup/list.ts";
import { openMirror } from "../../src/operations/backup/mirror.ts";
import { planProofs, type ProvedAgain } from "../../src/operations/backup/prove-again.ts";
import { remoteStore } from "../../src/operations/backup/remote.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import type { Context } from "../../src/platform/context.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { clockAt, keep, type MadeStore, makeStore, verdicts } from "../support/backup/made-store.ts";
import { startVault, type Vault } from "../support/backup/vault.ts";
import { rowhouse } from "../support/houses.ts";
import { engineVersions, testContext } from "../support/servers.ts";

const [first, second] = ["20260101T000000Z-aaaa", "20260102T000000Z-bbbb"] as const;
const server = "postgres-0123456789abcdef";

let vault: Vault;
beforeAll(async () => {
  vault = await startVault(mkdtempSync("/tmp/rowhouse-vault-"));
});
afterAll(() => vault[Symbol.asyncDispose]());

describe("backups on their way to another machine", () => {
  let store: MadeStore;
  beforeAll(async () => {
    store = await makeStore();
    await keep(clockAt("2026-01-02T00:00:00.000Z"), await store.add(first), verdicts.sound);
    await store.add(second, {}, randomBytes(40_000_000));
  });
  afterAll(() => store[Symbol.asyncDispose]());

  const contextWith = (more: Readonly<Record<string, string>> = {}): Context => ({
    ...testContext,
    clock: { ...systemClock, sleep: () => systemClock.sleep(20) },
    environment: { ...process.env, ...vault.env, ...more },
  });
  const copy = async (id: string, to: string, context = contextWith()): Promise<CopiedBackup | undefined> => {
    const backups = (await listBackups(context, store.directory)).filter((backup) => backup.id === id);
    const copied: CopiedBackup[] = [];
    const signal = new AbortController().signal;
    const remote = await remoteStore(context, vault.address(to));
    const onCopied = (one: CopiedBackup) => void copied.push(one);
    await perform(await planRemoteCopy(context, { backups, to: remote, signal, onProgress: () => undefined, onCopied }), { signal });
    return copied[0];
  };
  const there = async (to: string) => (await listBackups(testContext, vault.place(to))).map(({ id, state }) => [id, state]);
  /** Resolves when so much of a file is at the other end. */
  const arrived = (name: string, bytes: number) =>
    waitFor(systemClock, { withinMs: 30_000, everyMs: 2 }, async () =>
      (statSync(name, { throwIfNoEntry: false })?.size ?? 0) >= bytes ? true : undefined,
    );

  test("get there with their certificates, and are read again the next time", async () => {
    expect(await copy(first, "one/store")).toMatchObject({ state: "COPIED" });
    expect(await there("one/store")).toEqual([[first, "PROVED"]]);
    const directory = join(vault.place("one/store"), server, first);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(await copy(first, "one/store")).toMatchObject({ state: "THERE" });
  });

  test("FAIL when a byte there is another one, a file is missing, or one is too many", async () => {
    const directory = join(vault.place("one/store"), server, first);
    const words = join(directory, "dump/words");
    const was = readFileSync(words);
    writeFileSync(words, was.toString().replace("one", "One"));
    expect(await copy(first, "one/store")).toMatchObject({ state: "FAILED", because: expect.stringContaining("file dump/words is not what it was") });
    rmSync(words);
    expect(await copy(first, "one/store")).toMatchObject({ state: "FAILED", because: expect.stringContaining("file dump/words ") });
    writeFileSync(words, was);
    writeFileSync(join(directory, "dump/more"), "");
    expect(await copy(first, "one/store")).toMatchObject({ state: "FAILED", because: expect.stringContaining("file dump/more ") });
  });

  test("get there whole although the connection is cut half-way", async () => {
    const partial = join(vault.place("cut"), server, `${second}.partial`, "dump/bulk#P#p0");
    const copying = copy(second, "cut");
    expect(await arrived(partial, 1_000_000)).toBe(true);
    expect(vault.cut()).toBeGreaterThan(0);
    expect(await copying).toMatchObject({ state: "COPIED" });
    expect(await there("cut")).toEqual([[second, "TAKEN"]]);
  });

  test("look like none while the other machine stays off, and go on when it is back", async () => {
    const partial = join(vault.place("off"), server, `${second}.partial`, "dump/bulk#P#p0");
    const copying = copy(second, "off");
    expect(await arrived(partial, 1_000_000)).toBe(true);
    await vault.off();
    expect(await copying).toMatchObject({ state: "FAILED", because: expect.stringContaining("no connection with 127.0.0.1") });
    expect(await there("off")).toEqual([[`${second}.partial`, "UNFINISHED"]]);
    await expect(copy(second, "off")).rejects.toMatchObject({ code: "RH-BACKUP-030" });
    await vault.on();
    expect(await copy(second, "off")).toMatchObject({ state: "COPIED" });
    expect(readdirSync(join(vault.place("off"), server))).toEqual([second]);
  });

  test("come back one by one: one of which a file is missing there FAILS, in a copy and in a proof, and the others go on", async () => {
    for (const id of [first, second]) expect(await copy(id, "back")).toMatchObject({ state: "COPIED" });
    rmSync(join(vault.place("back"), server, second, "dump/words"));
    const from = await remoteStore(contextWith(), vault.address("back"));
    const { signal } = new AbortController();
    await using mirror = await openMirror(contextWith(), from, signal);
    const copied: CopiedBackup[] = [];
    const to = mkdtempSync("/tmp/rowhouse-back-");
    const backups = mirror.backups.toSorted((a, b) => (a.id < b.id ? 1 : -1)); // the bad one first
    const common = { backups, mirror, onProgress: () => undefined };
    const onCopied = (one: CopiedBackup) => void copied.push(one);
    await perform(await planCopy(contextWith(), { ...common, store: mirror.directory, to, onCopied }), { signal });
    rmSync(to, { recursive: true });
    expect(copied.map(({ id, state }) => [id, state])).toEqual([
      [second, "FAILED"],
      [first, "COPIED"],
    ]);
    const proofs: ProvedAgain[] = [];
    await perform(await planProofs(contextWith(), { ...common, backups: backups.slice(0, 1), onProved: (one) => void proofs.push(one) }), { signal });
    expect(proofs.map(({ proof }) => [proof?.state, proof?.because])).toEqual([["FAILED", expect.stringContaining("dump/words is missing")]]);
  });

  test("keep the proof that somebody else sent there meanwhile", async () => {
    expect(await copy(first, "twice")).toMatchObject({ state: "COPIED" });
    const from = await remoteStore(contextWith(), vault.address("twice"));
    const { signal } = new AbortController();
    const certificate = join(vault.place("twice"), server, first, "certificate.json");
    for (const isOther of [false, true]) {
      await using mirror = await openMirror(contextWith(), from, signal);
      const [backup] = mirror.backups;
      if (!backup) throw new Error("it is not there");
      await mirror.bring(backup, signal);
      await keep(clockAt("2026-01-03T00:00:00.000Z"), backup.directory, verdicts.sound);
      if (isOther) await keep(clockAt("2026-01-04T00:00:00.000Z"), join(vault.place("twice"), server, first), verdicts.faulty);
      const sent = mirror.sendBack(backup, signal);
      if (isOther) await expect(sent).rejects.toMatchObject({ code: "RH-LOCK-001" });
      else await sent;
      expect(JSON.parse(readFileSync(certificate, "utf8"))).toMatchObject({ at: `2026-01-0${isOther ? 4 : 3}T00:00:00.000Z` });
    }
  });

  test("stay here when the host has another key, or refuses ours", async () => {
    const { key, knownHosts } = vault.wrong;
    await expect(copy(first, "no", contextWith({ ROWHOUSE_SFTP_KNOWN_HOSTS: knownHosts }))).rejects.toMatchObject({ code: "RH-BACKUP-031" });
    await expect(copy(first, "no", contextWith({ ROWHOUSE_SFTP_KNOWN_HOSTS: "/dev/null" }))).rejects.toMatchObject({ code: "RH-BACKUP-031" });
    await expect(copy(first, "no", contextWith({ ROWHOUSE_SFTP_KEY: key }))).rejects.toMatchObject({ code: "RH-BACKUP-031" });
    expect(() => statSync(vault.place("no"))).toThrow();
  });
});

describe.each(await engineVersions())("a second place on another machine, of $title", (version) => {
  let chinook: ChinookServer;
  let to: string;
  let id: string;
  beforeAll(async () => {
    chinook = await startChinook(version);
    to = vault.address(version.name);
    id = ((await chinook.take("--no-prove")).json.result as { readonly id: string }).id;
  });
  afterAll(() => chinook[Symbol.asyncDispose]());

  const command = (...args: readonly string[]) => rowhouse(["backup", ...args, "--json"], { ...chinook.env, ...vault.env });
  const restoreInto = (name: string) => command("restore", id, "--into", name, "--target", chinook.target.replace(/\/\w+$/, ""), "--store", to);
  const someFile = () => {
    const root = vault.place(version.name);
    const name = readdirSync(root, { recursive: true, encoding: "utf8" }).find((one) => one.endsWith(".gz")) ?? "";
    return join(root, name);
  };

  test("is proved and restored straight from there, and the proof is kept there", async () => {
    const copied = await command("copy", "--to", to, "--store", join(chinook.directory, "store"));
    expect([copied.exitCode, copied.json.result]).toMatchObject([0, { to, backups: [{ id, state: "COPIED" }] }]);
    const proved = await command("prove", "--store", to);
    expect([proved.exitCode, proved.json.result]).toMatchObject([0, [{ id, state: "PROVED" }]]);
    expect((await restoreInto("from_afar")).json.result).toMatchObject({ backup: id, database: "from_afar", tables: 11 });
    await using session = await version.engine.driver.connect(chinook.server.administrator("from_afar"));
    expect(await session.all(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });

  test("that has another byte is not restored, and the list from there still tells of the proof", async () => {
    const bytes = readFileSync(someFile());
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(someFile(), bytes);
    const refused = await restoreInto("broken");
    expect([refused.exitCode, refused.json.problem?.code]).toEqual([6, "RH-BACKUP-011"]);
    expect((await command("list", "--store", to)).json.result).toMatchObject({ store: to, backups: [{ id, state: "PROVED" }] });
  });
});
