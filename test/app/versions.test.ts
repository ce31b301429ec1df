// If-Match: a change says which version it is meant for, a removal may; of tasks and of projects, the same on both engines.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LightMyRequestResponse } from "fastify";
import { sql } from "../../src/foundation/sql.ts";
import { anyVersion, type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const kinds = { task: "title", project: "name" } as const;
type Kind = keyof typeof kinds;

describe.each(engines)("versions on %s", (engine) => {
  let database: Database;
  let application: Application;
  const ask: Application["ask"] = (...request) => application.ask(...request);
  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  describe.each(Object.keys(kinds) as readonly Kind[])("a %s", (kind) => {
    const field = kinds[kind];
    const add = async (text: string) => {
      const answer = await ask("POST", `/api/${kind}s`, { [field]: text });
      return { url: `/api/${kind}s/${answer.json()[kind].id}`, tag: String(answer.headers["etag"]), answer };
    };
    const seen = (answer: LightMyRequestResponse) => [answer.statusCode, answer.json().code, answer.json().field];
    const eventsOf = async (url: string) => {
      await using session = await database.admin();
      const id = Number(url.split("/").at(-1));
      const rows = await session.all<{ kind: string }>(sql`select kind from events where kind like ${`${kind}.%`} and entity_id = ${id} order by id`);
      return rows.map((row) => row.kind);
    };

    test("carries its version as ETag in every answer about it", async () => {
      const { url, tag } = await add("tagged");
      expect(tag).toBe('"1"');
      expect((await ask("GET", url)).headers["etag"]).toBe('"1"');
      expect((await ask("PATCH", url, { [field]: "tagged again" }, { "if-match": tag })).headers["etag"]).toBe('"2"');
      expect((await ask("GET", url)).headers["etag"]).toBe('"2"');
    });

    test("is not changed without If-Match, and is left as it was", async () => {
      const { url, answer } = await add("guarded");
      expect(seen(await ask("PATCH", url, { [field]: "blind" }))).toStrictEqual([428, "RH-API-009", "If-Match"]);
      expect((await ask("GET", url)).json()).toStrictEqual(answer.json());
      expect(await eventsOf(url)).toStrictEqual([`${kind}.created`]);
      expect((await ask("PATCH", url, { [field]: "whatever is there" }, anyVersion)).statusCode).toBe(200);
    });

    test("is not changed and not removed under another version, and is left as it was", async () => {
      const { url, tag } = await add("versions");
      expect((await ask("PATCH", url, { [field]: "versions two" }, { "if-match": tag })).statusCode).toBe(200);
      for (const other of ['"1"', 'W/"2"', '"7", "9"', '"2147483648"', '"9999999999"']) {
        expect(seen(await ask("PATCH", url, { [field]: "late" }, { "if-match": other }))).toStrictEqual([412, "RH-API-007", "If-Match"]);
        expect(seen(await ask("DELETE", url, undefined, { "if-match": other }))).toStrictEqual([412, "RH-API-007", "If-Match"]);
      }
      expect((await ask("GET", url)).json()[kind]).toMatchObject({ [field]: "versions two", version: 2 });
      expect(await eventsOf(url)).toStrictEqual([`${kind}.created`, `${kind}.changed`]);
      expect((await ask("PATCH", url, { [field]: "versions three" }, { "if-match": '"1", "2"' })).statusCode).toBe(200);
      expect((await ask("DELETE", url, undefined, { "if-match": '"3"' })).statusCode).toBe(204);
      expect(await eventsOf(url)).toStrictEqual([`${kind}.created`, `${kind}.changed`, `${kind}.changed`, `${kind}.deleted`]);
    });

    test("is removed without If-Match and with any", async () => {
      for (const headers of [{}, anyVersion]) {
        const { url } = await add(`removed ${Object.keys(headers).length}`);
        expect((await ask("DELETE", url, undefined, headers)).statusCode).toBe(204);
        expect((await ask("GET", url)).statusCode).toBe(404);
      }
    });

    test.each(["2", '"two"', '"1" "2"', ""])("refuses %j as If-Match", async (text) => {
      const { url } = await add(`refuses ${text}`);
      expect(seen(await ask("PATCH", url, { [field]: "x" }, { "if-match": text }))).toStrictEqual([400, "RH-API-001", "If-Match"]);
      expect(seen(await ask("DELETE", url, undefined, { "if-match": text }))).toStrictEqual([400, "RH-API-001", "If-Match"]);
    });

    test("that is not there is 404 under any version", async () => {
      for (const tag of ["*", '"1"', 'W/"1"']) {
        const url = `/api/${kind}s/2147483647`;
        expect(seen(await ask("PATCH", url, { [field]: "x" }, { "if-match": tag }))).toStrictEqual([404, "RH-API-002", "id"]);
        expect(seen(await ask("DELETE", url, undefined, { "if-match": tag }))).toStrictEqual([404, "RH-API-002", "id"]);
      }
    });

    test("is changed by exactly one of 20 that name the same version, and removed by one of 20", async () => {
      const { url, tag } = await add("race");
      const changes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => ask("PATCH", url, { [field]: `race ${index}` }, { "if-match": tag })),
      );
      expect(changes.map((answer) => answer.statusCode).sort()).toStrictEqual([200, ...Array.from({ length: 19 }, () => 412)]);
      const removals = await Promise.all(Array.from({ length: 20 }, () => ask("DELETE", url, undefined, { "if-match": '"2"' })));
      expect(removals.map((answer) => answer.statusCode).sort()).toStrictEqual([204, ...Array.from({ length: 19 }, () => 404)]);
      expect(await eventsOf(url)).toStrictEqual([`${kind}.created`, `${kind}.changed`, `${kind}.deleted`]);
    });
  });
});
