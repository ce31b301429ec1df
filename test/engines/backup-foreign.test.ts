// Dumps that other programs wrote, restored as code that is not trusted: what comes back is equal to the source, and what must not be run
// is refused with its line. TRAP-1, 3, 4, 7, 8, FAULT-11, SEC-12.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TableContent } from "../../src/engines/backup.ts";
import { planForeign } from "../../src/operations/backup/foreign.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { loadEverything } from "../support/backup/everything.ts";
import { dumpTo, formats, packed } from "../support/backup/foreign.ts";
import { engineVersions, testContext } from "../support/servers.ts";

const signal = new AbortController().signal;
const onProgress = () => undefined;

describe.each(await engineVersions())("a dump of others on $title", (version) => {
  const { engine, name } = version;
  let chinook: ChinookServer;

  beforeAll(async () => {
    chinook = await startChinook(version);
  });
  afterAll(() => chinook[Symbol.asyncDispose]());

  const loginTo = (database: string) => ({ ...chinook.server.administrator(database), database });

  async function restored(path: string, into: string) {
    const login = { ...chinook.server.administrator(), applicationName: "rowhouse restore" };
    const target = { engine, login, where: "here", files: undefined, house: undefined, ownUsers: [] };
    const { restore } = await planForeign(testContext, { path, target, name: into, onProgress });
    return (await restore({ signal, onStep: () => undefined })).restored;
  }

  async function tablesOf(database: string): Promise<readonly TableContent[]> {
    await using session = await engine.driver.connect(loginTo(database));
    return (await engine.backup.content(session, onProgress)).tables;
  }

  test.each(Object.entries(formats[name]))("comes back equal to its source from %s", async (what, options) => {
    const into = `shop_${what.replace(/\W/g, "_")}`;
    const path = await dumpTo(join(chinook.directory, into), name, { login: loginTo(chinook.database), options });
    expect(await restored(path, into)).toMatchObject({ database: into, owner: `${into}_owner`.slice(-46), rows: 15_607 });
    expect(await tablesOf(into)).toEqual(await tablesOf(chinook.database));
  });

  test.each(["gzip", "zstd"] as const)("comes back packed with %s", async (by) => {
    const path = await dumpTo(join(chinook.directory, "shop"), name, { login: loginTo(chinook.database), options: [] });
    expect(await restored(packed(path, by), by)).toMatchObject({ rows: 15_607 });
  });
});
