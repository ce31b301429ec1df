// Node processes that run the compiled platform and are spoken to by lines: each line that goes in is answered by one.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

/** A child that answers lines; disposed, it is killed. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  ask(line: string): Promise<string>;
  /** Ends it with this signal and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `body`, which may import ./platform/*.js and exports `answer(line)`. */
export async function startChild(modules: string, name: string, body: string): Promise<Child> {
  const script = join(modules, `${name}.mjs`);
  writeFileSync(script, `${body}\n${loop}`);
  const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  await once(lines, "line"); // it is ready
  return childOf(child, lines);
}

const loop = `
import { createInterface } from "node:readline";
console.log("ready");
for await (const line of createInterface(process.stdin)) console.log(await answer(line));`;

function childOf(child: ChildProcess, lines: Interface): Child {
  const gone = once(child, "close");
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await gone;
  };
  return {
    pid: child.pid ?? 0,
    ask: async (line) => {
      const answered = once(lines, "line") as Promise<[string]>;
      child.stdin?.write(`${line}\n`);
      return (await answered)[0];
    },
    end,
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
}
