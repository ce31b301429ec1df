// Base backups: the files of a whole server, taken while it serves. What a proof says of one that was taken of a quiet server and of
// one that was written to; what damage looks like; and who refuses what.
import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectionOptions } from "../../src/drivers/driver.ts";
import { replicate } from "../../src/drivers/postgres/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { perform } from "../../src/foundation/plan.ts";
import { sql, type Sql } from "../../src/foundation/sql.ts";
import { type CopiedBackup, planCopy } from "../../src/operations/backup/copy.ts";
import { proveBackup } from "../../src/operations/backup/prove.ts";
import { planRestoreBase } from "../../src/operations/backup/restore-base.ts";
import { planRestore } from "../../src/operations/backup/restore.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { planTakeBase } from "../../src/operations/backup/take-base.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import type { Context } from "../../src/platform/context.ts";
import { endAllWorkingIn } from "../../src/platform/processes.ts";
import { startWriters } from "../support/faults/backups/book-writers.ts";
import { makeBooks, wrongIn } from "../support/faults/backups/books.ts";
import { filesIn, machineWithKeys, rewriteManifest } from "../support/backup/keys.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";

const signal = new AbortController().signal;
const onProgress = () => undefined;

/** The name of the file with the rows of `padding`, without its ending; mariadb-backup gives a young table's another one until it is prepared. */
const paddingFile: Record<EngineName, Sql> = {
  postgres: sql`select pg_relation_filepath('padding') as path`,
  mariadb: sql`select 'books/padding' as path`,
};

const indispensable: Record<EngineName, string> = { postgres: "global/pg_control", mariadb: "ibdata1" };

const socketOf: Record<EngineName, (directory: string) => string> = {
  postgres: () => "/tmp",
  mariadb: (directory) => join(directory, "mariadb.sock"),
};

/** Of somebody who lets nobody make what a proof has to make in the copy. */
const obstinate: Record<EngineName, readonly Sql[]> = {
  postgres: [
    sql`create function refuse() returns event_trigger language plpgsql as ${sql.literal("begin raise exception 'not here'; end")}`,
    sql`create event trigger refuse on ddl_command_start
      when tag in ('CREATE EXTENSION', 'DROP EXTENSION', 'CREATE SCHEMA') execute function refuse()`,
    sql`alter event trigger refuse enable always`,
  ],
  mariadb: [],
};

/** Would be empty in a copy of the files. */
const emptyTable: Record<EngineName, Sql> = {
  postgres: sql`create unlogged table fleeting (id integer)`,
  mariadb: sql`create table fleeting (id integer) engine = MEMORY`,
};

