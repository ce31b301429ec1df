// `rowhouse backup take` as a person runs it, in a process of its own: its modules are loaded, then it waits to be told. So a
// fault can be laid before its first step, and many can start in the same moment.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { storedPassword } from "../../../../src/engines/mariadb/access/password.ts";
import { Secret } from "../../../../src/foundation/secret.ts";
import { sql } from "../../../../src/foundation/sql.ts";
import { keysIn, type Subject } from "./subject.ts";

export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Take {
  readonly pid: number;
  /** Lets it begin. */
  begin(): void;
  readonly ended: Promise<Ended>;
}

export interface TakeOptions {
  /** What `compileTool` returned. */
  readonly tool: string;
  readonly store?: string;
  readonly more?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Words that come before node: `unshare`, `strace` and their kin. */
  readonly under?: readonly string[];
  readonly database?: string;
}

/** A part of the password that no quoting changes: what is searched for where it must not be. */
export const canary = "Zq8canary1c9";
const keeper = { name: "keeper", password: `kept'\\"-${canary}` } as const;

const body = `
import { main } from "./dist/cli/main.js";
if (process.env.TEST_UMASK) process.umask(parseInt(process.env.TEST_UMASK, 8));
process.stdout.write("ready\\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
process.stdin.destroy();
process.exitCode = await main(process.argv.slice(2));
`;

/** Makes the administrator who comes by TCP and password, and the file that holds the password. */
export async function makeKeeper(subject: Subject): Promise<void> {
  await using session = await subject.look();
  const { name, password } = keeper;
  const statements = {
    postgres: [sql`create role ${sql.id(name)} superuser login password ${sql.literal(password)}`],
    mariadb: [
      sql`create user ${sql.literal(name)}@'127.0.0.1' identified by password ${sql.literal(storedPassword(new Secret(password)))}`,
      sql`create user ${sql.literal(name)}@localhost identified by password ${sql.literal(storedPassword(new Secret(password)))}`,
      sql`grant all on *.* to ${sql.literal(name)}@'127.0.0.1' with grant option`,
      sql`grant all on *.* to ${sql.literal(name)}@localhost with grant option`,
    ],
  };
  for (const statement of statements[subject.name]) await session.run(statement);
  writeFileSync(passwordFile(subject), `${password}\n`, { mode: 0o600 });
}

function passwordFile({ directory }: Subject): string {
  return join(directory, "password");
}

/** A take that is loaded and waits. */
export async function readyTake(subject: Subject, options: TakeOptions): Promise<Take> {
  const { store, login } = subject;
  return readyCommand(subject, ["take", "--database", options.database ?? login.database, "--store", options.store ?? store], options);
}

/** A verb of `rowhouse backup` on the subject's server, loaded and waiting. */
export async function readyCommand(subject: Subject, verb: readonly string[], options: Omit<TakeOptions, "store" | "database">): Promise<Take> {
  const script = join(options.tool, "take.mjs");
  if (!existsSync(script)) writeFileSync(script, body); // one that another is just reading must not become empty
  const url = `${subject.name}://${keeper.name}@127.0.0.1:${subject.server.place.port}`;
  const words = ["backup", ...verb, "--target", url];
  const [file = process.execPath, ...args] = [...(options.under ?? []), process.execPath, script, ...words, ...(options.more ?? [])];
  const child = spawn(file, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      NO_COLOR: "1",
      ROWHOUSE_TARGET_PASSWORD_FILE: passwordFile(subject),
      ROWHOUSE_KEYS: keysIn(subject.directory),
      UV_THREADPOOL_SIZE: "1", // one thread does all file work: its calls come in the same order each time
      UV_USE_IO_URING: "0",
      ...options.environment,
    },
  });
  const ended = endOf(child);
  await once(child.stdout, "readable");
  return { pid: child.pid ?? 0, begin: () => void child.stdin.end("go"), ended };
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, ...output };
}
