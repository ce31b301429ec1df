// J15 over a real sshd: backups are copied to another machine by SFTP. The connection is cut, and the copying killed, at many moments,
// and the disk there is full: nothing at the other end ever looks like a backup that is not whole, the next run goes on, and proving and
// restoring work straight from there. From Debian's package openssh-server; as root.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { listBackups, type ListedBackup } from "../../src/operations/backup/list.ts";
import { startChinook } from "../support/backup/chinook.ts";
import { startVault, type Vault } from "../support/backup/vault.ts";
import { rowhouse } from "../support/houses.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";
import { engineVersions, testContext } from "../support/servers.ts";

const program = fileURLToPath(new URL("../../bin/rowhouse", import.meta.url));

export async function run({ engine, size = 20, seed, print }: SceneOptions): Promise<SceneResult> {
  if (!existsSync("/usr/sbin/sshd")) throw new Error("/usr/sbin/sshd is missing: apt-get install openssh-server");
  const version = (await engineVersions()).find(({ name }) => name === engine);
  if (!version) throw new Error(`no server of ${engine}`);
  const root = mkdtempSync("/tmp/rowhouse-second-");
  await using chinook = await startChinook(version);
  await using vault = await startVault(join(root, "vault"));
  const store = join(chinook.directory, "store");
  const env = { ROWHOUSE_KEYS: join(root, "keys"), ROWHOUSE_PREPARED: "1", ...vault.env, ...chinook.env };
  const command = (...args: readonly string[]) => rowhouse(["backup", ...args, "--json"], env);
  const found: string[] = [];
  const expectExit = (what: string, { exitCode, stdout, stderr }: Awaited<ReturnType<typeof command>>, wanted: number) => {
    if (exitCode !== wanted) found.push(`${what} ended with ${exitCode}: ${stdout}${stderr}`);
  };
  try {
    const taken = await command("take", "--target", chinook.target, "--store", store);
    if (taken.exitCode !== 0) throw new Error(`no backup to copy: ${taken.stderr}`);
    const at = (place: string) => listBackups({ ...testContext, environment: env }, vault.place(place));
    const seen: Record<string, number> = {};
    for (let one = 0; one < size; one++) {
      const cut = one % 2 === 0 ? "the connection is cut" : "the copying is killed";
      const waitMs = (seed * 31 + one * 97) % 700;
      await copyAndCut({ store, vault, env, waitMs, isCut: one % 2 === 0 });
      const there = await at("store");
      for (const { state } of there) seen[state] = (seen[state] ?? 0) + 1;
      found.push(...falselyThere(there).map((what) => `${cut} after ${waitMs} ms: ${what}`));
      if (there.some(({ state }) => state !== "UNFINISHED") || one % 3 === 0) rmSync(vault.place("store"), { recursive: true, force: true });
    }
    print(`${size} times cut; at the other end afterwards: ${JSON.stringify(seen)}`);
    await onFullDisk(vault, async () => {
      expectExit("copying to a full disk", await command("copy", "--to", vault.address("full/store"), "--store", store), 6);
      found.push(...falselyThere(await at("full/store")).map((what) => `on a full disk: ${what}`));
    });
    const to = vault.address("store");
    expectExit("copying", await command("copy", "--to", to, "--store", store), 0);
    expectExit("proving there", await command("prove", "--store", to), 0);
    const into = ["--into", "from_there", "--target", chinook.target.replace(/\/\w+$/, "")];
    expectExit("restoring from there", await command("restore", "latest", ...into, "--store", to), 0);
    print("copied, proved and restored from there");
    flipOneByte(vault.place("store"));
    expectExit("copying over a flipped byte", await command("copy", "--to", to, "--store", store), 6);
    expectExit("restoring a flipped byte", await command("restore", "latest", "--into", "flipped", ...into.slice(2), "--store", to), 6);
    return { N: size, found, seen };
  } finally {
    rmSync(join(root, "keys"), { recursive: true, force: true });
  }
}

/** What has a backup's name and is none that can be used. */
function falselyThere(backups: readonly ListedBackup[]): readonly string[] {
  return backups.filter(({ state }) => state === "BROKEN").map(({ id, because }) => `${id} is there and is none: ${because}`);
}

interface Cutting {
  readonly store: string;
  readonly vault: Vault;
  readonly env: Readonly<Record<string, string>>;
  /** From when something of it is at the other end. */
  readonly waitMs: number;
  /** The connection, instead of killing the copying itself. */
  readonly isCut: boolean;
}

async function copyAndCut({ store, vault, env, waitMs, isCut }: Cutting): Promise<void> {
  const argv = [program, "backup", "copy", "--to", vault.address("store"), "--store", store];
  const child = spawn(process.execPath, argv, { env: { ...process.env, ...env }, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const began = async () => {
    await waitFor(systemClock, { withinMs: 30_000, everyMs: 5 }, async () => (partialIn(vault.place("")) ? true : undefined));
    await systemClock.sleep(waitMs);
  };
  await Promise.race([ended, began()]);
  if (isCut) vault.cut();
  else child.kill("SIGKILL");
  await ended;
}

function partialIn(remote: string): boolean {
  return readdirSync(remote, { recursive: true, encoding: "utf8" }).some((name) => name.endsWith(".partial"));
}

async function onFullDisk(vault: Vault, act: () => Promise<void>): Promise<void> {
  const place = vault.place("full");
  mkdirSync(place, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "rowhouse-full", place]);
  try {
    await act();
  } finally {
    execFileSync("umount", [place]);
  }
}

function flipOneByte(store: string): void {
  const name = readdirSync(store, { recursive: true, encoding: "utf8" }).find((one) => /\.gz$/.test(one));
  const path = join(store, name ?? "");
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
