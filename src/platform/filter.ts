// A program as a filter: bytes in, bytes out, in the memory of a few pieces. Whoever reads gets the failure; who reads no further ends
// the program.
import { once } from "node:events";
import { Readable } from "node:stream";
import { setTimeout as setTimeoutPromise } from "node:timers/promises";
import { Problem } from "../foundation/problem.ts";
import { readIfThere } from "./files.ts";
import { describeEnd, ended, killGroup, launch, type Program } from "./processes.ts";

const complaintLimit = 4_000;
const usualSilenceMs = 20_000;

interface Filtering {
  readonly input?: AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal;
  /** How long it may neither read nor print: some go round in circles where their input ends too early. 20,000 unless given. */
  readonly silenceMs?: number;
}

/**
 * What the program prints. Throws RH-PROC-001 with what it complained of when it does not end with 0, or goes round in circles,
 * RH-PROC-002 when it waits for something that does not come, or the signal's reason.
 */
export async function* filtered(program: Program, { input, signal, silenceMs = usualSilenceMs }: Filtering): AsyncIterable<Uint8Array> {
  signal.throwIfAborted();
  const child = launch(program, ["pipe", "pipe", "pipe"]);
  const exit = ended(child, program);
  exit.catch(() => undefined); // told below
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-complaintLimit);
  });
  let failure: unknown;
  const silence = new Silence(silenceMs, async () => {
    const inCircles = await runs(child.pid);
    const what = `${program.argv[0]} neither read nor printed for ${silenceMs} ms`;
    failure ??= inCircles
      ? new Problem("RH-PROC-001", `${what}, going round in circles`)
      : new Problem("RH-PROC-002", `${what}, waiting`, { hint: "Look at the disk and the load of this machine, then run this again." });
    killGroup(child.pid, "SIGKILL");
  });
  const source = Readable.from(input ?? [], { objectMode: false });
  source.on("data", () => silence.restart());
  source.on("error", (thrown) => {
    failure = thrown;
    killGroup(child.pid, "SIGKILL");
  });
  if (child.stdin) source.pipe(child.stdin.on("error", () => undefined)); // one that reads no further says why as it ends
  const kill = () => killGroup(child.pid, "SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  try {
    silence.restart();
    for await (const piece of child.stdout ?? []) {
      silence.hold();
      yield piece as Uint8Array;
      silence.release();
    }
    const exitCode = await exit;
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (exitCode !== 0)
      throw new Problem("RH-PROC-001", `${program.argv[0]} ${describeEnd(exitCode)}: ${said.trim().split("\n").slice(-3).join("; ")}`);
  } finally {
    silence.hold();
    signal.removeEventListener("abort", kill);
    kill();
    await exit.catch(() => undefined); // what it reads may be removed next
    source.destroy();
    if (!source.closed) await once(source, "close");
  }
}

const sampleMs = 500;
/** Of a hundredth of a second: a tenth of the sample. */
const busyTicks = 5;

/** Whether it uses the processor, whatever for. */
async function runs(pid: number | undefined): Promise<boolean> {
  const before = await ticksOf(pid);
  await setTimeoutPromise(sampleMs);
  return (await ticksOf(pid)) - before >= busyTicks;
}

/** Source: proc(5), utime and stime. */
async function ticksOf(pid: number | undefined): Promise<number> {
  const stat = (await readIfThere(`/proc/${pid}/stat`)) ?? "";
  const [utime = "0", stime = "0"] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return Number(utime) + Number(stime);
}

/** Ends a wait that nothing interrupts; while it is held, because whoever reads takes his time, nobody waits. */
class Silence {
  readonly #limitMs: number;
  readonly #onEnd: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;

  constructor(limitMs: number, onEnd: () => void) {
    this.#limitMs = limitMs;
    this.#onEnd = onEnd;
  }

  restart(): void {
    clearTimeout(this.#timer);
    if (!this.#isHeld) this.#timer = setTimeout(this.#onEnd, this.#limitMs);
  }

  hold(): void {
    this.#isHeld = true;
    clearTimeout(this.#timer);
  }

  release(): void {
    this.#isHeld = false;
    this.restart();
  }
}
