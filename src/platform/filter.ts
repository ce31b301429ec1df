// A program as a filter: bytes in, bytes out, in the memory of a few pieces. Whoever reads gets the failure; who reads no further ends
// the program.
import { once } from "node:events";
import { Readable } from "node:stream";
import { Problem } from "../foundation/problem.ts";
import { describeEnd, ended, killGroup, launch, type Program } from "./processes.ts";

const complaintLimit = 4_000;

/** What the program prints. Throws RH-PROC-001 with what it complained of when it does not end with 0, or the signal's reason. */
export async function* filtered(
  program: Program,
  { input, signal }: { readonly input?: AsyncIterable<Uint8Array> | undefined; readonly signal: AbortSignal },
): AsyncIterable<Uint8Array> {
  signal.throwIfAborted();
  const child = launch(program, ["pipe", "pipe", "pipe"]);
  const exit = ended(child, program);
  exit.catch(() => undefined); // told below
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-complaintLimit);
  });
  let failure: unknown;
  const source = Readable.from(input ?? [], { objectMode: false });
  source.on("error", (thrown) => {
    failure = thrown;
    killGroup(child.pid, "SIGKILL");
  });
  if (child.stdin) source.pipe(child.stdin.on("error", () => undefined)); // one that reads no further says why as it ends
  const kill = () => killGroup(child.pid, "SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  try {
    if (child.stdout) yield* child.stdout;
    const exitCode = await exit;
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (exitCode !== 0)
      throw new Problem("RH-PROC-001", `${program.argv[0]} ${describeEnd(exitCode)}: ${said.trim().split("\n").slice(-3).join("; ")}`);
  } finally {
    signal.removeEventListener("abort", kill);
    kill();
    source.destroy();
    if (!source.closed) await once(source, "close");
  }
}