describe.each(await engineVersions())("base backups on $title", (version) => {
  const { engine } = version;
  let server: TestServer;
  let root: string;
  let context: Context & { readonly keys: string };
  let taken: TakenBackup;

  const login = () => ({ ...server.administrator("books"), database: "books" });
  const source = () => ({ engine, login: login(), store: join(root, "store") });
  const take = async (by: Context, isProved = true): Promise<TakenBackup> => {
    const planned = await planTakeBase(by, { source: source(), isProved, onProgress });
    return (await planned.take(signal, () => undefined)).backup;
  };
  const seenOf = ({ verdict }: Pick<TakenBackup, "verdict">, subject: string) =>
    verdict?.state === "sound" ? verdict.evidence.find((one) => one.subject === subject)?.seen : JSON.stringify(verdict);
  beforeAll(async () => {
    server = await startServer(version);
    root = mkdtempSync("/tmp/rowhouse-test-");
    context = await machineWithKeys({ isSealed: false });
    {
      await using session = await engine.driver.connect(server.administrator());
      await session.run(sql`create database books`);
    }
    await using session = await engine.driver.connect(login());
    await makeBooks(session, version.name);
    for (const statement of obstinate[version.name]) await session.run(statement);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    for (const directory of [root, context.keys]) rmSync(directory, { recursive: true, force: true });
  });

  test("one of a quiet server is PROVED with every database compared by content", async () => {
    taken = await take(context);
    expect(seenOf(taken, "compared")).toMatch(/^[\d,]+ rows in \d+ tables of \d+ databases? by content, [\d,]+ objects: equal$/);
    expect(taken.state).toBe("PROVED");
  });

  test("one that is taken while others write is PROVED, of one moment, and says that its rows were not compared", async () => {
    await using _writers = startWriters({ engine, login: login() }, { seed: 7, writers: 3 });
    const backup = await take(context, false);
    let wrong: readonly string[] = ["nobody looked"];
    const onRestored = async (administrator: ConnectionOptions) => {
      await using session = await engine.driver.connect({ ...administrator, database: "books" });
      wrong = await wrongIn(session);
    };
    const proof = await proveBackup(context, { engine, directory: backup.directory, signal, onProgress, onRestored });
    expect(seenOf(proof, "compared")).toMatch(
      /objects: equal; [\d,]+ rows in \d+ tables of \d+ databases? read whole, not compared: the server took writes/,
    );
    expect(wrong).toEqual([]);
  });

  /** A copy of the stored backup to damage, in a directory of the same name. */
  const copyOf = ({ directory, id }: TakenBackup) => {
    const copy = join(mkdtempSync(join(root, "copy-")), id);
    cpSync(directory, copy, { recursive: true });
    return copy;
  };
  const padding = async () => {
    await using session = await engine.driver.connect(login());
    const [row] = await session.all<{ path: string }>(paddingFile[version.name]);
    return filesIn(taken.directory).find((path) => path.replace(/\.(ibd|new)$/, "") === `base/${row?.path}`) ?? "";
  };

  test.each([
    ["one byte of it flipped", (path: string) => flip(path, 100_000), /has the SHA-256/],
    ["it cut", (path: string) => truncateSync(path, 50_000), /has 50000 bytes, and had/],
    ["it gone", (path: string) => unlinkSync(path), /is missing/],
  ] as const)("a backup with %s is FAILED with the file named", async (_what, damage, seen) => {
    const [directory, path] = [copyOf(taken), await padding()];
    damage(join(directory, path));
    const { state, because = "" } = await proveBackup(context, { engine, directory, signal, onProgress });
    expect(state).toBe("FAILED");
    expect(because).toContain(`file ${path}`);
    expect(because).toMatch(seen);
  });

  test("an encrypted one is PROVED, and opens with every directory that the server had", async () => {
    const sealed = await machineWithKeys({ isSealed: true });
    const backup = await take(sealed);
    rmSync(sealed.keys, { recursive: true });
    expect(backup.state).toBe("PROVED");
    expect(filesIn(join(backup.directory, "base")).filter((path) => !path.endsWith(".age"))).toEqual([]);
    expect(directoriesIn(backup.directory)).toEqual(directoriesIn(taken.directory));
  });

  test("a copy of one has every directory that it has", async () => {
    const copied: CopiedBackup[] = [];
    const backups = [{ id: taken.id, directory: taken.directory, state: "PROVED" as const, isStale: false }];
    const to = join(root, "second");
    const plan = await planCopy(context, { backups, store: join(root, "store"), to, onProgress, onCopied: (one) => copied.push(one) });
    await perform(plan, { signal });
    expect(copied).toMatchObject([{ state: "COPIED" }]);
    expect(directoriesIn(copied[0]?.directory ?? "")).toEqual(directoriesIn(taken.directory));
  });

  test("evidence turns faulty when a row or an index of the copy is not as it was", async () => {
    const onRestored = async (administrator: ConnectionOptions) => {
      await using session = await engine.driver.connect({ ...administrator, database: "books" });
      await session.run(sql`delete from padding where id = 1`);
      await session.run(sql`alter table accounts drop constraint balance_not_negative`);
    };
    const { verdict } = await proveBackup(context, { engine, directory: copyOf(taken), signal, onProgress, onRestored });
    const subjects = verdict.state === "faulty" ? verdict.findings.map(({ subject }) => subject) : [];
    expect(subjects).toContainEqual(expect.stringMatching(/^books: table (public\.)?padding$/));
    expect(subjects).toContainEqual(expect.stringMatching(/^books: constraint .*balance_not_negative/));
  });

  test("evidence turns faulty when no server starts on files that every hash vouches for", async () => {
    const directory = copyOf(taken);
    const path = `base/${indispensable[version.name]}`;
    unlinkSync(join(directory, path));
    await rewriteManifest(directory, ({ files, ...manifest }) => ({ ...manifest, files: files.filter((file) => file.path !== path) }), context);
    const { state, because } = await proveBackup(context, { engine, directory, signal, onProgress });
    expect(state).toBe("FAILED");
    expect(because).toMatch(/^server /);
  });

  test("its server is started from a new data directory by the command that is told, though only files were kept", async () => {
    const directory = join(mkdtempSync("/tmp/rowhouse-test-"), "Anna's again");
    chmodSync(dirname(directory), 0o711); // others pass through
    mkdirSync(directory, { mode: 0o700 });
    if (server.place.owner) chownSync(directory, server.place.owner.uid, server.place.owner.gid);
    const onlyFiles = copyOf(taken);
    for (const path of directoriesIn(onlyFiles)) if (readdirSync(join(onlyFiles, path)).length === 0) rmdirSync(join(onlyFiles, path));
    const backup = { id: taken.id, directory: onlyFiles, state: "PROVED" as const, isStale: false };
    const planned = await planRestoreBase(context, { backup, directory, onProgress });
    mkdirSync(`${directory}.partial`);
    const { restored } = await planned.restore({ signal, onStep: () => undefined });
    expect(readdirSync(dirname(directory)).toSorted()).toEqual([basename(directory), `${basename(directory)}.partial`]);
    spawn("/bin/sh", ["-c", restored.start], { stdio: "ignore", detached: true }).unref();
    const port = Number(/(?:-p |--port=)(\d+)/.exec(restored.start)?.[1]);
    const again = { ...login(), host: socketOf[version.name](directory), port };
    const session = await waitFor(systemClock, { withinMs: 30_000, everyMs: 100 }, () => engine.driver.connect(again).catch(() => undefined));
    expect(session && (await wrongIn(session))).toEqual([]);
    await session?.[Symbol.asyncDispose]();
    await endAllWorkingIn(directory, { program: engine.server.program(server.place).argv[0] ?? "", ask: "SIGKILL", graceMs: 0, clock: systemClock });
    await expect(planRestoreBase(context, { backup, directory, onProgress })).rejects.toMatchObject({ code: "RH-HOUSE-004" });
    rmSync(dirname(directory), { recursive: true });
  });

  test("a server whose tables were emptied or swapped meanwhile was not still", async () => {
    await using session = await engine.driver.connect(login());
    await session.run(sql`create table brief (id integer)`);
    await session.run(sql`insert into brief values (1)`);
    const before = await engine.backup.base.stillness(session);
    expect(await engine.backup.base.stillness(session)).toBe(before);
    await session.run(sql`truncate table brief`);
    const emptied = await engine.backup.base.stillness(session);
    await session.run(sql`alter table brief rename to briefer`);
    const renamed = await engine.backup.base.stillness(session);
    await session.run(sql`drop table briefer`);
    const dropped = await engine.backup.base.stillness(session);
    expect(new Set([before, emptied, renamed, dropped]).size).toBe(4);
  });

  test("what a copy of the files would have empty is refused by name before anything is taken", async () => {
    await using session = await engine.driver.connect(login());
    await session.run(emptyTable[version.name]);
    await expect(take(context)).rejects.toMatchObject({ code: "RH-BACKUP-001", message: expect.stringContaining("fleeting") as string });
    await session.run(sql`drop table fleeting`);
  });

  test("no database is restored from it, which is said", async () => {
    const { directory } = taken;
    const backup = { id: basename(directory), directory, state: "PROVED" as const, isStale: false };
    const target = { engine, login: server.administrator(), where: "here", files: undefined, house: undefined, ownUsers: [] };
    const wish = { name: "books_again", isOver: false, endsSessions: false };
    await expect(planRestore(context, { backup, target, wish, tables: [], onProgress })).rejects.toMatchObject({ code: "RH-BACKUP-041" });
  });
});

const replicating = (await engineVersions()).filter(({ name }) => name === "postgres");

test.each(replicating)("$title is lost when it falls silent while it sends its files", async (version) => {
  await using server = await startServer(version);
  await using session = await version.engine.driver.connect(server.administrator());
  const { database: _none, ...replication } = server.administrator();
  const stopped: number[] = [];
  const read = async () => {
    for await (const _piece of replicate(replication, "BASE_BACKUP", { signal, silence: { atFirstMs: 120_000, laterMs: 300 } })) {
      if (stopped.length > 0) continue;
      const senders = await session.all<{ pid: number }>(sql`select pid from pg_stat_replication`);
      for (const { pid } of senders) process.kill(pid, "SIGSTOP");
      stopped.push(...senders.map(({ pid }) => pid));
    }
  };
  await expect(read()).rejects.toMatchObject({ code: "RH-CONN-003", message: expect.stringContaining("sent nothing for 0.3 s") as string });
  for (const pid of stopped) process.kill(pid, "SIGCONT");
});

function directoriesIn(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map((entry) => relative(directory, join(entry.parentPath, entry.name))).toSorted();
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
