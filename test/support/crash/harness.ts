// kill -9 at every step (TRAP-19): runs a writer in a process of its own, attaches strace(1) once its modules are loaded, and
// lets the kernel kill it at the N-th call of one system call, for every changing call that an unharmed run makes. After
// each kill the case looks at what is left, then the writer runs again and the case looks once more. One thread does all
// file work (UV_THREADPOOL_SIZE=1, no io_uring), so that the calls come in the same order each time. Attaching instead of
// starting under strace leaves node's own start out, and needs no list of paths: temporary names are not known beforehand.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

export interface CrashCase {
  readonly title: string;
  /** JavaScript that imports from ./platform/*.js and exports `write(directory)`; it may be repeated after any kill. */
  readonly script: string;
  /** Makes the state that the writer finds. */
  readonly prepare: (directory: string) => void;
  /** What is wrong with what a killed run left, undefined when nothing is. */
  readonly afterKill: (directory: string) => string | undefined;
  /** What is wrong after the next run, which nobody killed. */
  readonly afterNext: (directory: string) => string | undefined;
}

export interface CrashReport {
  readonly title: string;
  /** Kill points of an unharmed run, and how many of them were tried. */
  readonly points: number;
  readonly tried: number;
  /** Runs that ended before their kill point came. */
  readonly unharmed: number;
  /** What was wrong, with the kill point. */
  readonly found: readonly string[];
}

interface KillPoint {
  readonly call: string;
  readonly nth: number;
}

const calls =
  "openat write pwrite64 writev fsync fdatasync ftruncate chmod fchmod fchmodat chown fchown fchownat rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir copy_file_range sendfile ioctl bind listen".split(
    " ",
  );
const isolation = { UV_THREADPOOL_SIZE: "1", UV_USE_IO_URING: "0" };

/** Tries every `every`-th kill point from `offset` on. `modules` is what `compilePlatform` returned. */
export async function killAtEverySyscall(
  what: CrashCase,
  options: { readonly modules: string; readonly every: number; readonly offset: number },
): Promise<CrashReport> {
  const script = join(options.modules, `case-${what.title.replaceAll(/\W+/g, "-")}.mjs`);
  writeFileSync(script, `${what.script}\n${main}`);
  const points = await killPoints(what, script);
  const chosen = points.filter((_point, index) => index % options.every === options.offset % options.every);
  const found: string[] = [];
  let unharmed = 0;
  for (const point of chosen) {
    const { wasKilled, seen } = await tryPoint(what, script, point);
    if (!wasKilled) unharmed++;
    found.push(...seen.map((text) => `killed at ${point.call} ${point.nth}: ${text}`));
  }
  return { title: what.title, points: points.length, tried: chosen.length, unharmed, found };
}

/** Says that it is ready, waits to be told, and writes; nothing of it runs when the module is imported. */
const main = `
if (process.argv[2]) {
  process.umask(0);
  process.stdout.write("ready");
  process.stdin.once("data", () => write(process.argv[2]).then(() => process.exit(0)));
}`;

async function killPoints(what: CrashCase, script: string): Promise<readonly KillPoint[]> {
  return inDirectory(what, async (directory) => {
    const log = `${directory}.strace`;
    const exitCode = await runTraced(script, directory, ["-o", log, "-e", `trace=${calls.join(",")}`]);
    const counts = countCalls(readFileSync(log, "utf8"));
    rmSync(log);
    const wrong = exitCode === 0 ? what.afterNext(directory) : `it ended with ${exitCode}`;
    if (wrong) throw new Error(`${what.title}: the unharmed run is wrong: ${wrong}`);
    return [...counts].flatMap(([call, count]) => Array.from({ length: count }, (_none, index) => ({ call, nth: index + 1 })));
  });
}

/** How often the busiest thread makes each call: strace counts per thread. */
function countCalls(log: string): ReadonlyMap<string, number> {
  const perThread = new Map<string, number>();
  for (const [, thread, call] of log.matchAll(/^(\d+) +(\w+)\(/gm)) perThread.set(`${thread} ${call}`, (perThread.get(`${thread} ${call}`) ?? 0) + 1);
  const counts = new Map<string, number>();
  for (const [key, count] of perThread) {
    const call = key.split(" ")[1] as string;
    counts.set(call, Math.max(count, counts.get(call) ?? 0));
  }
  return counts;
}

async function tryPoint(what: CrashCase, script: string, { call, nth }: KillPoint) {
  return inDirectory(what, async (directory) => {
    const exitCode = await runTraced(script, directory, [
      "-o",
      "/dev/null",
      "-e",
      `trace=${call}`,
      "-e",
      `inject=${call}:signal=SIGKILL:when=${nth}`,
    ]);
    const first = what.afterKill(directory);
    const { write } = (await import(/* @vite-ignore */ pathToFileURL(script).href)) as { write: (directory: string) => Promise<unknown> };
    const thrown = await write(directory).then(
      () => undefined,
      (cause: unknown) => `the next run failed: ${String(cause)}`,
    );
    return { wasKilled: exitCode !== 0, seen: [first, thrown ?? what.afterNext(directory)].filter((text) => text !== undefined) };
  });
}

async function inDirectory<T>(what: CrashCase, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "rowhouse-crash-"));
  try {
    what.prepare(directory);
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Exit code of the writer, null when it was killed. */
async function runTraced(script: string, directory: string, arguments_: readonly string[]): Promise<number | null> {
  const writer = spawn(process.execPath, [script, directory], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...isolation } });
  const ended = once(writer, "close") as Promise<[number | null]>;
  await once(writer.stdout, "data");
  const tracer = spawn("/usr/bin/strace", ["-f", "-qq", "-p", String(writer.pid), ...arguments_], { stdio: ["ignore", "ignore", "inherit"] });
  const traced = once(tracer, "close");
  await attached(writer);
  writer.stdin.end("go");
  const [exitCode] = await ended;
  await traced;
  return exitCode;
}

async function attached(writer: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 2_000; attempt++) {
    const threads = readdirSync(`/proc/${writer.pid}/task`);
    const isTraced = threads.every((thread) => !/^TracerPid:\t0$/m.test(readFileSync(`/proc/${writer.pid}/task/${thread}/status`, "utf8")));
    if (isTraced) return;
    await sleep(5);
  }
  throw new Error(`strace did not attach to pid ${writer.pid} within 10 s`);
}
