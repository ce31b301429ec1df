// Child processes: an argv array, an absolute program, a fixed environment, a process group of their own, a deadline, and
// both outputs drained. `run` is for programs that end, `start` for servers: their output goes to a file, so that they
// outlive whoever started them. No shell, ever.
import { type ChildProcess, spawn } from "node:child_process";
import { constants, hostname, setPriority } from "node:os";
import type { Readable } from "node:stream";
import { Problem } from "../foundation/problem.ts";
import type { Clock } from "./clock.ts";
import { inheritedDescriptors } from "./descriptors.ts";
import { openLog, type Owner } from "./files.ts";
import { identify, isAlive, pidsNaming, pidsWorkingIn, type ProcessIdentity } from "./identity.ts";

export interface Program {
  /** Absolute path of the program, then its arguments. */
  readonly argv: readonly string[];
  /** Added to a minimal environment (PATH, LANG, HOME); nothing else is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Runs as this user; needs root. */
  readonly owner?: Owner;
  /** Takes these permission bits from every file that it makes; ours unless given. */
  readonly umask?: number;
  /** Gives way to whatever serves on this machine. */
  readonly isBackground?: boolean;
}

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const usualOutputLimitBytes = 4_000_000;

/** Who was frozen finds every deadline past when it wakes, and is told only then that the child ended long ago. */
const wakingMs = 100;

/** Runs a program to its end and returns what it said. Throws RH-PROC-001 on a non-zero exit, RH-PROC-002 when it takes too long. */
export async function run(program: Asked): Promise<Finished> {
  const finished = await runAnyway(program);
  if (finished.exitCode === 0) return finished;
  const said = (finished.stderr.trim() || finished.stdout.trim()).split("\n").slice(-5).join("; ");
  const end = `${program.argv[0]} ${describeEnd(finished.exitCode)}: ${said || "no output"}`;
  if (saysDiskFull(finished.stderr + finished.stdout)) throw diskFull(end);
  throw new Problem("RH-PROC-001", end, {
    hint: `Run it by hand: ${program.argv.join(" ")}`,
  });
}

/** True when that `run` ended because somebody ended the program, or a worker of it that had nothing to complain of; not when it crashed. */
export function wasKilled(problem: Problem): boolean {
  const said = /^\S+ (killed by SIG(KILL|TERM|INT|HUP): |ended with \d+: \w+: error: a worker process died unexpectedly$)/;
  return problem.code === "RH-PROC-001" && said.test(problem.message);
}

/** True when a program's output says that a file system is full. */
export function saysDiskFull(said: string): boolean {
  return /No space left on device|errno: 28|\bOS error: 28\b|Disk full/i.test(said);
}

export function diskFull(message: string): Problem {
  return new Problem("RH-FILE-002", message, { hint: "Free space there (`df -h` shows it), then run this again: it goes on where it stopped." });
}

interface Asked extends Program {
  readonly input?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Of what it may print; 4,000,000 unless given. */
  readonly outputLimitBytes?: number;
}

/** As `run`, but a non-zero exit is an answer. Throws RH-PROC-001 when it printed more than is kept: half of an answer is none. */
export async function runAnyway(program: Asked): Promise<Finished> {
  program.signal?.throwIfAborted();
  const child = launch(program, ["pipe", "pipe", "pipe"]);
  const limitBytes = program.outputLimitBytes ?? usualOutputLimitBytes;
  const outputs = Promise.all([collect(child.stdout, limitBytes), collect(child.stderr, limitBytes)]);
  child.stdin?.on("error", () => undefined); // a program that does not read its input is no failure of ours
  child.stdin?.end(program.input ?? "");
  let isLate = false;
  const kill = () => {
    killGroup(child.pid, "SIGKILL");
    for (const output of [child.stdout, child.stderr]) output?.destroy(); // one that left the group may hold them open for ever
  };
  const late = () => {
    isLate = true;
    kill();
  };
  let timer = setTimeout(() => {
    timer = setTimeout(late, wakingMs);
  }, program.timeoutMs);
  program.signal?.addEventListener("abort", kill, { once: true });
  try {
    const exitCode = await ended(child, program);
    const [stdout, stderr] = await outputs;
    program.signal?.throwIfAborted();
    if (isLate) throw new Problem("RH-PROC-002", `${program.argv[0]} did not end within ${program.timeoutMs} ms`);
    if (exitCode === 0 && stdout.isCut)
      throw new Problem("RH-PROC-001", `${program.argv[0]} printed more than ${limitBytes} bytes, and nobody knows what`);
    return { exitCode, stdout: stdout.text, stderr: stderr.text };
  } finally {
    clearTimeout(timer);
    program.signal?.removeEventListener("abort", kill);
  }
}

/** A server process that was started here, or found running. */
export interface Running {
  readonly identity: ProcessIdentity;
  /** Resolves when the process is gone; an adopted process has no exit code to tell. */
  readonly gone: Promise<number | undefined>;
}

/** Starts a server in a session of its own, its output appended to `logPath`. */
export async function start(program: Program & { readonly logPath: string }): Promise<Running> {
  const log = await openLog(program.logPath);
  try {
    const child = launch(program, ["ignore", log.fd, log.fd]);
    const gone = ended(child, program).catch(() => 127);
    const identity = child.pid === undefined ? undefined : await identify(child.pid);
    child.unref();
    if (!identity) {
      throw new Problem("RH-PROC-001", `${program.argv[0]} ended at once with ${await gone}`, { hint: `Its log: ${program.logPath}` });
    }
    return { identity, gone };
  } finally {
    await log.close();
  }
}

