// A database with one of everything that the engine offers, on a server that Rowhouse did not install: backed up, restored, and
// then the engine's own dump of the copy is that of the original, line by line. What cannot be carried is refused by name.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import type { ConnectionOptions } from "../../src/drivers/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { readManifest } from "../../src/operations/backup/manifest.ts";
import { type Proof, proveBackup } from "../../src/operations/backup/prove.ts";
import { planTake, type TakenBackup } from "../../src/operations/backup/take.ts";
import { ownDump, ownRestore, runClient, runScript } from "../support/backup/client.ts";
import { differences } from "../support/backup/differences.ts";
import { loadEverything } from "../support/backup/everything.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

/** Under its own name, since rights on a database of MariaDB name it. */
function again(name: EngineName, database: string): readonly Sql[] {
  const own = sql.id(database);
  const statements: Record<EngineName, readonly Sql[]> = {
    postgres: [sql`drop database ${own}`, sql`create database ${own} template template0`],
    mariadb: [sql`drop database ${own}`, sql`create database ${own} character set latin2 collate latin2_bin`, sql`set global local_infile = 1`],
  };
  return statements[name];
}

const signal = new AbortController().signal;
const onProgress = () => undefined;

describe.each(await engineVersions())("a backup of one of everything on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let login: ConnectionOptions & { readonly database: string };
  let store: string;
  let backup: TakenBackup;
  let proof: Proof;
  let copied: readonly string[];

  beforeAll(async () => {
    server = await startServer(version);
    store = await mkdtemp("/tmp/rowhouse-test-");
    login = await loadEverything(version, server);
    const source = { engine, login, store: join(store, "store") };
    const { take } = await planTake(testContext, { source, isProved: false, onProgress });
    backup = (await take(signal, () => undefined)).backup;
    const onRestored = async (copy: ConnectionOptions) => {
      copied = await ownDump(name, copy);
    };
    proof = await proveBackup(testContext, { engine, directory: backup.directory, signal, onProgress, onRestored });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(store, { recursive: true, force: true });
  });

  test("is proved", () => {
    expect(proof.verdict).toEqual({ state: "sound", evidence: expect.anything() });
    expect(backup.tables).toBeGreaterThan(60);
  });

  test("gives the engine's own dump again, line by line", async () => {
    const original = await ownDump(name, login);
    expect(original.length).toBeGreaterThan(1_000);
    expect(differences(original, copied)).toEqual([]);
  });

  test("comes back by hand, with the engine's own programs, every value as it was", async () => {
    await using administrator = await engine.driver.connect(server.administrator());
    for (const statement of again(name, login.database)) await administrator.run(statement);
    const dump = join(store, "dump");
    await cp(join(backup.directory, "dump"), dump, { recursive: true });
    await restoreByHand(name, login, dump);
    await using session = await engine.driver.connect(login);
    const { tables, objects } = await engine.backup.content(session, onProgress);
    const { manifest } = await readManifest(backup.directory);
    expect(tables).toEqual(manifest.tables.map(({ name: own, rows, hash }) => ({ name: own, rows, hash })));
    for (const kind of ["table", "view", "routine", "trigger"])
      expect(objects.filter((one) => one.kind === kind)).toHaveLength(manifest.objects[kind] ?? 0);
  });
});

/** As whoever has no Rowhouse does it, into the empty database that the login names. */
async function restoreByHand(name: EngineName, login: ConnectionOptions & { readonly database: string }, directory: string): Promise<void> {
  const scripts = (names: readonly string[]) => async () => {
    for (const script of names) await runScript(name, login, `${script}.sql`, { cwd: directory });
  };
  const steps: Record<EngineName, readonly (() => Promise<unknown>)[]> = {
    postgres: [() => ownRestore(login, directory)],
    mariadb: [
      scripts(["roles", "schema", "grants", "views"]),
      () => runClient(["gunzip", "-r", "data"], { cwd: directory }),
      scripts(["load", "triggers", "events"]),
    ],
  };
  for (const step of steps[name]) await step();
}
