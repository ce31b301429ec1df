// Houses for tests: brought up by the command itself in a temporary directory, on free ports, taken down and removed at the end.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Envelope } from "../../src/cli/output.ts";

const program = fileURLToPath(new URL("../../bin/rowhouse", import.meta.url));
const runFile = promisify(execFile);

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The document of --json, when it was asked for. */
  readonly json: Envelope;
}

export interface TestHouse extends AsyncDisposable {
  readonly directory: string;
  readonly engine: string;
  readonly port: number;
  readonly url: string;
  /** Runs `rowhouse … --house <this one>`. */
  run(...args: readonly string[]): Promise<Ran>;
  up(...args: readonly string[]): Promise<Ran>;
  /** Pid of each member by name, and of `serve`. */
  pids(): Promise<Readonly<Record<string, number>>>;
}

export interface HouseOptions {
  readonly engine: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A place for a house; nothing runs in it yet. */
export async function emptyHouse({ engine, env = {} }: HouseOptions): Promise<TestHouse> {
  const root = await mkdtemp("/tmp/rowhouse-test-");
  await runFile("chmod", ["755", root]);
  const directory = join(root, "house");
  const port = await freePort();
  const databasePort = await freePort(); // houses that are down keep their ports, and others must not take them meanwhile
  const run = (...args: readonly string[]) => rowhouse([...args, "--house", directory], env);
  return {
    directory,
    engine,
    port,
    url: `http://127.0.0.1:${port}`,
    run,
    up: (...args) => run("up", "--engine", engine, "--port", String(port), "--database-port", String(databasePort), "--detach", "--json", ...args),
    pids: () => pidsOf(directory),
    [Symbol.asyncDispose]: async () => {
      await run("down");
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A house that is up. */
export async function standingHouse(options: HouseOptions & { readonly args?: readonly string[] }): Promise<TestHouse> {
  const house = await emptyHouse(options);
  const ran = await house.up(...(options.args ?? []));
  if (ran.exitCode !== 0) {
    await house[Symbol.asyncDispose]();
    throw new Error(`up ended with ${ran.exitCode}: ${ran.stderr}${ran.stdout}`);
  }
  return house;
}

/** Runs the command; any exit code is an answer. */
export async function rowhouse(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const all = { ...process.env, ROWHOUSE_PREPARED: "1", ...env };
  const { stdout, stderr, code } = await runFile(process.execPath, [program, ...args], { env: all, maxBuffer: 50_000_000, timeout: 300_000 }).then(
    (done) => ({ ...done, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => failed,
  );
  const json = args.includes("--json") ? (JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as Envelope) : { version: 1 as const };
  return { exitCode: code, stdout, stderr, json };
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

async function pidsOf(directory: string): Promise<Readonly<Record<string, number>>> {
  const state = JSON.parse(await readFile(join(directory, ".rowhouse/state.json"), "utf8")) as {
    members: Record<string, { identity: { pid: number } }>;
  };
  const lock = JSON.parse(await readFile(join(directory, ".rowhouse/locks/serve"), "utf8").catch(() => "{}")) as { pid?: number };
  const members = Object.fromEntries(Object.entries(state.members).map(([name, member]) => [name, member.identity.pid]));
  return lock.pid === undefined ? members : { ...members, serve: lock.pid };
}