/** Takes charge of a process that somebody else started: its end is seen by looking. */
export function adopt(identity: ProcessIdentity, clock: Clock): Running {
  const watch = async (): Promise<undefined> => {
    while (await isAlive(identity)) await clock.sleep(250);
  };
  return { identity, gone: watch() };
}

export interface StopOptions {
  /** Asks with this signal first. */
  readonly ask: NodeJS.Signals;
  readonly graceMs: number;
  readonly clock: Clock;
}

const forcedWithinMs = 10_000;

/** Asks, waits, then forces. Only ever signals the process that `identity` means. Throws RH-PROC-002 when it does not end even then. */
export async function stop(identity: ProcessIdentity, options: StopOptions): Promise<void> {
  if (identity.host !== hostname()) {
    throw new Problem("RH-LOCK-001", `pid ${identity.pid} was recorded on ${identity.host}, this is ${hostname()}`, { hint: "Run this there." });
  }
  if (!(await isAlive(identity))) return;
  signalProcess(identity.pid, options.ask);
  const end = options.clock.monotonicMs() + options.graceMs;
  while (await isAlive(identity)) {
    if (options.clock.monotonicMs() > end + forcedWithinMs) throw new Problem("RH-PROC-002", `pid ${identity.pid} does not end, even killed`);
    if (options.clock.monotonicMs() > end) {
      killGroup(identity.pid, "SIGKILL");
      signalProcess(identity.pid, "SIGKILL");
    }
    await options.clock.sleep(20);
  }
}

export interface Remains extends StopOptions {
  /** Absolute path of the server's program: whoever else works in the directory, an administrator's shell say, is left alone. */
  readonly program: string;
}

/** Ends what a killed server left: processes of its program that work in `directory`. Asks, waits, then forces. Returns their pids. */
export async function endAllWorkingIn(directory: string, options: Remains): Promise<readonly number[]> {
  return endAll(() => pidsWorkingIn(directory, options.program), directory, options);
}

/** Ends the processes that have `path`, or something below it, in a word of their command line. The path has to be one that only ours have. */
export async function endAllNaming(path: string, options: StopOptions): Promise<readonly number[]> {
  return endAll(() => pidsNaming(path), path, options);
}

async function endAll(remaining: () => Promise<readonly number[]>, where: string, options: StopOptions): Promise<readonly number[]> {
  const ended = new Set<number>();
  const end = options.clock.monotonicMs() + options.graceMs;
  for (let pids = await remaining(); pids.length > 0; pids = await remaining()) {
    if (options.clock.monotonicMs() > end + forcedWithinMs)
      throw new Problem("RH-PROC-002", `pids ${pids.join(", ")} in ${where} do not end, even killed`);
    const signal = options.clock.monotonicMs() >= end ? "SIGKILL" : options.ask;
    for (const pid of pids) {
      ended.add(pid);
      signalProcess(pid, signal);
    }
    await options.clock.sleep(50);
  }
  return [...ended];
}

/** Sends a signal to one process that lives; one that is gone meanwhile is no failure. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ESRCH")) throw cause;
  }
}

export function launch(program: Program, stdio: readonly ("ignore" | "pipe" | number)[]): ChildProcess {
  const [file, ...args] = program.argv;
  if (!file?.startsWith("/")) throw new Error(`a program needs an absolute path: ${file}`);
  const before = program.umask === undefined ? undefined : process.umask(program.umask); // inherited while spawning, which does not wait
  const child = spawn(file, args, {
    stdio: covered(stdio),
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8", HOME: "/", ...program.env },
    cwd: program.cwd ?? "/",
    detached: true,
    ...(program.owner ? { uid: program.owner.uid, gid: program.owner.gid } : {}),
  });
  if (before !== undefined) process.umask(before);
  if (program.isBackground && child.pid !== undefined) giveWay(child.pid);
  for (const cover of child.stdio.slice(stdio.length)) cover?.destroy();
  return child;
}

/** Lets a process of ours, and what it will start, have what others leave of the processors. */
export function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // it is gone, or has less already
  }
}

/** A pipe, closed at once, in the place of each descriptor that the child would inherit: locks are not the child's (TRAP-30). */
function covered(stdio: readonly ("ignore" | "pipe" | number)[]): ("ignore" | "pipe" | number)[] {
  const all = [...stdio];
  for (const descriptor of inheritedDescriptors()) {
    while (all.length < descriptor) all.push("ignore");
    all[descriptor] = "pipe";
  }
  return all;
}

export async function ended(child: ChildProcess, program: Program): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(new Problem("RH-TOOL-001", `cannot run ${program.argv[0]}: ${cause.message}`, { cause })));
    child.once("exit", (exitCode, signal) => resolve(exitCode ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}

/** `killed by SIGKILL`, `ended with 1`; undefined for a process whose end was only seen by looking. */
export function describeEnd(exitCode: number | undefined): string | undefined {
  if (exitCode === undefined) return undefined;
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
  return signal ? `killed by ${signal}` : `ended with ${exitCode}`;
}

interface Collected {
  readonly text: string;
  /** More came than is kept. */
  readonly isCut: boolean;
}

async function collect(stream: Readable | null, limitBytes: number): Promise<Collected> {
  if (!stream) return { text: "", isCut: false };
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
  });
  await new Promise((resolve) => stream.once("close", resolve));
  return { text: Buffer.concat(chunks).toString("utf8"), isCut: size > limitBytes };
}

export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && (cause.code === "ESRCH" || cause.code === "EPERM"))) throw cause;
  }
}
