// What the chapter's type table promises of both engines: money is exact, a UUID is a UUID, JSON is JSON (E6, E8).
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";

/** A million rows without a client that sends them. */
const million: Record<EngineName, Sql> = {
  postgres: sql`insert into money (amount, rough) select 0.10, 0.10 from generate_series(1, 1000000)`,
  mariadb: sql`insert into money (amount, rough) select 0.10, 0.10 from seq_1_to_1000000`,
};
const realType: Record<EngineName, Sql> = { postgres: sql`real`, mariadb: sql`float` };
const pathOf: Record<EngineName, Sql> = { postgres: sql`data #>> '{task,title}'`, mariadb: sql`json_value(data, '$.task.title')` };
const jsonType: Record<EngineName, Sql> = { postgres: sql`jsonb`, mariadb: sql`json` };

describe.each(await engineVersions())("types on $title", ({ engine, name, ...version }) => {
  let server: TestServer;
  let session: Session;
  beforeAll(async () => {
    server = await startServer({ engine, name, ...version });
    await using first = await engine.driver.connect(server.administrator());
    await first.run(sql`create database taskdb`);
    session = await engine.driver.connect(server.administrator("taskdb"));
    await session.run(sql`create table money (amount decimal(10, 2), rough ${realType[name]})`);
    await session.run(sql`create table things (id uuid primary key, data ${jsonType[name]})`);
  });
  afterAll(async () => {
    await session[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  test("a million times ten cents is exactly 100,000.00 as DECIMAL, and is not as floating point", async () => {
    await session.run(million[name]);
    const [row] = await session.all<{ exact: string; rough: number }>(sql`select sum(amount) as exact, sum(rough) as rough from money`);
    expect(row?.exact).toBe("100000.00");
    expect(Number(row?.rough)).not.toBe(100_000);
  });

  test("a UUID comes back as it went in, and what is none is refused", async () => {
    const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    await session.run(sql`insert into things (id, data) values (${id}, ${'{"task": {"title": "ten €"}}'})`);
    expect(await session.all(sql`select id from things where id = ${id}`)).toEqual([{ id }]);
    await expect(session.run(sql`insert into things (id) values (${"not a uuid"})`)).rejects.toMatchObject({ code: "RH-DATA-005" });
    await expect(session.run(sql`insert into things (id) values (${id})`)).rejects.toMatchObject({ code: "RH-DATA-001" });
  });

  test("a path into JSON gives the same text, and what is no JSON is refused", async () => {
    expect(await session.all(sql`select ${pathOf[name]} as title from things`)).toEqual([{ title: "ten €" }]);
    const refusal: Record<EngineName, string> = { postgres: "RH-DATA-005", mariadb: "RH-DATA-003" };
    const broken = sql`insert into things (id, data) values (${"0f8fad5b-d9cb-469f-a165-708677289511"}, ${"{broken"})`;
    await expect(session.run(broken)).rejects.toMatchObject({ code: refusal[name] });
    expect(await session.all(sql`select count(*) as n from things`)).toEqual([{ n: 1 }]);
  });
});
