// J15 over a real sshd: backups are copied into a directory that sshfs mounts. The connection is cut, and the copying killed, at many
// moments: nothing at the other end ever looks like a backup that is not whole, the next run goes on, and proving works straight from there.
// From Debian's packages openssh-server and sshfs; as root.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { listBackups, type ListedBackup } from "../../src/operations/backup/list.ts";
import { startChinook } from "../support/backup/chinook.ts";
import { freePort, rowhouse } from "../support/houses.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";
import { engineVersions, testContext } from "../support/servers.ts";

const program = fileURLToPath(new URL("../../bin/rowhouse", import.meta.url));

export async function run({ engine, size = 20, seed, print }: SceneOptions): Promise<SceneResult> {
  for (const path of ["/usr/sbin/sshd", "/usr/bin/sshfs", "/dev/fuse"]) if (!existsSync(path)) throw new Error(`${path} is missing`);
  const version = (await engineVersions()).find(({ name }) => name === engine);
  if (!version) throw new Error(`no server of ${engine}`);
  const root = mkdtempSync("/tmp/rowhouse-second-");
  await using chinook = await startChinook(version);
  const store = join(chinook.directory, "store");
  const env = { ROWHOUSE_KEYS: join(root, "keys"), ROWHOUSE_PREPARED: "1" };
  const found: string[] = [];
  const vault = await startVault(root);
  try {
    const taken = await rowhouse(["backup", "take", "--target", chinook.target, "--store", store, "--json"], { ...env, ...chinook.env });
    if (taken.exitCode !== 0) throw new Error(`no backup to copy: ${taken.stderr}`);
    const seen: Record<string, number> = {};
    const at = () => listBackups({ ...testContext, environment: env }, join(vault.remote, "store"));
    for (let one = 0; one < size; one++) {
      vault.mount();
      const cut = one % 2 === 0 ? "the connection is cut" : "the copying is killed";
      const waitMs = (seed * 31 + one * 97) % 500;
      await copyAndCut({ store, to: join(vault.mounted, "store"), env, waitMs, remote: vault.remote, cut: one % 2 === 0 ? vault.cut : undefined });
      vault.unmount();
      const there = await at();
      for (const { state } of there) seen[state] = (seen[state] ?? 0) + 1;
      found.push(...falselyThere(there).map((what) => `${cut} after ${waitMs} ms: ${what}`));
      if (there.some(({ state }) => state !== "UNFINISHED")) rmSync(join(vault.remote, "store"), { recursive: true });
      else if (one % 3 === 0) rmSync(join(vault.remote, "store"), { recursive: true, force: true }); // others go on where they stopped
    }
    print(`${size} times cut; at the other end afterwards: ${JSON.stringify(seen)}`);
    vault.mount();
    const to = join(vault.mounted, "store");
    const whole = await rowhouse(["backup", "copy", "--to", to, "--store", store, "--json"], env);
    if (whole.exitCode !== 0) found.push(`copying ended with ${whole.exitCode}: ${whole.stdout}${whole.stderr}`);
    const proved = await rowhouse(["backup", "prove", "--store", to, "--json"], env);
    if (proved.exitCode !== 0) found.push(`proving there ended with ${proved.exitCode}: ${proved.stdout}${proved.stderr}`);
    print(`copied, then proved from there: exit ${whole.exitCode}, ${proved.exitCode}`);
    flipOneByte(join(vault.remote, "store"));
    const again = await rowhouse(["backup", "copy", "--to", to, "--store", store, "--json"], env);
    if (again.exitCode !== 6) found.push(`a byte that was flipped there was not seen: exit ${again.exitCode}`);
    return { N: size, found, seen };
  } finally {
    vault.unmount();
    vault.end();
    rmSync(root, { recursive: true, force: true });
  }
}

/** What has a backup's name and is none that can be used. */
function falselyThere(backups: readonly ListedBackup[]): readonly string[] {
  return backups.filter(({ state }) => state === "BROKEN").map(({ id, because }) => `${id} is there and is none: ${because}`);
}

interface Cutting {
  readonly store: string;
  readonly to: string;
  readonly env: Readonly<Record<string, string>>;
  /** From when something of it is at the other end. */
  readonly waitMs: number;
  readonly remote: string;
  /** Instead of killing the copying itself. */
  readonly cut: (() => void) | undefined;
}

async function copyAndCut({ store, to, env, waitMs, remote, cut }: Cutting): Promise<void> {
  const child = spawn(process.execPath, [program, "backup", "copy", "--to", to, "--store", store], {
    env: { ...process.env, ...env },
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const began = async () => {
    await waitFor(systemClock, { withinMs: 30_000, everyMs: 5 }, async () => (partialIn(remote) ? true : undefined));
    await systemClock.sleep(waitMs);
  };
  await Promise.race([ended, began()]);
  if (cut) cut();
  else child.kill("SIGKILL");
  await ended;
}

function partialIn(remote: string): boolean {
  return readdirSync(remote, { recursive: true, encoding: "utf8" }).some((name) => name.endsWith(".partial"));
}

interface Vault {
  /** What is at the other end, seen without the connection. */
  readonly remote: string;
  readonly mounted: string;
  mount(): void;
  unmount(): void;
  /** Ends the connection as a pulled cable would. */
  cut(): void;
  end(): void;
}

async function startVault(root: string): Promise<Vault> {
  const [remote, mounted, keys] = [join(root, "remote"), join(root, "mounted"), join(root, "ssh")];
  for (const path of [remote, mounted, keys, "/run/sshd"]) mkdirSync(path, { recursive: true });
  const port = await freePort();
  for (const name of ["host", "client"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(keys, name)]);
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(keys, "host")}`,
    `AuthorizedKeysFile ${join(keys, "client.pub")}`,
    `PidFile ${join(keys, "sshd.pid")}`,
    "StrictModes no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "UsePAM no",
    "Subsystem sftp internal-sftp",
    "ForceCommand internal-sftp",
  ];
  writeFileSync(join(keys, "sshd_config"), `${settings.join("\n")}\n`);
  execFileSync("/usr/sbin/sshd", ["-f", join(keys, "sshd_config")]);
  const daemon = () => Number(readFileSync(join(keys, "sshd.pid"), "utf8"));
  const options = `IdentityFile=${join(keys, "client")},StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null`;
  return {
    remote,
    mounted,
    mount: () => execFileSync("sshfs", ["-p", String(port), "-o", options, `root@127.0.0.1:${remote}`, mounted]),
    unmount: () => {
      try {
        execFileSync("fusermount3", ["-u", "-z", mounted], { stdio: "ignore" });
      } catch {
        // sshfs ended with the connection and took its mount away
      }
    },
    cut: () => {
      for (const pid of childrenOf(daemon())) process.kill(pid, "SIGKILL");
    },
    end: () => process.kill(daemon(), "SIGTERM"),
  };
}

function childrenOf(pid: number): readonly number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return all.filter((name) => parentOf(name) === pid).map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined; // gone meanwhile
  }
}

function flipOneByte(store: string): void {
  const name = readdirSync(store, { recursive: true, encoding: "utf8" }).find((one) => /\.gz$/.test(one));
  const path = join(store, name ?? "");
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
