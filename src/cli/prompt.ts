// A question whose answer is not shown: for a password that is written nowhere.
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Secret } from "../foundation/secret.ts";

/** Asks on the terminal; what is typed is not repeated there. */
export async function askSecret(question: string, signal: AbortSignal): Promise<Secret> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stderr.write(question);
  try {
    return await new Promise<Secret>((answer, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      terminal.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
      terminal.question("", (typed) => answer(new Secret(typed)));
    });
  } finally {
    process.stderr.write("\n");
    terminal.close();
  }
}
