// A server of one's own with the books in it, and a store for their backups: what every fault of a backup is tried on.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../../../src/drivers/driver.ts";
import type { Engine } from "../../../../src/engines/engine.ts";
import type { EngineName } from "../../../../src/engines/engines.ts";
import { sql } from "../../../../src/foundation/sql.ts";
import { type Proof, proveBackup, type ProveOptions } from "../../../../src/operations/backup/prove.ts";
import type { Source } from "../../../../src/operations/backup/source.ts";
import { planTake, type TakenBackup } from "../../../../src/operations/backup/take.ts";
import { engineVersions, startServer, testContext, type TestServer } from "../../servers.ts";
import type { Context } from "../../../../src/platform/context.ts";
import { makeBooks } from "./books.ts";

export interface Subject extends AsyncDisposable {
  readonly name: EngineName;
  readonly engine: Engine;
  readonly server: TestServer;
  /** The administrator's, in the books' database. */
  readonly login: ConnectionOptions & { readonly database: string };
  /** A directory that goes with the subject. */
  readonly directory: string;
  readonly store: string;
  /** With keys that lie in `directory`. */
  readonly context: Context;
  look(): Promise<Session>;
}

const database = "books";

export async function openSubject(name: EngineName): Promise<Subject> {
  const version = (await engineVersions()).find((one) => one.name === name);
  if (!version) throw new Error(`no ${name} server on this machine`);
  const server = await startServer(version);
  const { engine } = version;
  const directory = await mkdtemp("/tmp/rowhouse-backups-");
  const login = { ...server.administrator(database), database, applicationName: "rowhouse backup" };
  const subject: Subject = {
    name,
    engine,
    server,
    login,
    directory,
    store: join(directory, "store"),
    context: { ...testContext, environment: { ...process.env, ROWHOUSE_KEYS: keysIn(directory) } },
    look: () => engine.driver.connect({ ...login, statementTimeoutMs: 120_000 }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
  {
    await using first = await engine.driver.connect(server.administrator());
    await first.run(sql`create database ${sql.id(database)}`);
  }
  await using session = await subject.look();
  await makeBooks(session, name);
  return subject;
}

export function keysIn(directory: string): string {
  return join(directory, "keys");
}

export function sourceOf({ engine, login, store }: Subject): Source {
  return { engine, login, store };
}

const silent = () => undefined;

export async function takeOf(subject: Subject, options: { readonly isProved: boolean; readonly signal: AbortSignal }): Promise<TakenBackup> {
  const planned = await planTake(subject.context, { source: sourceOf(subject), isProved: options.isProved, onProgress: silent });
  return (await planned.take(options.signal, silent)).backup;
}

/** Proves what is in `directory`; `onRestored` may look at the copy or break it. */
export async function prove(
  { engine, context }: Pick<Subject, "engine" | "context">,
  options: Pick<ProveOptions, "directory" | "signal" | "keyring" | "onRestored">,
): Promise<Proof> {
  return proveBackup(context, { engine, onProgress: silent, ...options });
}
