// A transaction that sees one moment: all of its statements agree, it writes nothing, and the next one is an ordinary one again.
// And how long a transaction may wait for its next statement.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConnectionOptions, Session } from "../../src/drivers/driver.ts";
import { sql } from "../../src/foundation/sql.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";

describe.each(await engineVersions())("snapshots on $title", (version) => {
  const { engine } = version;
  let server: TestServer;
  let reader: Session;
  let writer: Session;
  const connect = (more: Partial<ConnectionOptions> = {}) =>
    engine.driver.connect({ ...server.administrator("home"), applicationName: "snapshot", ...more });
  const seen = async () => (await reader.all<{ id: number }>(sql`select id from marks order by id`)).map(({ id }) => id);

  beforeAll(async () => {
    server = await startServer(version);
    await using administrator = await engine.driver.connect(server.administrator());
    await administrator.run(sql`create database home`);
    reader = await connect();
    writer = await connect();
    await writer.run(sql`create table marks (id integer primary key)`);
    await writer.run(sql`create table others (id integer primary key)`);
  });
  afterAll(async () => {
    await reader?.[Symbol.asyncDispose]();
    await writer?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await writer.run(sql`delete from marks`);
    await writer.run(sql`insert into marks values (1), (2)`);
  });

  test("shows what was committed when it began, in its first statement as in its last", async () => {
    await reader.begin("snapshot");
    await reader.all(sql`select id from others`); // the moment is that of the first statement at the latest
    await writer.run(sql`insert into marks values (3)`);
    expect(await seen()).toEqual([1, 2]);
    await writer.run(sql`delete from marks where id = 1`);
    const streamed: number[] = [];
    for await (const rows of reader.stream<{ id: number }>(sql`select id from marks order by id`, { batchRows: 1 }))
      streamed.push(...rows.map((row) => row.id));
    expect(streamed).toEqual([1, 2]);
    await reader.commit();
    expect(await seen()).toEqual([2, 3]);
  });

  test("writes nothing", async () => {
    await reader.begin("snapshot");
    await expect(reader.run(sql`insert into marks values (4)`)).rejects.toMatchObject({ code: "RH-SRV-001" });
    await reader.rollback();
    expect(await seen()).toEqual([1, 2]);
  });

  test("is for one transaction: the next one sees what others commit meanwhile, and may write", async () => {
    await reader.begin("snapshot");
    await reader.rollback();
    await reader.begin();
    expect(await seen()).toEqual([1, 2]);
    await writer.run(sql`insert into marks values (3)`);
    expect(await seen()).toEqual([1, 2, 3]);
    await reader.run(sql`insert into marks values (4)`);
    await reader.commit();
    expect(await seen()).toEqual([1, 2, 3, 4]);
  });

  test("a transaction that waits longer than its limit is ended by the server, with what it wrote", async () => {
    await using hasty = await connect({ idleTransactionTimeoutMs: 1_000 });
    await using patient = await connect({ idleTransactionTimeoutMs: 60_000 });
    for (const [index, session] of [hasty, patient].entries()) {
      await session.begin();
      await session.run(sql`insert into marks values (${10 + index})`);
    }
    await systemClock.sleep(2_500);
    await expect(hasty.commit()).rejects.toMatchObject({ code: "RH-CONN-003" });
    await patient.commit();
    expect(await seen()).toEqual([1, 2, 11]);
  });
});
