// Another machine to keep backups on: an sshd of our own on loopback that gives SFTP and nothing else, with keys of its own in a
// directory of its own, ended by its pid. Connections can be cut as a pulled cable would, and the whole machine be switched off.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { systemClock, waitFor } from "../../../src/platform/clock.ts";
import { isPortFree } from "../../../src/platform/network.ts";
import { freePort } from "../houses.ts";

export interface Vault extends AsyncDisposable {
  /** `sftp://user@127.0.0.1:PORT/…` of a directory in it. */
  address(directory: string): string;
  /** The same directory, seen without the connection. */
  place(directory: string): string;
  /** Says where the keys are. */
  readonly env: Readonly<Record<string, string>>;
  /** A key that nobody lets in, and a file with the key of another host. */
  readonly wrong: { readonly key: string; readonly knownHosts: string };
  /** Ends every connection; returns how many there were. */
  cut(): number;
  off(): Promise<void>;
  on(): Promise<void>;
}

export async function startVault(root: string): Promise<Vault> {
  const [remote, keys] = [join(root, "remote"), join(root, "ssh")];
  for (const path of [remote, keys]) mkdirSync(path, { recursive: true });
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true }); // sshd wants it, whoever starts it
  const port = await freePort();
  for (const name of ["host", "client", "other"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(keys, name)]);
  const hostLine = (name: string) =>
    `[127.0.0.1]:${port} ${readFileSync(join(keys, `${name}.pub`), "utf8")
      .split(" ")
      .slice(0, 2)
      .join(" ")}\n`;
  writeFileSync(join(keys, "known_hosts"), hostLine("host"));
  writeFileSync(join(keys, "known_other"), hostLine("other"));
  writeFileSync(join(keys, "sshd_config"), `${settings(keys, port).join("\n")}\n`);
  const pidFile = join(keys, "sshd.pid");
  const daemon = () => (existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : undefined);
  const cut = () => {
    const sessions = descendantsOf(daemon());
    for (const pid of sessions) endOne(pid);
    return sessions.length;
  };
  const on = async () => {
    execFileSync("/usr/sbin/sshd", ["-f", join(keys, "sshd_config")]);
    await waitFor(systemClock, { withinMs: 10_000, everyMs: 20 }, async () => ((await isPortFree("127.0.0.1", port)) ? undefined : true));
  };
  const off = async () => {
    const pid = daemon();
    cut();
    if (pid !== undefined) endOne(pid);
    rmSync(pidFile, { force: true });
    await waitFor(systemClock, { withinMs: 10_000, everyMs: 20 }, async () => ((await isPortFree("127.0.0.1", port)) ? true : undefined));
  };
  await on();
  return {
    address: (directory) => `sftp://${userInfo().username}@127.0.0.1:${port}${join(remote, directory)}`,
    place: (directory) => join(remote, directory),
    env: { ROWHOUSE_SFTP_KEY: join(keys, "client"), ROWHOUSE_SFTP_KNOWN_HOSTS: join(keys, "known_hosts") },
    wrong: { key: join(keys, "other"), knownHosts: join(keys, "known_other") },
    cut,
    off,
    on,
    [Symbol.asyncDispose]: async () => {
      await off();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function settings(keys: string, port: number): readonly string[] {
  return [
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
}

function endOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone meanwhile
  }
}

/** Its children and theirs, the last ones first. */
function descendantsOf(pid: number | undefined): readonly number[] {
  if (pid === undefined) return [];
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
  return [...children.flatMap(descendantsOf), ...children];
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined; // gone meanwhile
  }
}
