// Idempotency-Key: a write that comes again is made once (INV-2), by one client after another and by many at the same time,
// also when the connection was cut at the commit and nobody knows what became of it. The same on both engines.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LightMyRequestResponse } from "fastify";
import type { Session } from "../../src/drivers/driver.ts";
import { sql } from "../../src/foundation/sql.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { relayTo } from "../support/wire.ts";
import { type Application, startApplication } from "./application.ts";
import { type Database, engines, startDatabase } from "./support.ts";

const hourMs = 3_600_000;

/** What a client sees of an answer. */
function shown({ statusCode, headers, body }: LightMyRequestResponse) {
  return { statusCode, etag: headers["etag"], location: headers["location"], body };
}

function refusal(answer: LightMyRequestResponse) {
  return [answer.statusCode, answer.json().code, answer.json().field];
}

describe.each(engines)("a write with Idempotency-Key on %s", (engine) => {
  let database: Database;
  let application: Application;
  let keys = 0;
  const newKey = () => ({ "idempotency-key": `key-${++keys}` });
  const ask: Application["ask"] = (...request) => application.ask(...request);
  const directly = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    await using session = await database.admin();
    return await work(session);
  };
  const count = (from: ReturnType<typeof sql>) =>
    directly(async (session) => (await session.all<{ found: number }>(sql`select count(*) as found from ${from}`))[0]?.found);
  const titled = (title: string) => count(sql`tasks where title = ${title}`);

  beforeAll(async () => {
    database = await startDatabase(engine);
    application = await startApplication(database);
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test.each(["task", "project"] as const)("is made once and answered the same: a %s added, changed and removed", async (noun) => {
    const field = noun === "task" ? "title" : "name";
    const twice = async (...[method, url, body, headers]: Parameters<Application["ask"]>) => {
      const key = newKey();
      const first = await ask(method, url, body, { ...headers, ...key });
      const again = await ask(method, url, body, { ...headers, ...key });
      expect(shown(again)).toStrictEqual(shown(first));
      expect([first.headers["idempotency-replayed"], again.headers["idempotency-replayed"]]).toStrictEqual([undefined, "true"]);
      return first;
    };
    const created = await twice("POST", `/api/${noun}s`, { [field]: "once" });
    expect([created.statusCode, created.headers["etag"]]).toStrictEqual([201, '"1"']);
    const url = String(created.headers["location"]);
    const changed = await twice("PATCH", url, { [field]: "once more" }, { "if-match": '"1"' });
    expect([changed.statusCode, changed.headers["etag"], changed.json()[noun].version]).toStrictEqual([200, '"2"', 2]);
    const removed = await twice("DELETE", url, undefined, { "if-match": '"2"' });
    expect([removed.statusCode, removed.body]).toStrictEqual([204, ""]);
    expect(await count(sql`${sql.id(`${noun}s`)} where ${sql.id(field)} like 'once%'`)).toBe(0);
    const { id } = created.json()[noun];
    const events = await directly((session) =>
      session.all<{ kind: string }>(sql`select kind from events where kind like ${`${noun}.%`} and entity_id = ${id} order by id`),
    );
    expect(events.map(({ kind }) => kind)).toStrictEqual([`${noun}.created`, `${noun}.changed`, `${noun}.deleted`]);
  });

  test("gives its first answer also when the row has changed or gone since", async () => {
    const key = newKey();
    const first = await ask("POST", "/api/tasks", { title: "gone since" }, key);
    await ask("DELETE", String(first.headers["location"]));
    expect(shown(await ask("POST", "/api/tasks", { title: "gone since" }, key))).toStrictEqual(shown(first));
    expect(await titled("gone since")).toBe(0);
  });

  test("comes 20 times at once: one row, one event, 20 equal answers of which 19 are replayed", async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("POST", "/api/tasks", { title: "twenty" }, key)));
    const [first] = answers;
    expect(first?.statusCode).toBe(201);
    expect(answers.map(shown)).toStrictEqual(answers.map(() => shown(first as LightMyRequestResponse)));
    expect(answers.filter(({ headers }) => headers["idempotency-replayed"] === "true")).toHaveLength(19);
    expect(await titled("twenty")).toBe(1);
    expect(await count(sql`events where kind = 'task.created' and entity_id = ${first?.json().task.id}`)).toBe(1);
  });

  test("that is refused leaves no record, 20 times at once neither, and may then be sent rightly", async () => {
    const key = newKey();
    const orphan = { title: "refused", project_id: 2_000_000_000 };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("POST", "/api/tasks", orphan, key)));
    expect(answers.map(refusal)).toStrictEqual(answers.map(() => [400, "RH-API-001", "project_id"]));
    expect((await ask("POST", "/api/tasks", { title: "refused" }, key)).statusCode).toBe(201);
    const { id } = (await ask("POST", "/api/tasks", { title: "late" })).json().task;
    const other = newKey();
    expect((await ask("PATCH", `/api/tasks/${id}`, { title: "on time" }, { ...other, "if-match": '"7"' })).statusCode).toBe(412);
    expect((await ask("PATCH", `/api/tasks/${id}`, { title: "on time" }, { ...other, "if-match": '"1"' })).statusCode).toBe(200);
    expect(await titled("refused")).toBe(1);
  });

  test("is refused under a key of another request, and changes nothing", async () => {
    const key = newKey();
    const { id } = (await ask("POST", "/api/tasks", { title: "first use" }, key)).json().task;
    const others = [
      () => ask("POST", "/api/tasks", { title: "second use" }, key),
      () => ask("POST", "/api/projects", { name: "first use" }, key),
      () => ask("DELETE", `/api/tasks/${id}`, undefined, key),
      () => ask("PATCH", `/api/tasks/${id}`, { title: "second use" }, { ...key, "if-match": "*" }),
    ];
    for (const other of others) expect(refusal(await other())).toStrictEqual([409, "RH-API-010", "Idempotency-Key"]);
    const changing = newKey();
    const change = (tag: string) => ask("PATCH", `/api/tasks/${id}`, { priority: 1 }, { ...changing, "if-match": tag });
    expect([(await change('"1"')).statusCode, (await change('"2"')).statusCode, (await change('"1"')).statusCode]).toStrictEqual([200, 409, 200]);
    expect((await ask("GET", `/api/tasks/${id}`)).json().task).toMatchObject({ title: "first use", priority: 1, version: 2 });
    expect(await titled("second use")).toBe(0);
  });

  test.each(["", " ", "two words", "ä", "x".repeat(201), "tab\there"])("is refused with %j as its key", async (text) => {
    const answer = await ask("POST", "/api/tasks", { title: "odd key" }, { "idempotency-key": text });
    expect(refusal(answer)).toStrictEqual([400, "RH-API-001", "Idempotency-Key"]);
    expect(await titled("odd key")).toBe(0);
  });

  test("takes a key of 200 characters, and keys that differ in case alone are two", async () => {
    for (const text of ["x".repeat(200), `${"x".repeat(199)}X`, `"quoted"!#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`]) {
      const first = await ask("POST", "/api/tasks", { title: "long key" }, { "idempotency-key": text });
      expect([first.statusCode, first.headers["idempotency-replayed"]]).toStrictEqual([201, undefined]);
    }
    expect(await titled("long key")).toBe(3);
  });

  test("without the header nothing is kept, and two are two", async () => {
    const before = await count(sql`idempotency_keys`);
    for (const priority of [1, 2]) expect((await ask("POST", "/api/tasks", { title: "twice", priority })).statusCode).toBe(201);
    expect(await titled("twice")).toBe(2);
    expect(await count(sql`idempotency_keys`)).toBe(before);
  });

  test("is remembered for 24 hours, by every instance, and is new after that, swept away or not", async () => {
    let lateMs = 0;
    const clock = { ...systemClock, now: () => new Date(Date.now() + lateMs) };
    await using other = await startApplication(database, { clock });
    const key = newKey();
    const send = async () => {
      const { statusCode, headers } = await other.ask("POST", "/api/tasks", { title: "a day" }, key);
      return { statusCode, isReplayed: headers["idempotency-replayed"] === "true" };
    };
    expect((await ask("POST", "/api/tasks", { title: "a day" }, key)).statusCode).toBe(201);
    lateMs = 23.9 * hourMs;
    expect(await send()).toStrictEqual({ statusCode: 201, isReplayed: true });
    lateMs = 24.1 * hourMs;
    expect(await send()).toStrictEqual({ statusCode: 201, isReplayed: false });
    expect(await send()).toStrictEqual({ statusCode: 201, isReplayed: true });
    expect(await titled("a day")).toBe(2);
    lateMs = 48.2 * hourMs;
    expect((await Promise.all(Array.from({ length: 20 }, send))).filter(({ isReplayed }) => !isReplayed)).toHaveLength(1);
    expect(await titled("a day")).toBe(3);
    lateMs = 73 * hourMs;
    expect(await other.store.sweepKeys()).toBeGreaterThan(0);
    expect(await count(sql`idempotency_keys`)).toBe(0);
    expect(await send()).toStrictEqual({ statusCode: 201, isReplayed: false });
  });

  test("is swept a thousand at a time, the oldest first, and never within its day", async () => {
    const atHour = (hours: number) => new Date(Date.now() - hours * hourMs).toISOString().replace("T", " ").replace("Z", "");
    await directly(async (session) => {
      await session.run(sql`delete from idempotency_keys`);
      for (const [hours, rows] of [
        [30, 1_500],
        [20, 10],
      ] as const) {
        const values = Array.from({ length: rows }, (_, index) => sql`(${`aged ${hours} ${index}`}, 'x', 'null', ${atHour(hours)})`);
        await session.run(sql`insert into idempotency_keys (idempotency_key, request_hash, answer, created_at) values ${sql.join(values, ", ")}`);
      }
    });
    expect([await application.store.sweepKeys(), await application.store.sweepKeys(), await application.store.sweepKeys()]).toStrictEqual([
      1_000, 500, 0,
    ]);
    expect(await count(sql`idempotency_keys`)).toBe(10);
  });

  test.each(["before", "after"] as const)(
    "whose outcome is unknown, the connection was cut %s the commit arrived, is repeated to exactly one row (INV-2)",
    async (when) => {
      await using relay = await relayTo(database.login.port);
      await using cut = await startApplication({ ...database, login: { ...database.login, port: relay.port } }, { poolLimit: 1 });
      await cut.ask("GET", "/api/tasks");
      const title = `cut ${when}`;
      const key = newKey();
      relay.cutAt("commit", when);
      const lost = await cut.ask("POST", "/api/tasks", { title }, key);
      expect([lost.statusCode, lost.json().code, lost.headers["retry-after"]]).toStrictEqual([503, "RH-CONN-004", "1"]);
      const answers = [await ask("POST", "/api/tasks", { title }, key), await ask("POST", "/api/tasks", { title }, key)];
      expect(answers.map((answer) => answer.statusCode)).toStrictEqual([201, 201]);
      expect(answers.map((answer) => answer.headers["idempotency-replayed"])).toStrictEqual([when === "after" ? "true" : undefined, "true"]);
      expect(await titled(title)).toBe(1);
      expect(await count(sql`events where kind = 'task.created' and entity_id = ${answers[0]?.json().task.id}`)).toBe(1);
    },
  );
});
