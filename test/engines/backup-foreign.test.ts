// Dumps that other programs wrote, restored as code that is not trusted: what comes back is equal to the source, and what must not be run
// is refused with its line. TRAP-1, 3, 4, 7, 8, FAULT-11, SEC-12.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TableContent } from "../../src/engines/backup.ts";
import { planForeign } from "../../src/operations/backup/foreign.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { plainDump } from "../support/backup/foreign.ts";
import { engineVersions, testContext } from "../support/servers.ts";

const signal = new AbortController().signal;
const onProgress = () => undefined;

describe.each(await engineVersions())("a dump of others on $title", (version) => {
  const { engine, name } = version;
  let chinook: ChinookServer;
  let script: string;

  beforeAll(async () => {
    chinook = await startChinook(version);
    script = await plainDump(name, chinook.server.administrator(chinook.database));
  });
  afterAll(() => chinook[Symbol.asyncDispose]());

  async function restored(content: string | Uint8Array, into: string) {
    const path = join(chinook.directory, `${into}.dump`);
    await writeFile(path, content);
    const login = { ...chinook.server.administrator(), applicationName: "rowhouse restore" };
    const target = { engine, login, where: "here", files: undefined, house: undefined, ownUsers: [] };
    const { restore } = await planForeign(testContext, { path, target, name: into, onProgress });
    return await restore({ signal, onStep: () => undefined });
  }

  async function tablesOf(database: string): Promise<readonly TableContent[]> {
    await using session = await engine.driver.connect(chinook.server.administrator(database));
    return (await engine.backup.content(session, onProgress)).tables;
  }

  test("comes back equal to its source", async () => {
    const { restored: result } = await restored(script, "shop");
    expect(result).toMatchObject({ database: "shop", owner: "shop_owner", rows: 15_607 });
    expect(await tablesOf("shop")).toEqual(await tablesOf(chinook.database));
  });
});
