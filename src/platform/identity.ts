// Which process this is, so that a recorded pid is never mistaken for another process that got the same number: pid, start
// time in clock ticks and boot id together. Source: proc(5).
import { readFile, readdir, readlink, realpath } from "node:fs/promises";
import { hostname } from "node:os";

export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: ticks since boot. */
  readonly startTicks: number;
  readonly bootId: string;
  readonly host: string;
}

/** The identity of a live process, undefined when there is none (a zombie is none). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, startTicks: Number(fields[19]), bootId: await bootId(), host: hostname() };
}

/** True while exactly this process lives. A process of another host counts as alive: it cannot be asked. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.host !== hostname()) return true;
  const now = await identify(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/** Where a process works, undefined when it is gone or not ours to look into. */
export async function workingDirectoryOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}

/** Pids of the processes of `program` whose working directory is `directory`: how the orphans of a server are found. */
export async function pidsWorkingIn(directory: string, program: string): Promise<readonly number[]> {
  const wanted = await realpath(program).catch(() => program);
  return pidsWhere(async (pid) => pid !== process.pid && (await readlink(`/proc/${pid}/cwd`)) === directory && (await isRunning(pid, wanted)));
}

/** Pids of processes that were started with `path`, or something below it, in one of their words: how children of a killed run are found. */
export async function pidsNaming(path: string): Promise<readonly number[]> {
  return pidsWhere(async (pid) => {
    if (pid === process.pid) return false;
    const words = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
    return words.some((word) => word === path || word.endsWith(`=${path}`) || word.includes(`${path}/`));
  });
}

/** A process that is ending has no program any more, but still its working directory and its sockets: it counts until it is gone. */
async function isRunning(pid: number, program: string): Promise<boolean> {
  const link = await readlink(`/proc/${pid}/exe`).catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return program;
    throw cause;
  });
  return link.replace(/ \(deleted\)$/, "") === program;
}

/** Pids of the processes that hold one of these socket inodes open. */
export async function pidsHolding(inodes: readonly string[]): Promise<readonly number[]> {
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`));
  return pidsWhere(async (pid) => {
    const descriptors = await readdir(`/proc/${pid}/fd`);
    for (const descriptor of descriptors) {
      const link = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      if (wanted.has(link)) return true;
    }
    return false;
  });
}

/** What a process is called, for a message: its command line, or its name in brackets. */
export async function commandOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (line !== "") return line.replaceAll("\0", " ").trim().slice(0, 120);
  return `[${(await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "gone")).trim()}]`;
}

async function pidsWhere(test: (pid: number) => Promise<boolean>): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    if (await test(pid).catch(() => false)) found.push(pid); // not ours to look into, or gone meanwhile
  }
  return found;
}
