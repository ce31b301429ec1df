// The application as a process of its own, from the one bundled file: what can be killed, and whose memory can be looked at.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { residentBytes } from "../../../bench/load/resident.js";
import { systemClock, waitFor } from "../../../src/platform/clock.ts";
import { nextFreePort } from "../../../src/platform/network.ts";
import { type Database, password } from "../support.ts";

const bundle = fileURLToPath(new URL("../../../dist/bundle/app.mjs", import.meta.url));

export interface AppProcess extends AsyncDisposable {
  readonly port: number;
  /** As a power cut would. */
  kill(): Promise<void>;
  /** Freezes it, and lets it go on. */
  pause(): void;
  resume(): void;
  /** Of memory that is really used, now. */
  residentBytes(): Promise<number>;
}

export async function startAppProcess({ engine, login }: Database): Promise<AppProcess> {
  const port = (await nextFreePort("127.0.0.1", login.port + 200)) ?? 0;
  const environment = {
    DB_ENGINE: engine,
    DB_HOST: login.host,
    DB_PORT: String(login.port),
    DB_NAME: login.database,
    DB_USER: login.user,
    DB_PASS: password,
    PORT: String(port),
  };
  const child = spawn(process.execPath, [bundle], { cwd: "/tmp", env: environment, stdio: ["ignore", "ignore", "inherit"] });
  const kill = () => end(child);
  const isReady = async () => ((await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok ? true : undefined);
  if (!(await waitFor(systemClock, { withinMs: 60_000, everyMs: 100 }, isReady))) {
    await kill();
    throw new Error("the application did not come up");
  }
  const [pause, resume] = (["SIGSTOP", "SIGCONT"] as const).map((name) => () => void child.kill(name)) as [() => void, () => void];
  return { port, kill, pause, resume, residentBytes: () => residentBytes(child.pid), [Symbol.asyncDispose]: kill };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
