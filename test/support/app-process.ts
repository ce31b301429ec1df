// An instance of the application as a process of its own, from its bundle, on a port of the loopback: it can be killed and started
// again where it was. Needs `dist/`, which the scripts that play scenes and tests make.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { type Database, password } from "../app/support.ts";
import { freePort } from "./houses.ts";

const bundle = fileURLToPath(new URL("../../dist/bundle/app.mjs", import.meta.url));
const readyWithinMs = 60_000;

export interface AppProcess extends AsyncDisposable {
  readonly port: number;
  /** Of the process that runs now. */
  pid(): number;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Resolves when it can write to its database. */
  start(): Promise<void>;
}

export async function startAppProcess(database: Database, instance: string): Promise<AppProcess> {
  const port = await freePort();
  const { host, port: databasePort, database: name, user } = database.login;
  const env = {
    DB_ENGINE: database.engine,
    DB_HOST: host,
    DB_PORT: String(databasePort),
    DB_NAME: name,
    DB_USER: user,
    DB_PASS: password,
    PORT: String(port),
    INSTANCE: instance,
  };
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "close");
  };
  const start = async () => {
    child = spawn(process.execPath, [bundle], { env, stdio: "ignore" });
    const isReady = await waitFor(systemClock, { withinMs: readyWithinMs, everyMs: 50 }, async () => (await answers(port)) || undefined);
    if (!isReady) throw new Error(`${instance} did not get ready on port ${port}`);
  };
  await start();
  return { port, pid: () => child?.pid ?? 0, kill: () => end("SIGKILL"), start, [Symbol.asyncDispose]: () => end("SIGTERM") };
}

async function answers(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return answer?.status === 200;
}
