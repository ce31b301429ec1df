// Acceptance of the recovery kit: two strangers run the commands of docs/how-to/recover.md as they stand there. The first has the kit
// and the store and gets the service back; the second has no Rowhouse at all and gets the data.
import { once } from "node:events";
import { appendFileSync, chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../src/foundation/sql.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { houseFile, readHouse } from "../../src/operations/stack/house.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { clientSettings } from "../support/backup/client.ts";
import { readManifestOf } from "../support/backup/keys.ts";
import { commandsOf, runPage } from "../support/backup/page.ts";
import { emptyHouse, rowhouse } from "../support/houses.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";

const page = "recover.md";
const titles: Record<EngineName, string> = { postgres: "PostgreSQL", mariadb: "MariaDB" };
const path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

describe.each(await engineVersions())("with nothing but kit and store, on $title", (version) => {
  const { engine, name } = version;
  let root: string;
  let keys: string;
  let tasks: unknown;
  let sealed: TakenBackup;
  let lostPort: number;
  const kit = () => join(root, "kit.txt");
  const store = (which: "open" | "sealed") => join(root, `store-${which}`);

  /** Somebody with a copy of the store in a directory of their own, and with a server. */
  const strangerWith = async (which: "open" | "sealed", server?: TestServer) => {
    const directory = mkdtempSync(join(root, "stranger-"));
    const copy = join(directory, "store");
    cpSync(store(which), copy, { recursive: true });
    const [found = ""] = readdirSync(copy);
    const [id = ""] = readdirSync(join(copy, found)).filter((one) => !one.startsWith("."));
    const env = { PATH: path, HOME: directory, ...(server ? await clientSettings(name, server.administrator(), directory) : {}) };
    return { directory, env, backup: join(copy, found, id), variables: { KIT: kit(), STORE: copy, PLAIN: join(directory, "plain") } };
  };

  /** A house with tasks is backed up, not encrypted and encrypted, and then is no more: nor are its keys. */
  beforeAll(async () => {
    root = mkdtempSync("/var/tmp/rowhouse-test-");
    chmodSync(root, 0o755);
    keys = join(root, "keys");
    const env = { ROWHOUSE_KEYS: keys };
    const house = await emptyHouse({ engine: name, env });
    try {
      expect((await house.up("--demo")).exitCode).toBe(0);
      expect((await house.run("backup", "take", "--no-prove", "--store", store("open"))).exitCode).toBe(0);
      appendFileSync(houseFile(house.directory), "\n[backup]\nkeep-days = 9   # ours\n");
      lostPort = house.port;
      expect((await house.run("backup", "kit", "--to", kit(), "--store", store("sealed"))).exitCode).toBe(0);
      const taken = await house.run("backup", "take", "--store", store("sealed"), "--json");
      expect(taken.json.result).toMatchObject({ state: "PROVED", notes: [expect.stringContaining("was not read back yet")] });
      sealed = taken.json.result as TakenBackup;
      const { json } = await house.run("status", "--json");
      expect(json.result).toMatchObject({ backup: { keyNotes: [expect.stringContaining("was not read back yet")] } });
      tasks = await (await fetch(`${house.url}/api/tasks`)).json();
    } finally {
      await house[Symbol.asyncDispose]();
      rmSync(keys, { recursive: true });
    }
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("a stranger gets the service back, equal, and its time is kept", async () => {
    const house = join(root, "again");
    const programs = join(root, "bin");
    mkdirSync(programs);
    symlinkSync(fileURLToPath(new URL("../../bin/rowhouse", import.meta.url)), join(programs, "rowhouse"));
    symlinkSync(process.execPath, join(programs, "node"));
    const env = { PATH: `${programs}:${path}`, HOME: root, ROWHOUSE_PREPARED: "1", ROWHOUSE_KEYS: keys };
    await using _taken = await taken(lostPort);
    try {
      const variables = { KIT: kit(), STORE: store("sealed"), HOUSE: house };
      const said = await runPage(page, { headings: ["The service, with Rowhouse"], variables, env, directory: root });
      expect(said).toMatch(/RECOVERED .*\n.*recovery took [\d.]+ m?s/);
      const { config } = await readHouse(house);
      expect(config.ports.proxy).not.toBe(lostPort); // somebody has it here
      expect(readFileSync(houseFile(house), "utf8")).toContain("keep-days = 9   # ours");
      const again = await (await fetch(`http://127.0.0.1:${config.ports.proxy}/api/tasks`)).json();
      expect(again).toEqual(tasks);
    } finally {
      await rowhouse(["down", "--house", house], { ROWHOUSE_KEYS: keys });
    }
    const listed = await rowhouse(["backup", "list", "--store", store("sealed"), "--json"], { ROWHOUSE_KEYS: keys });
    expect(listed.json.result).toMatchObject({
      backups: [{ id: sealed.id, state: "PROVED", recovery: { what: "house", recoveryMs: expect.any(Number) } }],
    });
  });

  test("a stranger without Rowhouse gets the data, encrypted or not", async () => {
    await using server = await startServer(version);
    for (const which of ["open", "sealed"] as const) {
      const { env, variables, directory, backup } = await strangerWith(which, server);
      await runPage(page, { headings: ["The data, without Rowhouse", titles[name]], variables, env, directory });
      const { tables, encryption } = readManifestOf(backup);
      expect(encryption !== undefined).toBe(which === "sealed");
      {
        await using session = await engine.driver.connect(server.administrator("taskdb"));
        const restored = await engine.backup.content(session, () => undefined);
        expect(restored.tables).toEqual(tables.map(({ name: table, rows, hash }) => ({ name: table, rows, hash })));
      }
      await using session = await engine.driver.connect(server.administrator());
      await session.run(sql`drop database taskdb`);
    }
  });

  test("a stranger is stopped by a backup that was changed", async () => {
    const { env, variables, directory, backup } = await strangerWith("sealed");
    const dump = join(backup, "dump");
    const [file = ""] = readdirSync(dump).filter((one) => one.endsWith(".age"));
    writeFileSync(join(dump, file), "changed");
    const running = runPage(page, { headings: ["The data, without Rowhouse"], variables, env, directory });
    await expect(running).rejects.toThrow(/FAILED/);
  });

  test("the page has commands for every part", () => {
    expect([...commandsOf(page).keys()]).toEqual(["Recover", "The service, with Rowhouse", "The data, without Rowhouse", ...Object.values(titles)]);
  });
});

/** Somebody listens there. */
async function taken(port: number): Promise<AsyncDisposable> {
  const server = createServer();
  await once(server.listen(port, "127.0.0.1"), "listening");
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
